"""What one account said: its comments and their themes as rows, counted in `cx.account_themes`."""

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, select
from sqlalchemy.orm import Session

from cx.account_themes import NEGATIVE, NEUTRAL, POSITIVE, Point, Said
from data.store.models import Comment, Mention
from data.store.queries.slices import Slice
from data.store.queries.veil import Veil

# Before every record.
EARLIEST = datetime.fromisoformat("1900-01-01T00:00:00+00:00")
_SAID = (
    Comment.id,
    Comment.comment_id,
    Comment.said_at,
    Comment.respondent_key,
    Comment.role,
    Comment.stage,
    Comment.source,
    Comment.vendor_voice,
    Comment.score_band,
    Comment.sentiment,
    Comment.ticket_id,
)


def account_said(session: Session, filters: Slice, account_id: str, *, veil: Veil) -> list[Said]:
    """Give what was said at one account in a window, oldest first, empty talk left out.

    Comments of anonymous surveys whose group at the account is too small are left out; where the group of the role is,
    the role is unknown.
    """
    hidden = veil.hidden_at(account_id)
    rows = session.execute(_said_in(bool(hidden)), {**asked_of(filters, account_id), "hidden": hidden})
    return [_said(tuple(row), account_id, veil) for row in rows]


def _said(row: tuple[Any, ...], account_id: str, veil: Veil) -> Said:
    said = Said(*row[:-2])
    return said._replace(ticket_id=None, role=veil.role(row[-2], account_id, said.role)) if row[-1] else said


def asked_of(filters: Slice, account_id: str) -> dict[str, Any]:
    """Give what the statements here are asked with: an account and the ends of a window."""
    return {"account": account_id, "since": filters.since or EARLIEST, "as_of": filters.as_of}


@cache
def _said_in(hidden: bool) -> Select[*tuple[Any, ...]]:
    """Ask for comments. Made once, as all below: putting a statement together takes longer than its rows do."""
    times = Comment.said_at.between(bindparam("since"), bindparam("as_of"))
    chosen = select(*_SAID, Comment.survey_id, Comment.anonymous).where(*_shown(hidden), times)
    return chosen.order_by(Comment.said_at, Comment.id)


def _shown(hidden: bool) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [
        Comment.account_id == bindparam("account"),
        Comment.text.is_not(None),
        Comment.empty_reason.is_(None),
    ]
    small: BindParameter[Any] = bindparam("hidden", expanding=True)
    return [*conditions, Comment.survey_id.is_(None) | Comment.survey_id.not_in(small)] if hidden else conditions


def account_points(session: Session, filters: Slice, account_id: str) -> list[Point]:
    """Give the themes of one account's comments in a window, one a comment and theme, hidden themes too."""
    read: Iterable[Any] = session.execute(_POINTS, asked_of(filters, account_id))
    found: dict[tuple[int, str], _Sums] = {}
    for pk, key, kind, polarity, confidence in read:
        sums = found.get((pk, key))
        if sums is None:
            sums = found[pk, key] = _Sums(kind)
        sums.add(polarity, confidence)
    return [sums.point(pk, key) for (pk, key), sums in sorted(found.items())]


class _Sums:
    """What the passages of one comment say on a theme: grouped here, where it takes a third of what SQL takes."""

    __slots__ = ("blame", "kind", "praise", "spoken", "sure")

    def __init__(self, kind: str) -> None:
        self.kind, self.praise, self.blame, self.sure = kind, 0.0, 0.0, 0.0
        self.spoken: set[str] = set()

    def add(self, polarity: str, confidence: float) -> None:
        self.spoken.add(polarity)
        self.sure = max(self.sure, confidence)
        if polarity == POSITIVE:
            self.praise += confidence
        elif polarity == NEGATIVE:
            self.blame += confidence

    def point(self, pk: int, key: str) -> Point:
        worst = next((one for one in (NEGATIVE, POSITIVE) if one in self.spoken), NEUTRAL)
        return Point(pk, key, self.kind, worst, self.praise, self.blame, self.sure)


_POINTS = (
    select(Mention.comment_pk, Mention.theme_key, Mention.kind, Mention.polarity, Mention.confidence)
    .join(Comment, Comment.id == Mention.comment_pk)
    .where(
        Mention.account_id == bindparam("account"),
        Mention.said_at.between(bindparam("since"), bindparam("as_of")),
        Comment.analysed.is_(True),
    )
)
