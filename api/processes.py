"""Several processes that answer beside one another, as one interpreter computes one answer at a time.

gunicorn keeps the socket and starts one process. That loads everything (the libraries, the columns, the encoder), and
forks the others, so that all this lies in memory once. Where one of them ends, all are started again: for some seconds
questions wait at the socket, and none is refused.
"""

import ctypes
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker
from uvicorn_worker import UvicornWorker

if TYPE_CHECKING:
    from fastapi import FastAPI

    from data.store.unit_of_work import Store

# Seconds without a sign of life after which a process is ended and another one started.
SILENT_S = 120
# prctl(2): the signal that this process gets when the one that started it ends, however that ended.
_SIGNAL_AT_PARENTS_END = 1


class Answerer(UvicornWorker):
    """One of the processes; the first one forks the others."""

    PROCESSES = 1
    _is_first = True

    def init_process(self) -> None:
        """Serve, and end here: what the process before still has to do when it ends is not this one's to do."""
        code: object = 0
        try:
            _end_with_parent()
            super().init_process()
        except SystemExit as end:
            code = end.code
        finally:
            sys.stderr.flush()
            os._exit(code if isinstance(code, int) else 0)

    def load_wsgi(self) -> None:
        """Load, then be several."""
        super().load_wsgi()
        version, store = self.wsgi.state.data_version, self.wsgi.state.store
        # No connection may be open: one that two processes use breaks, SQLite's locks with it.
        version.close()
        store.close()
        number, others = _forked(self.PROCESSES)
        version.forked(number)
        self._is_first = number == 0
        for pid in others:
            threading.Thread(target=_end_with, args=(pid,), name="other process", daemon=True).start()

    async def callback_notify(self) -> None:
        """Give a sign of life; only the first process is watched for it."""
        if self._is_first:
            await super().callback_notify()


def _forked(processes: int) -> tuple[int, list[int]]:
    """Become so many processes. Returns which one this is, and in the first one (0) the ids of the others."""
    first, others = os.getpid(), []
    for number in range(1, processes):
        pid = os.fork()
        if pid == 0:
            _end_with_parent()
            if os.getppid() != first:
                os._exit(0)
            return number, []
        others.append(pid)
    return 0, others


def _end_with(pid: int) -> None:
    """Wait for another process's end, and end this one: it can't be forked again from one that is at work."""
    os.waitpid(pid, 0)
    os.kill(os.getpid(), signal.SIGTERM)


def _end_with_parent() -> None:
    """Be told when the process that started this one is gone, a killed one too (Linux; does nothing elsewhere)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SIGNAL_AT_PARENTS_END, signal.SIGTERM)


class Processes(BaseApplication):
    """A server of several processes; `run()` serves until it is told to stop, and ends this process."""

    def __init__(
        self,
        make: "Callable[[], FastAPI]",
        store: "Store",
        *,
        host: str,
        port: int,
        processes: int,
        grace_s: int,
        served: Mapping[str, Any],
    ) -> None:
        """Keep what is served and how.

        Args:
            make: Makes the application and loads what it needs; called in the process that forks the others.
            store: Its database, which has no connection open when a process is forked.
            host: Where it listens.
            port: On which port.
            processes: How many processes answer.
            grace_s: Seconds that answers get to end in when one is told to stop.
            served: uvicorn's own settings for each.
        """
        self._make, self._store = make, store
        # An address of version 6 needs its brackets here.
        bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        mask = os.umask(0o077)
        os.umask(mask)
        self._options = {
            "bind": bind,
            "workers": 1,
            "worker_class": type("Served", (Answerer,), {"CONFIG_KWARGS": dict(served), "PROCESSES": processes}),
            "timeout": SILENT_S,
            "graceful_timeout": grace_s,
            "umask": mask,
            "loglevel": "warning",
            "control_socket_disable": True,
            "pre_fork": self._before_it,
        }
        super().__init__()

    def load_config(self) -> None:
        """Set the options (gunicorn asks)."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> "FastAPI":
        """Make the application (gunicorn asks, in the process that serves it)."""
        return self._make()

    def _before_it(self, _arbiter: Arbiter, _worker: Worker) -> None:
        self._store.close()
