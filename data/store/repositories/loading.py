"""Fill an empty store in bulk: by columns, past the unit of work, with indexes made at the end.

For seeds and benches only. An import goes row by row through the repositories, which check and place each row.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import repeat
from typing import Any

from sqlalchemy import Dialect, Table, func, select
from sqlalchemy.orm import DeclarativeBase

from data.errors import StoreError
from data.store.models import Account, Base, Comment
from data.store.unit_of_work import Store

# SQLite pages kept in memory while indexes are made, KiB.
CACHE_KIB = 262_144


class Same:
    """One value for every row of a column."""

    def __init__(self, value: object) -> None:
        self.value = value


Column = Sequence[Any] | Same


class Loader:
    """Puts columns into tables; made by `bulk_load`."""

    def __init__(self, driver: Any, dialect: Dialect) -> None:  # noqa: ANN401 - sqlite3's or psycopg's connection
        self._driver, self._dialect = driver, dialect
        self.rows: dict[str, int] = {}

    def put(self, model: type[DeclarativeBase], columns: Mapping[str, Column]) -> None:
        """Append rows, given as columns of equal length.

        Args:
            model: The table.
            columns: Values by column name, as the model's attributes take them; `Same` for one value in all rows.

        Raises:
            StoreError: Columns of unlike length.
        """
        table = _table(model)
        lengths = {len(column) for column in columns.values() if not isinstance(column, Same)}
        if len(lengths) != 1:
            raise StoreError(f"columns of {table.name} have lengths {sorted(lengths)}: give them equal ones")
        bound = [_bound(table, name, column, self._dialect) for name, column in columns.items()]
        rows = zip(*bound, strict=False)  # repeated values never end
        if self._dialect.name == "postgresql":
            self._copy(table, list(columns), rows)
        else:
            self._insert(table, list(columns), rows)
        self.rows[table.name] = self.rows.get(table.name, 0) + lengths.pop()

    def _insert(self, table: Table, names: Sequence[str], rows: Iterator[tuple[Any, ...]]) -> None:
        marks = ", ".join("?" * len(names))
        statement = f"INSERT INTO {table.name} ({_listed(names)}) VALUES ({marks})"
        self._driver.executemany(statement, rows)

    def _copy(self, table: Table, names: Sequence[str], rows: Iterator[tuple[Any, ...]]) -> None:
        with self._driver.cursor().copy(f"COPY {table.name} ({_listed(names)}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)


@contextmanager
def bulk_load(store: Store, *, more: bool = False) -> Iterator[Loader]:
    """Load an empty store: indexes are dropped before and made again after.

    Not safe against a killed process: what is left is to be deleted and made again.

    Args:
        store: An empty one.
        more: It holds what an earlier load put there.

    Raises:
        StoreError: There is data in the store.
    """
    with store.read() as session:
        for model in () if more else (Account, Comment):
            if found := session.scalar(select(func.count()).select_from(model)):
                raise StoreError(f"the store has {found} {_table(model).name} already: seed an empty one")
    # SQLite changes its journal for a lone connection only.
    store.engine.dispose()
    pooled = store.engine.raw_connection()
    driver: Any = pooled.driver_connection
    load, unload = (
        (_loosen_postgresql, _tighten_postgresql)
        if store.engine.dialect.name == "postgresql"
        else (_loosen_sqlite, _tighten_sqlite)
    )
    try:
        indexes = load(driver)
        driver.execute("BEGIN")
        loader = Loader(driver, store.engine.dialect)
        yield loader
        driver.execute("COMMIT")
        for statement in indexes:
            driver.execute(statement)
        unload(driver, loader.rows)
    finally:
        pooled.invalidate()
        pooled.close()
        store.engine.dispose()


def _table(model: type[DeclarativeBase]) -> Table:
    table = model.__table__
    if not isinstance(table, Table):
        raise TypeError(f"{model} is not a table")
    return table


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _bound(table: Table, name: str, column: Column, dialect: Dialect) -> Iterator[Any]:
    """Turn values into what the driver takes, by the column's type."""
    bind = table.c[name].type.dialect_impl(dialect).bind_processor(dialect)
    if isinstance(column, Same):
        return repeat(column.value if bind is None or column.value is None else bind(column.value))
    if bind is None:
        return iter(column)
    # None stays null: JSON would make a word of it.
    return (None if value is None else bind(value) for value in column)


def _loosen_sqlite(driver: Any) -> list[str]:  # noqa: ANN401
    """Set it up for speed and drop the indexes that are no constraints. Returns what makes them again."""
    for pragma in ("journal_mode = OFF", "synchronous = OFF", "foreign_keys = OFF", f"cache_size = -{CACHE_KIB}"):
        driver.execute(f"PRAGMA {pragma}")
    found = driver.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL").fetchall()
    for name, _ in found:
        driver.execute(f'DROP INDEX "{name}"')
    return [statement for _, statement in found]


def _tighten_sqlite(driver: Any, rows: Mapping[str, int]) -> None:  # noqa: ANN401
    driver.execute("PRAGMA journal_mode = WAL")


def _loosen_postgresql(driver: Any) -> list[str]:  # noqa: ANN401
    driver.autocommit = True
    if driver.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()[0]:
        # Foreign keys are checked row by row otherwise: minutes.
        driver.execute("SET session_replication_role = replica")
    driver.execute("SET maintenance_work_mem = '256MB'")
    driver.execute("SET synchronous_commit = off")
    found = driver.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() "
        "AND indexname NOT IN (SELECT conname FROM pg_constraint)"
    ).fetchall()
    for name, _ in found:
        driver.execute(f'DROP INDEX "{name}"')
    return [statement for _, statement in found]


def _tighten_postgresql(driver: Any, rows: Mapping[str, int]) -> None:  # noqa: ANN401
    """Let numbered keys go on after the highest."""
    for name in rows:
        if "id" in Base.metadata.tables[name].c:
            driver.execute(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM {name}))")
