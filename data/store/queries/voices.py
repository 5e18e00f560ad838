"""Who says it: the accounts where people complain of a theme, with how many of them do."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.store.models import Account, Comment, Mention
from data.store.queries.grain import comment_filters
from data.store.queries.slices import Slice, within


@dataclass(frozen=True)
class Voices:
    """An account with its negative comments on one theme, and the people who wrote them (review notes apart)."""

    account_id: str
    name: str
    comments: int
    people: int
    arr: float | None
    currency: str | None


def theme_voices(session: Session, filters: Slice, theme_key: str, *, least_confidence: float = 0.0) -> list[Voices]:
    """Give the accounts with negative mentions of a theme of at least this confidence, by id."""
    rows = session.execute(
        select(
            Account.account_id,
            Account.name,
            func.count(Comment.id.distinct()),
            func.count(Comment.respondent_key.distinct()),
            Account.arr,
            Account.currency,
        )
        .join(Comment, Comment.account_id == Account.account_id)
        .join(Mention, Mention.comment_pk == Comment.id)
        .where(
            Mention.theme_key == theme_key,
            Mention.polarity == "negative",
            Mention.confidence >= least_confidence,
            Comment.vendor_voice.is_(False),
            *within(Comment.said_at.expression, filters),
            *comment_filters(filters),
        )
        .group_by(Account.account_id, Account.name, Account.arr, Account.currency)
        .order_by(Account.account_id)
    )
    return [
        Voices(account_id, name, comments, people, None if arr is None else float(arr), currency)
        for account_id, name, comments, people, arr, currency in rows
    ]
