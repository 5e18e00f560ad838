"""Make the counts of `theme_cells` again for the accounts whose comments or mentions changed."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, case, delete, func, insert, select, union_all
from sqlalchemy.orm import Session

from data.store.models import Comment, Mention, StaleAccount, Theme, ThemeCell

# The order in which the columns of an insert-from-select stand.
CELL_COLUMNS = (
    "theme_key",
    "account_key",
    "respondent_key",
    "role",
    "stage",
    "source",
    "month",
    "kind",
    "vendor_voice",
    "comments",
    "negative",
    "positive",
    "neutral",
)


def count_stale(session: Session) -> int:
    """Count the accounts whose counts are to be made again."""
    return session.scalar(select(func.count()).select_from(StaleAccount)) or 0


def stale_accounts(session: Session, limit: int) -> list[str]:
    """Give the next accounts whose counts are to be made again."""
    return list(session.scalars(select(StaleAccount.account_key).order_by(StaleAccount.account_key).limit(limit)))


def refresh_cells(session: Session, account_keys: Sequence[str]) -> int:
    """Make the counts of these accounts again, and take them off the list. Returns the number of cells."""
    session.execute(delete(ThemeCell).where(ThemeCell.account_key.in_(account_keys)))
    made = session.execute(insert(ThemeCell).from_select(CELL_COLUMNS, _cells(account_keys)))
    session.execute(delete(StaleAccount).where(StaleAccount.account_key.in_(account_keys)))
    return made.rowcount  # type: ignore[attr-defined]


def _cells(account_keys: Sequence[str]) -> Select[*tuple[Any, ...]]:
    """Roll mentions up: first one row a comment and theme, then one row a cell.

    A comment that mentions two fine themes of one parent counts once for the parent.
    """
    of_accounts = _of_accounts(account_keys)
    own = (
        select(Mention.comment_pk, Mention.theme_key, Mention.kind, Mention.polarity)
        .join(Comment, Comment.id == Mention.comment_pk)
        .where(of_accounts)
    )
    of_parents = (
        select(Mention.comment_pk, Theme.parent_key.label("theme_key"), Mention.kind, Mention.polarity)
        .join(Comment, Comment.id == Mention.comment_pk)
        .join(Theme, Theme.theme_key == Mention.theme_key)
        .where(of_accounts, Theme.parent_key.is_not(None))
    )
    spoken = union_all(own, of_parents).subquery()
    rank = func.max(case((spoken.c.polarity == "negative", 2), (spoken.c.polarity == "positive", 1), else_=0))
    rolled = (
        select(spoken.c.comment_pk, spoken.c.theme_key, func.min(spoken.c.kind).label("kind"), rank.label("rank"))
        .group_by(spoken.c.comment_pk, spoken.c.theme_key)
        .subquery()
    )
    grain = (
        rolled.c.theme_key,
        func.coalesce(Comment.account_id, ""),
        Comment.respondent_key,
        Comment.role,
        func.coalesce(Comment.stage, ""),
        Comment.source,
        Comment.month,
    )

    def of_rank(value: int) -> ColumnElement[int]:
        return func.count().filter(rolled.c.rank == value)

    # A source is wholly the vendor's voice or not at all (review notes), so the grain holds it.
    voice = Comment.vendor_voice
    return (
        select(*grain, func.min(rolled.c.kind), voice, func.count(), of_rank(2), of_rank(1), of_rank(0))
        .join(Comment, Comment.id == rolled.c.comment_pk)
        .where(Comment.analysed.is_(True))
        .group_by(*grain, voice)
    )


def _of_accounts(account_keys: Sequence[str]) -> ColumnElement[bool]:
    named = Comment.account_id.in_([key for key in account_keys if key])
    return named | Comment.account_id.is_(None) if "" in account_keys else named
