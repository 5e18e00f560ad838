"""Several processes that answer beside one another, as one interpreter computes one answer at a time.

gunicorn forks them from one that has everything loaded (the libraries, the columns, the encoder), so that these lie in
memory once; each is a uvicorn of its own on the same socket. One that ends is started again.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Callable, Mapping
from typing import Any

from fastapi import FastAPI
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker
from uvicorn_worker import UvicornWorker

from data.memory import give_back_steadily

# Seconds without a sign of life after which a process is ended and another one started.
SILENT_S = 120
# Answers after which a process makes room for a fresh one: what it read since it was forked (columns that a run
# changed) it holds for itself, and the next one shares it again.
ANSWERS = 50_000
# prctl(2): the signal that this process gets when the one that started it ends, however that ended.
_SIGNAL_AT_PARENTS_END = 1


class Answerer(UvicornWorker):
    """One of the processes."""

    def init_process(self) -> None:
        """Serve, and end here: what the first process still has to do when it ends is not this one's to do."""
        code: object = 0
        try:
            super().init_process()
        except SystemExit as end:
            code = end.code
        finally:
            sys.stderr.flush()
            os._exit(code if isinstance(code, int) else 0)


class Processes(BaseApplication):
    """A server of several processes; `run()` serves until it is told to stop, and ends this process."""

    def __init__(
        self,
        app: FastAPI,
        *,
        host: str,
        port: int,
        processes: int,
        grace_s: int,
        warm: Callable[[], None],
        served: Mapping[str, Any],
    ) -> None:
        """Keep what is served and how.

        Args:
            app: What is served.
            host: Where it listens.
            port: On which port.
            processes: How many processes answer.
            grace_s: Seconds that answers get to end in when one is told to stop.
            warm: Loads what all of them need; called before each one is forked.
            served: uvicorn's own settings for each.
        """
        self._app, self._warm = app, warm
        # An address of version 6 needs its brackets here.
        bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        mask = os.umask(0o077)
        os.umask(mask)
        self._options = {
            "bind": bind,
            "workers": processes,
            "worker_class": type("Served", (Answerer,), {"CONFIG_KWARGS": dict(served)}),
            "preload_app": True,
            "timeout": SILENT_S,
            "max_requests": ANSWERS,
            "max_requests_jitter": ANSWERS // 10,
            "graceful_timeout": grace_s,
            "umask": mask,
            "loglevel": "warning",
            "control_socket_disable": True,
            "pre_fork": self._before_each,
            "post_fork": self._after_each,
        }
        super().__init__()

    def load_config(self) -> None:
        """Set the options (gunicorn asks)."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> FastAPI:
        """Give the application (gunicorn asks)."""
        return self._app

    def _before_each(self, _arbiter: Arbiter, _worker: Worker) -> None:
        """Load, and leave no connection open: one that two processes use breaks, SQLite's locks with it."""
        self._warm()
        self._app.state.data_version.close()
        self._app.state.store.close()

    def _after_each(self, _arbiter: Arbiter, worker: Worker) -> None:
        self._app.state.data_version.forked(worker.age)
        give_back_steadily()
        _end_with_parent()


def _end_with_parent() -> None:
    """Be told when the process that started this one is gone, a killed one too (Linux; does nothing elsewhere)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SIGNAL_AT_PARENTS_END, signal.SIGTERM)
