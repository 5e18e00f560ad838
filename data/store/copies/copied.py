"""What a copy of a whole store holds, and which tables it leaves out because they are made again."""

from dataclasses import asdict, dataclass
from typing import Any, Self

from sqlalchemy import Connection, inspect

# Alembic's own row; what triggers and the next run make again (words, sketches); messages of the queue.
_REVISION = "alembic_version"
_MADE_AGAIN = ("comment_words", "text_sketches", "huey_", "sqlite_")


@dataclass(frozen=True)
class TableCopy:
    """One table: its columns in the order of the copy, and its rows."""

    columns: tuple[str, ...]
    rows: int


@dataclass(frozen=True)
class Copied:
    """A copy of a store at one moment. `counters` are the last numbers given, as "table.column" (PostgreSQL)."""

    database: str
    revision: str
    tables: dict[str, TableCopy]
    counters: dict[str, int]

    def as_dict(self) -> dict[str, Any]:
        """Give it as JSON takes it."""
        return asdict(self)

    @classmethod
    def from_dict(cls, told: dict[str, Any]) -> Self:
        """Read what `as_dict` gave.

        Raises:
            KeyError, TypeError: It is something else.
        """
        tables = {name: TableCopy(tuple(one["columns"]), int(one["rows"])) for name, one in told["tables"].items()}
        return cls(str(told["database"]), str(told["revision"]), tables, dict(told["counters"]))


def kept_tables(connection: Connection) -> list[str]:
    """Give the tables that a copy holds, those that others refer to first."""
    named = [name for name, _ in inspect(connection).get_sorted_table_and_fkc_names() if name]
    return [name for name in named if name != _REVISION and not name.startswith(_MADE_AGAIN)]


def quoted(connection: Connection, name: str) -> str:
    """Give a name of a table or column as statements take it."""
    return connection.dialect.identifier_preparer.quote(name)


def count_rows(connection: Connection, table: str) -> int:
    """Count a table's rows."""
    return int(connection.exec_driver_sql(f"SELECT count(*) FROM {quoted(connection, table)}").scalar_one())


def different(connection: Connection, copied: Copied) -> list[str]:
    """Say which tables do not hold as many rows as the copy."""
    there = set(kept_tables(connection))
    return [
        f"{name}: {found} of {one.rows} rows"
        for name, one in copied.tables.items()
        if (found := count_rows(connection, name) if name in there else "none") != one.rows
    ]
