"""A worker beside the API on one machine: a process of its own, since a run takes memory and time that answers need."""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Self

log = logging.getLogger(__name__)
COMMAND = (sys.executable, "-c", "from pipelines.cli import main; main()", "worker", "--beside")
# Seconds until a worker that ended is started again, and that one gets to end by itself.
AGAIN_AFTER_S, ENDS_WITHIN_S = 2.0, 10.0


class Beside:
    """Keeps a worker running as long as this process does; one that was killed is started again.

    The worker hears of our end by the end of its standard input, even where we are killed ourselves.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        """Nothing is started yet."""
        self._environment = dict(environment)
        self._ending = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._keeper = threading.Thread(target=self._keep, name="worker beside", daemon=True)

    @property
    def pid(self) -> int | None:
        """The worker's process id."""
        return self._process.pid if self._process is not None else None

    def __enter__(self) -> Self:
        """Start it."""
        self._start()
        self._keeper.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it: what it is at is taken up again by the next one."""
        self._ending.set()
        process = self._process
        if process is None:
            return
        process.terminate()
        try:
            process.wait(ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _start(self) -> None:
        self._process = subprocess.Popen(COMMAND, stdin=subprocess.PIPE, env=self._environment)

    def _keep(self) -> None:
        while self._process is not None:
            code = self._process.wait()
            if self._ending.wait(AGAIN_AFTER_S):
                return
            log.warning("the worker ended (%s): it is started again", code)
            self._start()


def end_with_parent() -> None:
    """End this process when the one that started it is gone (its end of our standard input is closed)."""

    def watch() -> None:
        while sys.stdin.buffer.read(4096):
            pass
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(ENDS_WITHIN_S)
        os._exit(1)

    threading.Thread(target=watch, name="parent", daemon=True).start()
