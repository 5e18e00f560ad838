"""The demo as users have it: the analysed sample in a home, the API and the pages over it on ports of their own."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx

from data.store.repositories.keys import create_key
from pipelines.ingest import import_path
from pipelines.run import run
from pipelines.sample import SAMPLE, VENDOR_NAMES
from pipelines.settings import Settings
from pipelines.stage import Bench

# The day after the sample's newest record: what was said last is fresh enough to open loops.
NOW = datetime(2026, 10, 1, 8, tzinfo=UTC)
START_S = 120
KEY_FILE = "key"


@dataclass(frozen=True)
class Served:
    """A demo that answers: the addresses of both, and the key that the pages show."""

    pages: str
    api: str
    key: str

    def ask(self) -> httpx.Client:
        """Give a client of the API, with the key of the pages."""
        return httpx.Client(base_url=self.api, headers={"Authorization": f"Bearer {self.key}"}, timeout=60)


def analyse(home: Path, *more: Path) -> None:
    """Import the shipped sample and what else is given into a home, and analyse it with the packaged models."""
    settings = Settings(home=home, vendor_names=VENDOR_NAMES)
    bench = Bench(settings, settings.store(), settings.vault(), clock=lambda: NOW)
    bench.store.migrate()
    for folder in (SAMPLE, *more):
        report = import_path(folder, bench=bench)
        assert report.counts()["quarantined"] == 0, report
    run(bench)
    with bench.store.write() as session:
        _, key = create_key(session, bench.vault, name="Demo", role="admin", now=NOW)
    (home / KEY_FILE).write_text(key)
    bench.store.close()


@contextmanager
def serving(home: Path, folder: Path, *, worker: bool = False) -> Iterator[Served]:
    """Serve a copy of a home, made in `folder`."""
    own = Path(shutil.copytree(home, folder / "home"))
    key, api, pages = (own / KEY_FILE).read_text(), _free_port(), _free_port()
    served = Served(f"http://127.0.0.1:{pages}", f"http://127.0.0.1:{api}", key)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SOTTOVOCE_")}
    environment |= {"SOTTOVOCE_HOME": str(own), "SOTTOVOCE_VENDOR_NAMES": VENDOR_NAMES}
    environment |= {"SOTTOVOCE_PROCESSES": "1", "SOTTOVOCE_API_URL": served.api, "SOTTOVOCE_API_KEY": key}
    environment |= {"SOTTOVOCE_RATE_PER_S": "0"}
    with ExitStack() as stack:
        beside = () if worker else ("--no-worker",)
        stack.enter_context(_process(folder / "api.log", environment, "serve", "--port", str(api), *beside))
        stack.enter_context(_process(folder / "pages.log", environment, "dashboard", "--port", str(pages)))
        _until_answers(f"{served.api}/healthz", folder / "api.log")
        _until_answers(f"{served.pages}/_stcore/health", folder / "pages.log")
        yield served


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _process(log: Path, environment: Mapping[str, str], *words: str) -> Iterator[None]:
    """Run a command of ours in a group of its own, ended with what it started."""
    command = [sys.executable, "-c", "from pipelines.cli import main; main()", *words]
    with log.open("wb") as out:
        started = subprocess.Popen(
            command, env=dict(environment), stdout=out, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            yield
        finally:
            os.killpg(started.pid, signal.SIGTERM)
            try:
                started.wait(timeout=10)
            except subprocess.TimeoutExpired:
                os.killpg(started.pid, signal.SIGKILL)
                started.wait()


def _until_answers(address: str, log: Path) -> None:
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        try:
            if httpx.get(address, timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise TimeoutError(f"{address} does not answer; its log ends with:\n{log.read_text()[-2000:]}")
