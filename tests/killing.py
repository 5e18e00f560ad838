"""Processes that are killed (signal 9) at a statement to the database or at a moment, forked from one that is warm."""

import mmap
import os
import signal
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, event

NUMBER_BYTES = 8


@dataclass(frozen=True)
class Ended:
    """How a process ended: the statements it sent, whether it was killed, whether it did what it should."""

    statements: int
    killed: bool
    well: bool
    seconds: float


def in_child(act: Callable[[], Any], *, at_statement: int | None = None, after_s: float | None = None) -> Ended:
    """Do something in a process of its own; killed before the statement (or commit) of a number, or after a time."""
    shared = mmap.mmap(-1, NUMBER_BYTES)
    started = time.monotonic()
    pid = os.fork()
    if pid == 0:
        _child(act, shared, at_statement)
    if after_s is not None:
        _kill_after(pid, after_s)
    _, status = os.waitpid(pid, 0)
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    number = int.from_bytes(shared[:], "little")
    return Ended(number, killed, os.WIFEXITED(status) and not os.WEXITSTATUS(status), time.monotonic() - started)


def _kill_after(pid: int, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            return
        time.sleep(0.005)
    os.kill(pid, signal.SIGKILL)


def _child(act: Callable[[], Any], shared: mmap.mmap, at_statement: int | None) -> None:
    number = 0

    def count(*_: object) -> None:
        nonlocal number
        number += 1
        shared[:] = number.to_bytes(NUMBER_BYTES, "little")
        if number == at_statement:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", count)
    event.listen(Engine, "commit", count)
    try:
        act()
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)
