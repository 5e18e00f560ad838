"""What one account said: its comments and their themes as rows, counted in `cx.account_themes`."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, select
from sqlalchemy.orm import Session

from cx.account_themes import NEGATIVE, NEUTRAL, POSITIVE, Point, Said
from data.store.models import Comment, Mention
from data.store.queries.slices import Slice
from data.store.queries.veil import Veil

# Columns of the tables themselves: rows of a model's attributes take half as long again to read.
_COMMENT, _MENTION = Comment.__table__.c, Mention.__table__.c
# Before every record.
EARLIEST = datetime.fromisoformat("1900-01-01T00:00:00+00:00")
_SAID = (
    _COMMENT.id,
    _COMMENT.comment_id,
    _COMMENT.said_at,
    _COMMENT.respondent_key,
    _COMMENT.role,
    _COMMENT.stage,
    _COMMENT.source,
    _COMMENT.vendor_voice,
    _COMMENT.score_band,
    _COMMENT.sentiment,
    _COMMENT.ticket_id,
)


@dataclass(frozen=True)
class AccountSaid:
    """What was said at an account, oldest first.

    `words` has the comment of each answer that came with words, by the answer's id; `analysed` the numbers of the
    comments whose themes are known.
    """

    rows: list[Said]
    words: dict[str, str]
    analysed: frozenset[int]


def account_said(session: Session, filters: Slice, account_id: str, *, veil: Veil) -> AccountSaid:
    """Give what was said at one account in a window, empty talk left out.

    Comments of anonymous surveys whose group at the account is too small are left out; where the group of the role is,
    the role is unknown.
    """
    hidden = veil.hidden_at(account_id)
    asked = {**asked_of(filters, account_id), "hidden": hidden}
    found: Sequence[Any] = session.execute(_said_in(bool(hidden)), asked).all()
    return AccountSaid(
        [_said(row, account_id, veil) for row in found],
        {row.response_id: row.comment_id for row in found if row.response_id is not None},
        frozenset(row.id for row in found if row.analysed),
    )


def _said(row: Any, account_id: str, veil: Veil) -> Said:  # noqa: ANN401 - a row of `_said_in`
    said = Said(*row[: len(_SAID)])
    return (
        said._replace(ticket_id=None, role=veil.role(row.survey_id, account_id, said.role)) if row.anonymous else said
    )


def asked_of(filters: Slice, account_id: str) -> dict[str, Any]:
    """Give what the statements here are asked with: an account and the ends of a window."""
    return {"account": account_id, "since": filters.since or EARLIEST, "as_of": filters.as_of}


@cache
def _said_in(hidden: bool) -> Select[*tuple[Any, ...]]:
    """Ask for comments. Made once, as all below: putting a statement together takes longer than its rows do."""
    times = _COMMENT.said_at.between(bindparam("since"), bindparam("as_of"))
    beside = (_COMMENT.survey_id, _COMMENT.anonymous, _COMMENT.response_id, _COMMENT.analysed)
    chosen = select(*_SAID, *beside).where(*_shown(hidden), times)
    return chosen.order_by(_COMMENT.said_at, _COMMENT.id)


def _shown(hidden: bool) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [
        _COMMENT.account_id == bindparam("account"),
        _COMMENT.text.is_not(None),
        _COMMENT.empty_reason.is_(None),
    ]
    small: BindParameter[Any] = bindparam("hidden", expanding=True)
    return [*conditions, _COMMENT.survey_id.is_(None) | _COMMENT.survey_id.not_in(small)] if hidden else conditions


def account_points(session: Session, filters: Slice, account_id: str, *, of: Collection[int]) -> list[Point]:
    """Give the themes of some of an account's comments in a window, one a comment and theme, hidden themes too.

    `of` are the comments' numbers: looking each one up beside its mentions would take ten times as long.
    """
    # All at once: row by row takes half as long again, twice as long on PostgreSQL.
    read: Iterable[Any] = session.execute(_POINTS, asked_of(filters, account_id)).all()
    # Grouped here, where it takes a third of what SQL takes.
    found: dict[tuple[int, str], Point] = {}
    for pk, key, kind, polarity, confidence in read:
        if pk in of:
            one, known = _point(pk, key, kind, polarity, confidence), found.get((pk, key))
            found[pk, key] = one if known is None else _both(known, one)
    return [found[place] for place in sorted(found)]


def _point(pk: int, key: str, kind: str, polarity: str, confidence: float) -> Point:
    """Give what one passage says on a theme."""
    praise = confidence if polarity == POSITIVE else 0.0
    blame = confidence if polarity == NEGATIVE else 0.0
    return Point(pk, key, kind, polarity, praise, blame, max(0.0, confidence))


def _both(one: Point, other: Point) -> Point:
    """Give what two passages of a comment say on a theme: the worse of both, and the confidences summed up."""
    worst = next((name for name in (NEGATIVE, POSITIVE) if name in (one.polarity, other.polarity)), NEUTRAL)
    praise, blame = one.praise + other.praise, one.blame + other.blame
    return Point(one.pk, one.theme, one.kind, worst, praise, blame, max(one.sure, other.sure))


_POINTS = select(_MENTION.comment_pk, _MENTION.theme_key, _MENTION.kind, _MENTION.polarity, _MENTION.confidence).where(
    _MENTION.account_id == bindparam("account"), _MENTION.said_at.between(bindparam("since"), bindparam("as_of"))
)
