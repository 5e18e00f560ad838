"""Two rows in every table, made from its columns: the first is full, the second holds what it must."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from data.store.models import Base

ROWS = 2
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
# What the tables check, besides lists of words.
FIXED = {"surveys.scale_min": (0.0, 0.0), "surveys.scale_max": (10.0, 5.0)}
_WORDS = re.compile(r"(\w+) IN \(([^)]*)\)")


def fill(connection: Connection) -> None:
    """Insert two rows into every table of the models, those that others refer to first."""
    made: dict[str, list[dict[str, Any]]] = {}
    for table in Base.metadata.sorted_tables:
        made[table.name] = [_row(table, number, made) for number in range(ROWS)]
        for row in made[table.name]:
            connection.execute(sa.insert(table), row)


def _row(table: sa.Table, number: int, made: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    return {column.name: _value(column, number, made) for column in table.columns}


def _value(column: sa.Column[Any], number: int, made: dict[str, list[dict[str, Any]]]) -> Any:
    fixed = FIXED.get(str(column)) or _words(column)
    if fixed:
        return fixed[number]
    if number and column.nullable and not column.primary_key:
        return sa.null() if isinstance(column.type, sa.JSON) else None
    for key in column.foreign_keys:
        parent = key.column.table.name
        return made[parent][number][key.column.name] if parent in made and parent != column.table.name else None
    return _of_type(column, number)


def _words(column: sa.Column[Any]) -> tuple[str, ...]:
    """Give the words that a check allows."""
    for one in column.table.constraints:
        found = _WORDS.match(str(one.sqltext)) if isinstance(one, sa.CheckConstraint) else None
        if found and found[1] == column.name:
            return tuple(word.strip(" '") for word in found[2].split(","))
    return ()


def _of_type(column: sa.Column[Any], number: int) -> Any:
    kind = column.type.impl if isinstance(column.type, sa.TypeDecorator) else column.type
    if isinstance(kind, sa.JSON):
        return {"number": number}
    if isinstance(kind, sa.LargeBinary):
        return bytes([number, 255])
    if isinstance(kind, sa.Boolean):
        return not number
    if isinstance(kind, sa.DateTime):
        return NOW + timedelta(hours=number)
    if isinstance(kind, sa.Date):
        return date(2026, 1, 1 + number)
    if isinstance(kind, sa.Integer):
        return number + 1
    if isinstance(kind, sa.Float):
        return number + 0.5
    if isinstance(kind, sa.Numeric):
        return Decimal(number) + Decimal("0.5")
    return f"{number} {column.name}"[: getattr(kind, "length", None) or 40]
