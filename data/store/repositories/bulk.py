"""Statements over many rows that both databases understand."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Session

T = TypeVar("T")
# SQLite allows 32,766 bound values a statement; an IN of this many leaves room for the others.
IN_CHUNK = 500


def chunks(items: Iterable[T], size: int = IN_CHUNK) -> Iterator[list[T]]:
    """Cut items into lists of at most `size`."""
    rest = iter(items)
    while part := list(islice(rest, size)):
        yield part


def insert_ignore(session: Session, model: type[DeclarativeBase], rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows; one whose key exists already is left as it is."""
    if not rows:
        return
    session.execute(_insert(session, model).on_conflict_do_nothing(), list(rows))


def insert_or_update(session: Session, model: type[DeclarativeBase], rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows; one whose key exists already takes the new values of the columns given."""
    if not rows:
        return
    statement = _insert(session, model)
    keys = [column.name for column in statement.table.primary_key]
    values = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    session.execute(statement.on_conflict_do_update(index_elements=keys, set_=values), list(rows))


def _insert(session: Session, model: type[DeclarativeBase]) -> postgresql.Insert | sqlite.Insert:
    """Begin an insert in the database's own words."""
    table = model.__table__
    if not isinstance(table, Table):
        raise TypeError(f"{model} is not a table")
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    return insert(table)
