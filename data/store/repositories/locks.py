"""Locks that end with their process: a file lock beside SQLite, an advisory lock on PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from data.store.unit_of_work import Store, explained

# Numbers that no other program of ours uses; migrations hold 730_251, a run 730_252.
_NUMBERS = {"work": 730_253, "look": 730_254, "pull": 730_255}


@contextmanager
def try_lock(store: Store, folder: Path, name: str) -> Iterator[bool]:
    """Take the lock "work", "look" or "pull" without waiting; gives whether it was free."""
    if store.engine.dialect.name == "sqlite":
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / f"{name}.lock", timeout=0)
        try:
            lock.acquire()
        except Timeout:
            yield False
            return
        try:
            yield True
        finally:
            lock.release()
        return
    with explained(), store.engine.connect() as connection:
        # Not within a transaction: it would stay open, and keep old rows alive, as long as the lock is held.
        connection = connection.execution_options(isolation_level="AUTOCOMMIT")
        taken = bool(connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": _NUMBERS[name]}).scalar())
        try:
            yield taken
        finally:
            if taken:
                unlock(connection, _NUMBERS[name])


def unlock(connection: Connection, number: int) -> None:
    """Give an advisory lock back; where the connection is gone, it went with it."""
    with suppress(OperationalError):
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": number})
