"""The API as a process of its own, as users run it, watched from outside: memory and processor seconds."""

import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.bench.process import BenchError

READY_S, END_S = 120.0, 15.0
# Between two tries to reach it, and two looks at its memory (each walks over all of its pages).
TRY_S, LOOK_S = 0.25, 1.0
KIB_PER_MIB = 1024
ERROR_CHARS = 800


@dataclass
class Served:
    """A server at work: its processes, which are copies of the one that was started, and the worker beside them.

    Attributes:
        url: Where it answers.
        pid: Its first process.
        peak_mib: Largest memory of its processes together so far: what they hold and the pages of files they have
            mapped; what several share is counted once (Linux's proportional set size).
        peak_own_mib: Largest part of it that is their own (mapped files aside, which the system can take back).
        peak_worker_mib: Largest resident memory of the worker that `serve` starts beside itself.
    """

    url: str
    pid: int
    peak_mib: float = 0.0
    peak_own_mib: float = 0.0
    peak_worker_mib: float = 0.0
    _ended: threading.Event = field(default_factory=threading.Event)

    def cpu_s(self) -> float:
        """Processor seconds that its processes have used."""
        ticks = 0
        for pid in self._processes()[0]:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def look(self) -> None:
        """Note its memory."""
        own, beside = self._processes()
        shares = [_status(pid, "smaps_rollup") for pid in own]
        self.peak_mib = max(self.peak_mib, sum(_mib(share["Pss"]) for share in shares))
        self.peak_own_mib = max(self.peak_own_mib, sum(_mib(share["Pss_Anon"]) for share in shares))
        worker = sum(_mib(_status(pid).get("VmHWM", "0 kB")) for pid in beside)
        self.peak_worker_mib = max(self.peak_worker_mib, worker)

    def _processes(self) -> tuple[list[int], list[int]]:
        """Give the processes that answer, the first one among them, and the others that it started."""
        command = _command(self.pid)
        own, others = [self.pid], list[int]()
        # Those found are looked through as well: one of them starts the rest.
        for pid in own:
            children = [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
            own.extend(one for one in children if _command(one) == command)
            others.extend(one for one in children if _command(one) != command)
        return own, others

    def watch(self) -> None:
        """Look again and again, until told to end."""
        while not self._ended.wait(LOOK_S):
            try:
                self.look()
            except OSError:
                return

    def end_watch(self) -> None:
        """Stop looking."""
        self._ended.set()


@contextmanager
def serve(environment: Mapping[str, str]) -> Iterator[Served]:
    """Start `sottovoce serve` on a free port of this machine, wait until it is ready, and end it.

    Raises:
        BenchError: It does not become ready; has its last words.
    """
    port = free_port()
    # `env` sets the variables and becomes the command itself: same process, same memory.
    given = [f"{name}={value}" for name, value in environment.items()]
    words = ["env", *given, sys.executable, "-c", "from pipelines.cli import app; app()", "serve", "--port", str(port)]
    with tempfile.TemporaryFile() as err:
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=err)
        served = Served(f"http://127.0.0.1:{port}", process.pid)
        try:
            if not answers(f"{served.url}/readyz", process):
                err.seek(0)
                raise BenchError(f"`sottovoce serve` was not ready: {err.read().decode()[-ERROR_CHARS:]}")
            watcher = threading.Thread(target=served.watch, daemon=True)
            watcher.start()
            yield served
        finally:
            served.end_watch()
            process.terminate()
            try:
                process.wait(END_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def free_port() -> int:
    """Give a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answers(address: str, process: "subprocess.Popen[bytes]") -> bool:
    """Wait until a server answers with 200; False: its process ended, or it took too long."""
    end = time.monotonic() + READY_S
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                if answer.status == 200:
                    return True
        except (urllib.error.URLError, OSError):
            pass
        time.sleep(TRY_S)
    return False


def _command(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def _status(pid: int, file: str = "status") -> dict[str, str]:
    lines = Path(f"/proc/{pid}/{file}").read_text().splitlines()
    return dict(line.split(":", 1) for line in lines if ":" in line)


def _mib(line: str) -> float:
    return int(line.split()[0]) / KIB_PER_MIB
