"""Open the database: SQLite in WAL mode by default, PostgreSQL by URL."""

import sqlite3
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError

from data.errors import StoreError
from data.store import lists as _lists  # noqa: F401 - how lists are written

# How long a writer waits for another one, milliseconds: a batch of 5,000 rows commits in well under a second.
BUSY_TIMEOUT_MS = 30_000
# Pages a connection keeps, KiB. A server has a dozen connections that read: the system's own cache serves them all, and
# more for each would be a large part of all the rest of it: 2 MiB took 3 MiB more a process after 300 questions, and no
# processor time less. What writes, writes alone, and works on many pages at once.
READ_CACHE_KIB, WRITE_CACHE_KIB = 512, 65_536
# Seconds after which a connection to PostgreSQL is tried before it is used again.
RESTED_S = 5.0
# PostgreSQL: a statement is read and planned once where a connection asks for it more than twice; of so many different
# ones (the driver's own bounds, 5 and 100, are passed by what a dozen routes ask with their filters).
PREPARED_AFTER, PREPARED_MOST = 2, 300
# PostgreSQL: the driver that the project installs.
POSTGRES_DRIVER = "postgresql+psycopg"


def open_engine(url: str, *, read_only: bool = False) -> Engine:
    """Open an engine for a SQLAlchemy URL.

    Args:
        url: `sqlite:///path` or `postgresql://user@host/name`.
        read_only: SQLite is opened without the right to write.

    Raises:
        StoreError: The URL is neither, or the folder of the SQLite file can't be made.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StoreError(f"{url!r} is not a database URL: use sqlite:///PATH or postgresql://...") from error
    backend = parsed.get_backend_name()
    if backend == "postgresql":
        # Values of statements stay out of errors, and so out of logs: they are texts and names.
        # The connection that was used last knows the statements best.
        engine = create_engine(
            parsed.set(drivername=POSTGRES_DRIVER),
            hide_parameters=True,
            pool_use_lifo=True,
            connect_args={"prepare_threshold": PREPARED_AFTER},
        )
        event.listen(engine, "connect", _keep_plans)
        event.listen(engine, "checkin", _note_rest)
        event.listen(engine, "checkout", _try_rested)
        return engine
    if backend != "sqlite":
        raise StoreError(f"database {backend!r} is not supported: use sqlite:///PATH or postgresql://...")
    if parsed.database and parsed.database != ":memory:" and not read_only:
        _make_folder(Path(parsed.database))
    engine = create_engine(parsed, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000}, hide_parameters=True)
    event.listen(engine, "connect", _configure_sqlite(read_only=read_only))
    event.listen(engine, "begin", _begin)
    return engine


def _keep_plans(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's connection
    connection.prepared_max = PREPARED_MOST


def _note_rest(_connection: object, record: Any) -> None:  # noqa: ANN401 - the pool's record
    record.info["rests_since"] = time.monotonic()


def _try_rested(connection: Any, record: Any, _proxy: object) -> None:  # noqa: ANN401 - the driver's connection
    """Try a connection that rested: its server may be gone. A busy one was tried by its last answer.

    The pool's own way asks the server before each use, which is a third of the time of a small answer.
    """
    since = record.info.get("rests_since")
    if since is None or time.monotonic() - since < RESTED_S:
        return
    try:
        connection.execute("SELECT 1")
        connection.rollback()
    except Exception as error:
        # The pool opens another one instead.
        raise DisconnectionError(str(type(error).__name__)) from error


def _make_folder(file: Path) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"can't make folder {file.parent} for the database ({error}): set SOTTOVOCE_DATABASE_URL"
        ) from error


def _configure_sqlite(*, read_only: bool) -> Any:  # noqa: ANN401 - an event listener
    def configure(connection: sqlite3.Connection, _record: object) -> None:
        # The driver must not begin transactions by itself: `_begin` does, so that DDL is transactional too.
        connection.isolation_level = None
        cursor = connection.cursor()
        if read_only:
            cursor.execute("PRAGMA query_only = ON")
        else:
            cursor.execute("PRAGMA journal_mode = WAL")
        # NORMAL in WAL mode: safe against a killed process; a power cut loses at most the last commits.
        cursor.execute("PRAGMA synchronous = NORMAL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        cursor.execute(f"PRAGMA cache_size = -{READ_CACHE_KIB}")
        cursor.close()

    return configure


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    writes = options.get("sottovoce_write")
    connection.exec_driver_sql(f"PRAGMA cache_size = -{WRITE_CACHE_KIB if writes else READ_CACHE_KIB}")
    # A write transaction takes the lock at once: upgrading a read lock later fails instead of waiting.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
