"""Stable order and the place to go on from, for lists of any length (keyset paging: no page is counted off)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, UnaryExpression, and_, or_

from data.store.queries.errors import QueryError

T = TypeVar("T")
# What a cursor holds: the values of the order's keys at the last row.
After = Sequence[Any]


@dataclass(frozen=True)
class Page(Generic[T]):
    """Rows, and the keys of the last one when more follow."""

    rows: list[T]
    after: tuple[Any, ...] | None


@dataclass(frozen=True)
class SortKey:
    """One key of an order: an expression that is never NULL, its direction and whether it is a time."""

    expression: ColumnElement[Any]
    descending: bool = False
    is_time: bool = False

    def ordered(self) -> UnaryExpression[Any]:
        """Give the term of ORDER BY."""
        return self.expression.desc() if self.descending else self.expression.asc()

    def read(self, value: Any) -> Any:  # noqa: ANN401
        """Turn a cursor's value into one to compare with.

        Raises:
            QueryError: A time is not in ISO format.
        """
        if not (self.is_time and isinstance(value, str)):
            return value
        try:
            return datetime.fromisoformat(value)
        except ValueError as error:
            raise QueryError(f"cursor holds {value!r} where a time belongs: start again without it") from error


def after_row(order: Sequence[SortKey], after: After) -> ColumnElement[bool]:
    """Give the condition "comes after the row with these keys".

    Raises:
        QueryError: The number of values is not the order's.
    """
    if len(after) != len(order):
        raise QueryError(f"cursor has {len(after)} values, this list is ordered by {len(order)}")
    values = [key.read(value) for key, value in zip(order, after, strict=True)]
    steps = []
    for place, key in enumerate(order):
        equal = [order[i].expression == values[i] for i in range(place)]
        past = key.expression < values[place] if key.descending else key.expression > values[place]
        steps.append(and_(*equal, past))
    return or_(*steps)


def cut(rows: Sequence[Any], limit: int, keys: int) -> tuple[list[Any], tuple[Any, ...] | None]:
    """Cut `limit + 1` fetched rows, whose last `keys` columns are the order's, to a page and its cursor."""
    if len(rows) <= limit:
        return list(rows), None
    kept = list(rows[:limit])
    last = tuple(kept[-1])[-keys:]
    return kept, tuple(value.isoformat() if isinstance(value, datetime) else value for value in last)
