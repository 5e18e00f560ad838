"""Complaints of broken promises at one account, as `matches` gives them for many."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from data.store.models import Comment, Mention, Passage, PassageText
from data.store.models.matches import OF_MISMATCH
from data.store.queries.account_said import asked_of
from data.store.queries.matches import MismatchMention, likenesses
from data.store.queries.slices import Slice
from data.store.queries.veil import Veil

# In the order of `MismatchMention`, but for its likenesses. Made once, as in `account_said`.
_MENTIONS = (
    select(
        Mention.passage_id,
        Mention.comment_pk,
        Comment.comment_id,
        Mention.account_id,
        PassageText.text,
        Mention.said_at,
        Comment.source,
        Comment.role,
        Comment.stage,
        Comment.score,
        Comment.score_band,
        Mention.polarity,
        Mention.confidence,
        Comment.vendor_voice,
        Comment.respondent_key,
        Comment.survey_id,
        Comment.anonymous,
    )
    .join(Comment, Comment.id == Mention.comment_pk)
    .join(Passage, Passage.id == Mention.passage_id)
    .join(PassageText, PassageText.text_key == Passage.text_key)
    .where(
        OF_MISMATCH,
        Mention.account_id == bindparam("account"),
        Mention.said_at.between(bindparam("since"), bindparam("as_of")),
        Mention.polarity == "negative",
        Comment.analysed.is_(True),
    )
    .order_by(Mention.said_at.desc(), Mention.passage_id.desc())
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
