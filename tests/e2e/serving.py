"""`sottovoce serve` as users start it, over a small store of its own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil  # type: ignore[import-untyped]
import pytest

from pipelines.bench.served import free_port
from pipelines.ingest import import_path
from pipelines.settings import Settings
from pipelines.stage import Bench
from tests.pipelines.world import write_world

# Seconds in which a comment is to be analysed, on a machine that does nothing else; tests share theirs.
WITHIN_S = 120


@dataclass
class Serving:
    """A server at work, and the headers of an analyst's key."""

    url: str
    server: subprocess.Popen
    headers: dict[str, str]


def _sottovoce(environment: Mapping[str, str], *words: str, **more: Any) -> subprocess.Popen:
    command = (sys.executable, "-c", "from pipelines.cli import main; main()", *words)
    return subprocess.Popen(command, env=dict(environment), **more)


def until(check: Callable[[], Any], within_s: float = WITHIN_S) -> Any:
    """Wait until something holds; give it."""
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        try:
            found = check()
        except (httpx.TransportError, psutil.Error):
            found = None
        if found:
            return found
        time.sleep(0.1)
    return pytest.fail(f"nothing came of it in {within_s} s")


def children_of(pid: int, *, worker: bool) -> list[psutil.Process]:
    """Give the worker beside a server, or the processes that answer."""
    return [one for one in psutil.Process(pid).children(recursive=True) if ("worker" in one.cmdline()) == worker]


@contextmanager
def serving(folder: Path, settings: Mapping[str, str], *words: str) -> Iterator[Serving]:
    """Serve the test world from a folder; ended the hard way, as a machine that goes down would.

    What it says on standard error is in the folder's `serve.log`.
    """
    home = folder / "home"
    mine = Settings(home=home, database_url=settings.get("SOTTOVOCE_DATABASE_URL", ""))
    bench = Bench(mine, mine.store(), mine.vault())
    import_path(write_world(folder / "world"), bench=bench)
    bench.store.close()
    environment = {**os.environ, "SOTTOVOCE_DATABASE_URL": "", "SOTTOVOCE_HOME": str(home), **settings}
    made = _sottovoce(environment, "key", "create", "--name", "t", "--role", "analyst", stdout=subprocess.PIPE)
    key = made.communicate(timeout=60)[0].decode().strip()
    port = free_port()
    with (folder / "serve.log").open("wb") as log:
        server = _sottovoce(environment, "serve", "--port", str(port), *words, stderr=log)
    found = Serving(f"http://127.0.0.1:{port}", server, {"Authorization": f"Bearer {key}"})
    try:
        until(lambda: httpx.get(f"{found.url}/healthz").status_code == 200)
        yield found
    finally:
        if server.poll() is None:
            server.send_signal(signal.SIGKILL)
        server.wait()
