"""A cheap version of what the store holds: two equal versions mean that nothing was committed between them.

The database itself tells, whoever writes: an import, a run, a correction, another process. SQLite counts the commits
of all other connections for a connection that asks (`PRAGMA data_version`); PostgreSQL's snapshot names every
transaction that is seen. What `aside` writes (when a key was last used) does not change the version of the process
that writes it.

Processes forked from one that has a `DataVersion` share it: each counts, in a place of its own, how often it saw the
database change, and all counts together are the version. Whoever reads looks at the database first, so a commit between
two readings is counted by the second of them at the latest, whichever processes they are in.
"""

import mmap
import secrets
import threading
from collections.abc import Callable

import numpy as np
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from data.errors import StoreError
from data.store.unit_of_work import Store, explained

# Processes that share a version; one that is started again takes the next place.
PLACES = 64


class DataVersion:
    """Versions of one store, for a process and those forked from it: not comparable with another's."""

    def __init__(self, store: Store) -> None:
        """Nothing is opened yet."""
        self._store = store
        self._lock = threading.Lock()
        self._own: Connection | None = None
        # One trip to the server a question (PostgreSQL): a transaction around it would be two more.
        self._at_once = store.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._nonce, self._place = secrets.token_hex(8), 0
        self._counts = np.frombuffer(mmap.mmap(-1, PLACES * 8), np.int64)
        self._seen: str | None = None

    def read(self) -> str:
        """Give the version now; ask before reading what it is to stand for."""
        with self._lock, explained():
            return self._read()

    def aside(self, write: Callable[[Session], None]) -> bool:
        """Commit what does not count as data, without waiting for another writer. Returns whether it was committed."""
        with self._lock:
            try:
                if self._store.engine.dialect.name == "sqlite":
                    return self._aside_sqlite(write)
                return self._aside_postgresql(write)
            except (OperationalError, StoreError):
                return False

    def forked(self, number: int) -> None:
        """Go on in a process that was forked, the how manieth one; `close` was called before."""
        self._lock = threading.Lock()
        self._place, self._seen = number % PLACES, None

    def close(self) -> None:
        """Give the connection back."""
        with self._lock:
            if self._own is not None:
                self._own.invalidate()
                self._own.close()
                self._own = None

    def _read(self) -> str:
        raw = self._raw()
        if raw != self._seen:
            self._seen = raw
            self._counts[self._place] += 1
        return f"{self._nonce}.{'.'.join(map(str, np.trim_zeros(self._counts, 'b').tolist()))}"

    def _raw(self) -> str:
        if self._store.engine.dialect.name == "sqlite":
            return str(self._driver(self._connection()).execute("PRAGMA data_version").fetchone()[0])
        with self._at_once.connect() as connection:
            return str(connection.exec_driver_sql("SELECT pg_current_snapshot()::text").scalar())

    def _connection(self) -> Connection:
        if self._own is None:
            self._own = self._store.engine.connect()
            # A run may hold the write lock for seconds: whoever reads meanwhile must not wait for it.
            self._driver(self._own).execute("PRAGMA busy_timeout = 0")
        return self._own

    @staticmethod
    def _driver(connection: Connection):  # type: ignore[no-untyped-def]  # noqa: ANN205 - sqlite3.Connection
        return connection.connection.driver_connection

    def _aside_sqlite(self, write: Callable[[Session], None]) -> bool:
        """Commit on the connection that asks for the version: its own commits are not counted."""
        own = self._connection()
        own.execution_options(sottovoce_write=True)
        try:
            with Session(own) as session:
                write(session)
                session.commit()
        finally:
            own.execution_options(sottovoce_write=False)
        return True

    def _aside_postgresql(self, write: Callable[[Session], None]) -> bool:
        """Commit; where this was the only transaction since the version was read, the version stays."""
        before = self._raw()
        with self._store.write() as session:
            write(session)
        after = self._raw()
        if before == self._seen and after == _next(before):
            self._seen = after
        return True


def _next(snapshot: str) -> str:
    """The snapshot `n:n:` (nobody at work, n the next transaction) after one transaction more."""
    low, high, busy = snapshot.split(":")
    return f"{int(low) + 1}:{int(high) + 1}:" if low == high and not busy else ""
