"""Locks that end with their process: a file lock beside SQLite, an advisory lock on PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from data.errors import StoreError
from data.store.unit_of_work import Store, explained

# Numbers that no other program of ours uses; migrations hold 730_251.
_NUMBERS = {"run": 730_252, "work": 730_253, "look": 730_254, "pull": 730_255, "push": 730_256}

# One import writes its batch at a time.
_IMPORT = 730_257


@contextmanager
def try_lock(store: Store, folder: Path, name: str) -> Iterator[bool]:
    """Take the lock "run", "work", "look", "pull" or "push" without waiting; gives whether it was free."""
    if store.engine.dialect.name == "sqlite":
        lock = _file_lock(folder, name)
        try:
            yield lock is not None
        finally:
            if lock is not None:
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
                _unlock(connection, _NUMBERS[name])


def _file_lock(folder: Path, name: str) -> FileLock | None:
    """Take a file lock without waiting; None where another process holds it.

    Raises:
        StoreError: The folder can't be written.
    """
    lock = FileLock(folder / f"{name}.lock", timeout=0)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        return None
    except OSError as error:
        raise StoreError(
            f"can't write {lock.lock_file} ({error.strerror}): let this user write that folder, or set SOTTOVOCE_HOME; "
            "`sottovoce doctor` says more"
        ) from error
    return lock


def write_alone(session: Session) -> None:
    """Wait for another import's batch, until this transaction ends; SQLite lets one write at a time anyway.

    Both would find the same rows missing, and insert them.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _IMPORT})


def _unlock(connection: Connection, number: int) -> None:
    """Give an advisory lock back; where the connection is gone, it went with it."""
    with suppress(OperationalError):
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": number})
