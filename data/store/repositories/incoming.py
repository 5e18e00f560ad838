"""What import hands to the store, and the statement that most kinds need: insert new rows, update changed ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import insert, select, tuple_, update
from sqlalchemy.orm import DeclarativeBase, Session

from data.store.repositories.bulk import chunks
from data.store.vault import Vault

# "forgotten": the row bears a key of a person who was forgotten, and stays out.
Status = Literal["new", "changed", "same", "forgotten"]
# Row values count several parameters each in an IN of tuples.
TUPLE_CHUNK = 250


@dataclass(frozen=True)
class Incoming:
    """One valid row: only the fields that its file has, so that what a file does not speak of stays as it was."""

    values: dict[str, Any]
    origin: str
    row_hash: str


@dataclass(frozen=True)
class Problem:
    """Why a valid row can't be stored: a survey that is not known, a score outside its range."""

    field: str | None
    reason: str


@dataclass
class ImportContext:
    """What writers share: encryption, the clock, and what they could not match."""

    vault: Vault
    now: datetime
    ambiguous: int = 0
    touched: dict[str, int] = field(default_factory=dict)

    def stamp(self, row: Incoming) -> dict[str, Any]:
        """Give the columns that say where a row came from."""
        return {"origin": row.origin[:400], "row_hash": row.row_hash, "imported_at": self.now}


Outcome = Status | Problem


def load_rows(
    session: Session, model: type[DeclarativeBase], key: Sequence[str], keys: Sequence[tuple[Any, ...]]
) -> dict[tuple[Any, ...], dict[str, Any]]:
    """Give the stored rows with these keys, as dictionaries of all columns."""
    columns = model.__table__.c
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    parts = chunks(sorted(set(keys)), TUPLE_CHUNK)
    for part in parts:
        wanted = (
            columns[key[0]].in_([values[0] for values in part])
            if len(key) == 1
            else tuple_(*(columns[name] for name in key)).in_(part)
        )
        for row in session.execute(select(*columns).where(wanted)).mappings():
            found[tuple(row[name] for name in key)] = dict(row)
    return found


def differs(stored: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    """Say whether any of the values is not what is stored."""
    return any(stored[name] != value for name, value in values.items())


def insert_rows(session: Session, model: type[DeclarativeBase], rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows; columns that a row lacks take their default, or null."""
    for group in _alike(rows):
        # The table, not the class: no objects are made, and a batch is one executemany.
        session.execute(insert(model.__table__), group)  # type: ignore[arg-type]


def update_rows(session: Session, model: type[DeclarativeBase], rows: Sequence[dict[str, Any]]) -> None:
    """Update rows by primary key; each holds its key and the columns to set."""
    for group in _alike(rows):
        session.execute(update(model), group)


def _alike(rows: Sequence[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Part rows by the columns they hold: one statement takes rows of one shape."""
    groups: dict[frozenset[str], list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(frozenset(row), []).append(row)
    return list(groups.values())


def upsert(
    session: Session,
    model: type[DeclarativeBase],
    key: Sequence[str],
    rows: Sequence[tuple[Incoming, dict[str, Any]]],
    context: ImportContext,
    *,
    defaults: Mapping[str, Any] | None = None,
) -> tuple[list[Outcome], dict[tuple[Any, ...], dict[str, Any]]]:
    """Store rows (with their column values) by key. Returns an outcome a row, and what was stored before.

    `defaults` fill the columns that a new row lacks.

    A key that comes twice in the batch with other values is a problem: which one holds can't be known.
    """
    before = load_rows(session, model, key, [tuple(values[name] for name in key) for _, values in rows])
    taken: dict[tuple[Any, ...], dict[str, Any]] = {}
    outcomes: list[Outcome] = []
    new, changed = [], []
    for row, values in rows:
        place = tuple(values[name] for name in key)
        if place in taken:
            same = taken[place] == values
            outcomes.append("same" if same else Problem(key[-1], "the same row stands here twice with other values"))
            continue
        taken[place] = values
        if place not in before:
            new.append({**(defaults or {}), **values, **context.stamp(row)})
            outcomes.append("new")
        elif differs(before[place], values):
            changed.append({**values, **context.stamp(row)})
            outcomes.append("changed")
        else:
            outcomes.append("same")
    insert_rows(session, model, new)
    update_rows(session, model, changed)
    return outcomes, before
