"""A copy of a PostgreSQL store: every table by COPY within one transaction that sees one moment."""

from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Connection, inspect, text

from data.errors import StoreError
from data.store.copies.copied import Copied, TableCopy, different, kept_tables, quoted
from data.store.migrations.run import lock_migrations, upgrade_within
from data.store.unit_of_work import Store, explained

SUFFIX = ".copy"
# Bytes read from a file at once.
PART_BYTES = 1 << 20


def take(store: Store, folder: Path) -> Copied:
    """Copy the tables into files of a folder; others write meanwhile, and none of that is seen.

    Raises:
        StoreError: The database can't be used now, or is empty.
    """
    revision = store.revision()
    if revision is None:
        raise StoreError("the database is empty, there is nothing to copy: run `sottovoce import` first")
    with explained(), store.engine.connect() as opened:
        connection = opened.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        try:
            tables = {one: _table_out(connection, one, folder / f"{one}{SUFFIX}") for one in kept_tables(connection)}
        except psycopg.Error as error:
            raise StoreError(
                f"the database ended the copy ({type(error).__name__}): try again; `sottovoce doctor` says more"
            ) from error
        revision = str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one())
        counters = _counters(connection, tables)
    return Copied("postgresql", revision, tables, counters)


def load(store: Store, folder: Path, copied: Copied) -> None:
    """Make the tables, fill them and bring them to this version, all in one transaction.

    Raises:
        StoreError: The database holds tables already, can't be used now, or what came in is not what was copied.
    """
    with explained(), store.engine.connect() as connection, connection.begin():
        lock_migrations(connection)
        require_empty(connection)
        upgrade_within(connection, copied.revision)
        try:
            for name in [one for one in kept_tables(connection) if one in copied.tables]:
                _table_in(connection, name, copied.tables[name].columns, folder / f"{name}{SUFFIX}")
            _set_counters(connection, copied.counters)
        except psycopg.Error as error:
            raise StoreError(f"the copy can't be taken in ({type(error).__name__}): use another backup") from error
        wrong = different(connection, copied)
        if wrong:
            raise StoreError(f"the copy is not whole ({'; '.join(wrong)}): use another backup")
        upgrade_within(connection, "head")
        connection.execute(text("ANALYZE"))


def require_empty(connection: Connection) -> None:
    """Check that nothing of ours is there.

    Raises:
        StoreError: Something is.
    """
    there = inspect(connection).get_table_names()
    if "alembic_version" in there or kept_tables(connection):
        raise StoreError(
            f"the database {connection.engine.url.database!r} holds {len(there)} tables: name one that is empty"
        )


def _table_out(connection: Connection, name: str, file: Path) -> TableCopy:
    columns = tuple(str(one["name"]) for one in inspect(connection).get_columns(name))
    with file.open("wb") as out, _cursor(connection) as cursor:
        with cursor.copy(f"COPY {_target(connection, name, columns)} TO STDOUT (FORMAT binary)") as parts:
            for part in parts:
                out.write(part)
        return TableCopy(columns, cursor.rowcount)


def _table_in(connection: Connection, name: str, columns: tuple[str, ...], file: Path) -> None:
    statement = f"COPY {_target(connection, name, columns)} FROM STDIN (FORMAT binary)"
    with file.open("rb") as source, _cursor(connection) as cursor, cursor.copy(statement) as parts:
        while part := source.read(PART_BYTES):
            parts.write(part)


def _cursor(connection: Connection) -> Any:  # noqa: ANN401 - psycopg's cursor
    """Give the driver's own cursor within the same transaction."""
    return connection.connection.driver_connection.cursor()  # type: ignore[union-attr]


def _target(connection: Connection, name: str, columns: tuple[str, ...]) -> str:
    return f"{quoted(connection, name)} ({', '.join(quoted(connection, one) for one in columns)})"


_SERIAL = "pg_get_serial_sequence(:table, :column)"


def _counters(connection: Connection, tables: dict[str, TableCopy]) -> dict[str, int]:
    """Read the sequences last: they stand outside of transactions, and may only be ahead of the rows."""
    found = {}
    for table, one in tables.items():
        for column in one.columns:
            values = {"table": quoted(connection, table), "column": column}
            last = connection.execute(text(f"SELECT pg_sequence_last_value({_SERIAL}::regclass)"), values).scalar()
            if last:
                found[f"{table}.{column}"] = int(last)
    return found


def _set_counters(connection: Connection, counters: dict[str, int]) -> None:
    for name, last in counters.items():
        table, _, column = name.partition(".")
        values = {"table": quoted(connection, table), "column": column, "last": last}
        connection.execute(text(f"SELECT setval({_SERIAL}::regclass, :last)"), values)
