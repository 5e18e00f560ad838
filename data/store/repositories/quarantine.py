"""Rows that could not be imported: kept whole, encrypted, until they are mended, taken back or dismissed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

from data.store.models import QuarantinedRow
from data.store.repositories.bulk import chunks
from data.store.repositories.incoming import insert_rows, update_rows

# "checking": the file is being imported again, and the row was not met yet.
OPEN = ("open", "checking")


@dataclass(frozen=True)
class SetAside:
    """One row to set aside."""

    row_number: int
    column: str | None
    value: str | None
    reason: str
    row_hash: str
    row_encrypted: bytes | None
    # It contradicts another row of its file.
    conflict: bool = False


def begin_check(session: Session, file: str) -> None:
    """Mark the open rows of a file that is imported again."""
    session.execute(
        update(QuarantinedRow)
        .where(QuarantinedRow.file == file, QuarantinedRow.state == "open")
        .values(state="checking")
    )


def end_check(session: Session, file: str, *, now: datetime) -> int:
    """Settle the rows of the file that did not turn up broken again. Returns how many were mended."""
    done = session.execute(
        update(QuarantinedRow)
        .where(QuarantinedRow.file == file, QuarantinedRow.state == "checking")
        .values(state="mended", settled_at=now)
    )
    return done.rowcount  # type: ignore[attr-defined]


def set_aside(
    session: Session, file: str, kind: str, rows: Sequence[SetAside], *, mapping: dict[str, Any], now: datetime
) -> None:
    """Keep broken rows. A row that is known is opened again, unless a person dismissed it."""
    known: dict[str, tuple[int, str]] = {}
    for part in chunks([row.row_hash for row in rows]):
        found = session.execute(
            select(QuarantinedRow.row_hash, QuarantinedRow.id, QuarantinedRow.state).where(
                QuarantinedRow.file == file, QuarantinedRow.row_hash.in_(part)
            )
        )
        known.update({row_hash: (pk, state) for row_hash, pk, state in found})
    values = {}
    for row in rows:
        columns = {name: value for name, value in vars(row).items() if name != "conflict"}
        kept = {**mapping, "conflict": row.conflict}
        values[row.row_hash] = {**columns, "file": file, "kind": kind, "mapping": kept}
    fresh = {"state": "open", "set_aside_at": now, "settled_at": None}
    insert_rows(session, QuarantinedRow, [{**v, **fresh} for key, v in values.items() if key not in known])
    again = [
        {**v, "id": known[key][0], "state": "open", "settled_at": None}
        for key, v in values.items()
        if key in known and known[key][1] != "dismissed"
    ]
    update_rows(session, QuarantinedRow, again)


def _chosen(file: str | None, ids: Sequence[int] | None) -> ColumnElement[bool]:
    wanted: list[ColumnElement[bool]] = [QuarantinedRow.state.in_(OPEN)]
    if file is not None:
        wanted.append(or_(QuarantinedRow.file == file, QuarantinedRow.file.endswith(f"/{file}", autoescape=True)))
    if ids is not None:
        wanted.append(QuarantinedRow.id.in_(ids))
    return and_(*wanted)


def open_rows(
    session: Session, *, file: str | None = None, ids: Sequence[int] | None = None, after: int = 0, limit: int = 1000
) -> list[QuarantinedRow]:
    """Give open rows in order of their id, after an id; `file` is a whole path or its last part."""
    return list(
        session.scalars(
            select(QuarantinedRow)
            .where(_chosen(file, ids), QuarantinedRow.id > after)
            .order_by(QuarantinedRow.id)
            .limit(limit)
        )
    )


def count_open_by_file(session: Session) -> list[tuple[str, str, int]]:
    """Count the open rows by file and kind."""
    rows = session.execute(
        select(QuarantinedRow.file, QuarantinedRow.kind, func.count())
        .where(_chosen(None, None))
        .group_by(QuarantinedRow.file, QuarantinedRow.kind)
        .order_by(QuarantinedRow.file, QuarantinedRow.kind)
    )
    return [(file, kind, n) for file, kind, n in rows]


def settle(session: Session, ids: Sequence[int], *, state: str, now: datetime) -> int:
    """Close rows as "taken_back", "mended" or "dismissed". Returns how many were open."""
    done = 0
    for part in chunks(ids):
        changed = session.execute(update(QuarantinedRow).where(_chosen(None, part)).values(state=state, settled_at=now))
        done += changed.rowcount  # type: ignore[attr-defined]
    return done


def dismiss(session: Session, *, file: str | None, ids: Sequence[int] | None, now: datetime) -> int:
    """Close open rows for good: they stay out, also when their file is imported again. Returns how many."""
    changed = session.execute(
        update(QuarantinedRow).where(_chosen(file, ids)).values(state="dismissed", settled_at=now)
    )
    return changed.rowcount  # type: ignore[attr-defined]


def restate(session: Session, problems: dict[int, tuple[str | None, str | None, str]]) -> None:
    """Give rows that are still broken the reason that holds now: id -> (column, value, reason)."""
    update_rows(
        session,
        QuarantinedRow,
        [{"id": pk, "column": c, "value": v, "reason": r, "state": "open"} for pk, (c, v, r) in problems.items()],
    )
