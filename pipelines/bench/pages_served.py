"""The pages as a process of their own beside the API, as users run them, and a browser to look at them with."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.bench.process import BenchError, proportional_mib, tree
from pipelines.bench.served import END_S, ERROR_CHARS, answers, free_port

if TYPE_CHECKING:
    from playwright.sync_api import Browser

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# No sandbox: in a container the user is root. No look-ups of its own: nothing but the pages is asked.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@dataclass(frozen=True)
class Pages:
    """A dashboard that answers: its address and its first process."""

    url: str
    pid: int

    def mib(self) -> float:
        """Memory of its processes together, what they share counted once (Linux's proportional set size)."""
        return sum(proportional_mib(pid) for pid in tree(self.pid))

    def cpu_s(self) -> float:
        """Processor seconds that they have used."""
        return cpu_s(self.pid)


@contextmanager
def serve_pages(environment: Mapping[str, str]) -> Iterator[Pages]:
    """Start `sottovoce dashboard` on a free port of this machine, wait until it answers, and end it.

    Raises:
        BenchError: It does not answer; has its last words.
    """
    port = free_port()
    given = [f"{name}={value}" for name, value in environment.items()]
    words = ["env", *given, sys.executable, "-c", "from pipelines.cli import main; main()"]
    words += ["dashboard", "--port", str(port)]
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryFile() as err:
        process = subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=err,
            start_new_session=True,
        )
        try:
            if not answers(f"{url}/_stcore/health", process):
                err.seek(0)
                raise BenchError(f"`sottovoce dashboard` does not answer: {err.read().decode()[-ERROR_CHARS:]}")
            yield Pages(url, process.pid)
        finally:
            _end(process)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End it with what it started: the command waits for the server of the pages."""
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(END_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def cpu_s(pid: int) -> float:
    """Processor seconds of a process and all below it, those that have ended included."""
    ticks = 0
    for one in tree(pid):
        try:
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended meanwhile, and counts with its parent
        ticks += sum(int(field) for field in fields[11:15])
    return ticks / os.sysconf("SC_CLK_TCK")


def machine_cpu_s() -> float:
    """Processor seconds of everything that runs on this machine, since it started."""
    line = Path("/proc/stat").read_text().splitlines()[0].split()
    # user, nice, system, then idle and waiting (left out), interrupts.
    busy = [int(line[place]) for place in (1, 2, 3, 6, 7)]
    return sum(busy) / os.sysconf("SC_CLK_TCK")


def find_browser(wanted: str = "") -> str:
    """Give the path of the Chromium to drive.

    Raises:
        BenchError: There is none.
    """
    names = (wanted,) if wanted else BROWSERS
    found = next((path for name in names if (path := shutil.which(name))), None)
    if found is None:
        raise BenchError(
            f"no Chromium ({', '.join(names)}): apt-get install chromium, or name one in SOTTOVOCE_CHROMIUM"
        )
    return found


@contextmanager
def open_browser(path: str) -> Iterator["Browser"]:
    """Start a browser and end it.

    Raises:
        BenchError: Playwright is not installed.
    """
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise BenchError("pages are opened with Playwright: make install-dev") from error
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()
