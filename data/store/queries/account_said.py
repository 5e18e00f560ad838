"""What one account said: its comments and their themes as rows, counted in `cx.account_themes`."""

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, case, func, select
from sqlalchemy.orm import Session

from cx.account_themes import NEGATIVE, NEUTRAL, POSITIVE, Point, Said
from data.store.models import Comment, Mention, Theme
from data.store.queries.grain import NEGATIVE as NEGATIVE_RANK
from data.store.queries.grain import POSITIVE as POSITIVE_RANK
from data.store.queries.grain import polarity_rank
from data.store.queries.slices import Slice
from data.store.queries.veil import Veil

# Before every record.
EARLIEST = datetime.fromisoformat("1900-01-01T00:00:00+00:00")
_POLARITY = {NEGATIVE_RANK: NEGATIVE, POSITIVE_RANK: POSITIVE}
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
    """Give the themes of one account's comments in a window, one a comment and theme; hidden themes are left out."""
    rows = session.execute(_POINTS, asked_of(filters, account_id))
    return [Point(pk, key, kind, _POLARITY.get(rank, NEUTRAL), *sums) for pk, key, kind, rank, *sums in rows]


def _summed(polarity: str) -> ColumnElement[float]:
    """Sum the confidences of a comment's passages of one polarity."""
    return func.sum(case((Mention.polarity == polarity, Mention.confidence), else_=0.0))


_POINTS = (
    select(
        Mention.comment_pk,
        Mention.theme_key,
        Mention.kind,
        polarity_rank(),
        _summed(POSITIVE),
        _summed(NEGATIVE),
        func.max(Mention.confidence),
    )
    .join(Theme, Theme.theme_key == Mention.theme_key)
    .join(Comment, Comment.id == Mention.comment_pk)
    .where(
        Mention.account_id == bindparam("account"),
        Mention.said_at.between(bindparam("since"), bindparam("as_of")),
        Theme.state != "hidden",
        Comment.analysed.is_(True),
    )
    .group_by(Mention.comment_pk, Mention.theme_key, Mention.kind)
    .order_by(Mention.comment_pk, Mention.theme_key)
)


def first_said(session: Session, filters: Slice, account_id: str, *, veil: Veil) -> dict[str, datetime | None]:
    """Give when customers at an account first spoke of each theme, whatever the window's beginning.

    None where only the vendor's review notes did.
    """
    hidden = veil.hidden_at(account_id)
    rows = session.execute(_first_said(bool(hidden)), {**asked_of(filters, account_id), "hidden": hidden})
    return {key: time for key, time in rows}


@cache
def _first_said(hidden: bool) -> Select[*tuple[Any, ...]]:
    own = Mention.account_id == bindparam("account")
    theirs = func.min(case((Comment.vendor_voice.is_(False), Mention.said_at)))
    chosen = select(Mention.theme_key, theirs).join(Comment, Comment.id == Mention.comment_pk)
    chosen = chosen.where(own, Mention.said_at <= bindparam("as_of"), *_shown(hidden))
    return chosen.group_by(Mention.theme_key)
