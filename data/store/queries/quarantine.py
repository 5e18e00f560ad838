"""Rows that were set aside as a reader sees them: where each stands, what is wrong; never the whole row."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from data.store.models import QuarantinedRow
from data.store.queries.paging import After, Page, SortKey, after_row
from data.store.repositories.quarantine import OPEN

_KEY = SortKey(QuarantinedRow.id.expression)
# States that a caller may ask for; "open" holds also those that are being checked again.
STATES = ("open", "taken_back", "mended", "dismissed")


@dataclass(frozen=True)
class SetAsideRow:
    """One row; `file` is the file's last part, or `api/JOB` for a row that was posted."""

    id: int
    file: str
    row_number: int
    kind: str
    column: str | None
    value: str | None
    reason: str
    state: str
    set_aside_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True)
class SetAsideQuery:
    """Which rows; `file` is a whole path or its last part."""

    state: str = "open"
    file: str | None = None
    kind: str | None = None


def list_set_aside(
    session: Session, query: SetAsideQuery, *, after: After | None = None, limit: int = 50
) -> Page[SetAsideRow]:
    """Give rows by id."""
    rows = select(QuarantinedRow).where(*_chosen(query)).order_by(_KEY.ordered()).limit(limit + 1)
    if after is not None:
        rows = rows.where(after_row([_KEY], after))
    found = list(session.scalars(rows))
    kept = found[:limit]
    return Page([_row(one) for one in kept], (kept[-1].id,) if len(found) > limit else None)


def count_set_aside(session: Session, query: SetAsideQuery) -> int:
    """Count them."""
    return session.scalar(select(func.count()).select_from(QuarantinedRow).where(*_chosen(query))) or 0


def count_files(session: Session) -> list[tuple[str, str, int]]:
    """Count open rows by file, as it is shown, and kind: most rows first."""
    found: Counter[tuple[str, str]] = Counter()
    counted = select(QuarantinedRow.file, QuarantinedRow.kind, func.count()).where(QuarantinedRow.state.in_(OPEN))
    for file, kind, rows in session.execute(counted.group_by(QuarantinedRow.file, QuarantinedRow.kind)):
        found[_shown(file), kind] += rows
    return sorted(((file, kind, rows) for (file, kind), rows in found.items()), key=lambda one: (-one[2], one[:2]))


def _shown(file: str) -> str:
    # A folder's name says where someone keeps their files; the posted ones are known by their job.
    return file if file.startswith("api/") else file.rsplit("/", 1)[-1]


def _chosen(query: SetAsideQuery) -> list[ColumnElement[bool]]:
    states = OPEN if query.state == "open" else (query.state,)
    wanted: list[ColumnElement[bool]] = [QuarantinedRow.state.in_(states)]
    if query.file is not None:
        inside = QuarantinedRow.file.endswith(f"/{query.file}", autoescape=True)
        wanted.append(or_(QuarantinedRow.file == query.file, inside))
    if query.kind is not None:
        wanted.append(QuarantinedRow.kind == query.kind)
    return wanted


def _row(row: QuarantinedRow) -> SetAsideRow:
    state = "open" if row.state in OPEN else row.state
    return SetAsideRow(
        id=row.id,
        file=_shown(row.file),
        row_number=row.row_number,
        kind=row.kind,
        column=row.column,
        value=row.value,
        reason=row.reason,
        state=state,
        set_aside_at=row.set_aside_at,
        settled_at=row.settled_at,
    )
