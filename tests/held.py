"""Every table of a database as one hash each, whatever its version."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import Connection, MetaData, Table, select

from data.store.copies.copied import kept_tables
from data.store.unit_of_work import Store


def held_rows(connection: Connection) -> dict[str, list[str]]:
    """Give the rows of each table, sorted, as the database has them."""
    return {
        name: sorted(map(repr, connection.execute(select(Table(name, MetaData(), autoload_with=connection)))))
        for name in kept_tables(connection)
    }


def table_hashes(store: Store) -> dict[str, str]:
    """Give a hash for each table."""
    with store.engine.connect() as connection:
        return hashes_of(held_rows(connection))


def hashes_of(rows: Mapping[str, list[str]]) -> dict[str, str]:
    """Give a hash for each table's rows."""
    return {name: hashlib.sha256("\n".join(one).encode()).hexdigest() for name, one in rows.items()}


def flip(file: Path, at: int) -> None:
    """Change one byte of a file."""
    with file.open("r+b") as opened:
        opened.seek(at)
        was = opened.read(1)[0]
        opened.seek(at)
        opened.write(bytes([was ^ 1]))
