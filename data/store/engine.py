"""Open the database: SQLite in WAL mode by default, PostgreSQL by URL."""

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from data.errors import StoreError

# How long a writer waits for another one, milliseconds: a batch of 5,000 rows commits in well under a second.
BUSY_TIMEOUT_MS = 30_000
# Pages a connection keeps, KiB. A server has a dozen connections that read: the system's own cache serves them all, and
# 64 MiB for each would be more than all the rest of it. What writes, writes alone, and works on many pages at once.
READ_CACHE_KIB, WRITE_CACHE_KIB = 8_192, 65_536
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
        return create_engine(parsed.set(drivername=POSTGRES_DRIVER), pool_pre_ping=True)
    if backend != "sqlite":
        raise StoreError(f"database {backend!r} is not supported: use sqlite:///PATH or postgresql://...")
    if parsed.database and parsed.database != ":memory:" and not read_only:
        _make_folder(Path(parsed.database))
    engine = create_engine(parsed, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000})
    event.listen(engine, "connect", _configure_sqlite(read_only=read_only))
    event.listen(engine, "begin", _begin)
    return engine


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
