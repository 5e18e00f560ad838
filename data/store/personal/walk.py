"""Walk over every value of every table that can hold words: text, JSON, and what is encrypted, opened.

Tables and columns are read from the models, so that a new one is walked without being named here.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, Column, LargeBinary, String, Table, literal, select
from sqlalchemy.orm import Session

from data.store.models import Base
from data.store.vault import Vault

BATCH_ROWS = 2_000
SEALED = "_encrypted"
# Tables without a column for it: (how to reach the account, by table, own column, column there).
_OWNERS = {
    "originals": ("comments", "comment_pk", "id"),
    "passages": ("comments", "comment_pk", "id"),
    "ticket_messages": ("tickets", "ticket_id", "ticket_id"),
    "loop_acts": ("loops", "loop_id", "id"),
}
# Encrypted for good: what is to be erased while it is erased.
_LEFT_OUT = {("forgettings", "plan_encrypted")}
_SEALED_JSON = ("row_encrypted", "payload_encrypted", "preview_encrypted")


@dataclass(frozen=True)
class Row:
    """A row with the values that can hold words; encrypted ones are opened. `account` is None where it has none."""

    key: Mapping[str, Any]
    account: str | None
    values: Mapping[str, Any]


def tables() -> list[Table]:
    """Give every table of the models, by name."""
    return [Base.metadata.tables[name] for name in sorted(Base.metadata.tables)]


def wordy(table: Table) -> list[Column[Any]]:
    """Give a table's columns that can hold words."""
    return [
        column
        for column in table.columns
        if (table.name, column.name) not in _LEFT_OUT
        and (
            isinstance(column.type, String | JSON)
            or (isinstance(column.type, LargeBinary) and column.name.endswith(SEALED))
        )
    ]


def batches(session: Session, vault: Vault, table: Table, columns: Sequence[Column[Any]]) -> Iterator[list[Row]]:
    """Give some columns of a table's rows, batch by batch, in the order of their keys; they may be changed meanwhile.

    Nothing where no column is asked for.
    """
    keys = list(table.primary_key.columns)
    owner, joined = _owner(table)
    statement = select(*(key.label(f"key_{key.name}") for key in keys), owner.label("owner"), *columns)
    statement = statement.select_from(joined).order_by(*keys).limit(BATCH_ROWS)
    last: tuple[Any, ...] | None = None
    while columns:
        found = session.execute(statement if last is None else statement.where(_behind(keys, last))).mappings().all()
        if not found:
            return
        last = tuple(found[-1][f"key_{key.name}"] for key in keys)
        yield [
            Row(
                {key.name: row[f"key_{key.name}"] for key in keys},
                row["owner"],
                {column.name: _opened(vault, column, row[column.name]) for column in columns},
            )
            for row in found
        ]


def _behind(keys: Sequence[Column[Any]], last: Sequence[Any]) -> Any:  # noqa: ANN401 - a condition
    """Rows behind the last one, written out: row values are no condition that both databases index alike."""
    if len(keys) == 1:
        return keys[0] > last[0]
    return (keys[0] > last[0]) | ((keys[0] == last[0]) & _behind(keys[1:], last[1:]))


def _owner(table: Table) -> tuple[Any, Any]:
    for name in ("account_id", "account_key"):
        if name in table.c:
            return table.c[name], table
    if table.name not in _OWNERS:
        return literal(None), table
    other, own, there = _OWNERS[table.name]
    far = Base.metadata.tables[other]
    return far.c.account_id, table.outerjoin(far, far.c[there] == table.c[own])


def _opened(vault: Vault, column: Column[Any], value: Any) -> Any:  # noqa: ANN401 - a column's value
    if value is None or not column.name.endswith(SEALED):
        return value
    opened = vault.decrypt(value)
    return json.loads(opened) if column.name in _SEALED_JSON else opened


def closed(vault: Vault, column: str, value: Any) -> Any:  # noqa: ANN401
    """Give a value as its column keeps it."""
    if value is None or not column.endswith(SEALED):
        return value
    return vault.encrypt(json.dumps(value) if column in _SEALED_JSON else value)
