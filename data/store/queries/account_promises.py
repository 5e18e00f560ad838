"""Complaints of broken promises at one account, as `matches` gives them for many."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import bindparam
from sqlalchemy.orm import Session

from data.store.models import Comment, Mention
from data.store.queries.account_said import asked_of
from data.store.queries.matches import MENTIONS, MismatchMention, likenesses
from data.store.queries.slices import Slice
from data.store.queries.veil import Veil

# Made once, as in `account_said`.
_MENTIONS = MENTIONS.where(
    Mention.account_id == bindparam("account"),
    Mention.said_at.between(bindparam("since"), bindparam("as_of")),
    Mention.polarity == "negative",
    Comment.analysed.is_(True),
)


def account_mentions(
    session: Session, filters: Slice, account_id: str, *, veil: Veil, shown: int
) -> list[MismatchMention]:
    """Give the complaints of broken promises at an account in a window, newest first; likenesses for the first `shown`.

    Answers of anonymous surveys whose group at the account is too small are left out.
    """
    read: Iterable[Any] = session.execute(_MENTIONS, asked_of(filters, account_id))
    found = [_mention(row, veil) for row in read if not veil.hides(row.survey_id, account_id)]
    near = likenesses(session, [one.passage_id for one in found[:shown]], filters=filters)
    return [replace(one, likenesses=tuple(near.get(one.passage_id, ()))) for one in found]


def _mention(row: Any, veil: Veil) -> MismatchMention:  # noqa: ANN401 - a row of `_MENTIONS`
    one = MismatchMention(*row[:-2])
    return replace(one, role=veil.role(row.survey_id, one.account_id, one.role)) if row.anonymous else one
