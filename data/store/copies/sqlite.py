"""A copy of an SQLite store: the file as of one moment, taken while others write."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import inspect

from data.errors import StoreError
from data.store.copies.copied import Copied, TableCopy, count_rows, different, kept_tables
from data.store.unit_of_work import Store, explained

FILE = "sottovoce.db"


def take(store: Store, folder: Path) -> Copied:
    """Copy the store into a folder, in one step within one reading transaction: writers go on meanwhile (WAL).

    Raises:
        StoreError: The store or the folder can't be used, or what was copied is damaged.
    """
    file = folder / FILE
    try:
        with explained(), store.engine.connect() as source, closing(sqlite3.connect(file)) as target:
            reader = source.connection.driver_connection
            if reader is None:
                raise StoreError(f"can't open {store.engine.url!r}: run `sottovoce doctor`")
            reader.backup(target)
            problem = target.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.Error as error:
        raise StoreError(f"can't copy the database into {folder} ({error}): free space, or write elsewhere") from error
    if problem != "ok":
        raise StoreError(f"the database is damaged ({problem}): restore an older backup; nothing was written")
    return _described(file)


def load(file: Path, copied: Copied) -> None:
    """Check a file that `take` made, and bring it to this version; nobody else uses it yet.

    Raises:
        StoreError: It does not hold what it should.
    """
    store = Store(f"sqlite:///{file}")
    try:
        with store.engine.connect() as connection:
            wrong = different(connection, copied)
        if wrong or store.revision() != copied.revision:
            raise StoreError(f"the copy is not whole ({'; '.join(wrong) or 'another revision'}): use another backup")
        store.migrate()
        with store.engine.connect() as connection:
            connection.rollback()
            connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]
    finally:
        store.close()


def _described(file: Path) -> Copied:
    store = Store(f"sqlite:///{file}")
    try:
        revision = store.revision()
        if revision is None:
            raise StoreError("the database is empty, there is nothing to copy: run `sottovoce import` first")
        with store.engine.connect() as connection:
            found = inspect(connection)
            tables = {
                name: TableCopy(
                    tuple(str(one["name"]) for one in found.get_columns(name)), count_rows(connection, name)
                )
                for name in kept_tables(connection)
            }
        return Copied("sqlite", revision, tables, {})
    finally:
        store.close()
        _one_file(file)


def _one_file(file: Path) -> None:
    """Leave no log beside it."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
