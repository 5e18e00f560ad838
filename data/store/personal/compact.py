"""Leave no trace in SQLite's own files: deleted rows are overwritten, the word index made again, the log emptied."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from data.store.unit_of_work import Store


@contextmanager
def erasing(store: Store) -> Iterator[Session]:
    """Give a session that writes, in which SQLite overwrites what it deletes."""
    with store.write() as session:
        sqlite = store.engine.dialect.name == "sqlite"
        if sqlite:
            session.connection().exec_driver_sql("PRAGMA secure_delete = ON")
        yield session


def compact(store: Store, *, whole: bool = False) -> None:
    """Take deleted words out of the word index and of the write-ahead log; with `whole`, out of all free pages too.

    A reader that is at work keeps the log: it is emptied the next time. PostgreSQL does it by itself (autovacuum), and
    when is up to its server; here its tables are vacuumed at once.
    """
    if store.engine.dialect.name == "postgresql":
        with store.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("VACUUM")
        return
    with erasing(store) as session:
        session.connection().exec_driver_sql("INSERT INTO comment_words (comment_words) VALUES ('optimize')")
    raw = store.engine.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        if whole:
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.close()
    finally:
        raw.close()
