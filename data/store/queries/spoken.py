"""Whether a comment speaks of a theme, asked comment by comment: for lists that something else narrows first."""

from typing import Any

from sqlalchemy import ColumnElement, and_, exists, not_
from sqlalchemy.orm import Session

from data.store.models import Comment, Mention
from data.store.queries.errors import QueryError
from data.store.queries.themes import child_keys

POLARITIES = ("negative", "positive", "neutral")


def speaks_of(session: Session, theme_key: str, polarity: str | None = None) -> ColumnElement[bool]:
    """Give the condition that a comment speaks of a theme or of one below it.

    A comment's polarity on a theme is negative when any of its passages is, else positive when any is, else neutral.

    Raises:
        QueryError: The polarity is not known.
    """
    if polarity is not None and polarity not in POLARITIES:
        raise QueryError(f"polarity {polarity!r} is not known: use {', '.join(POLARITIES)}")
    spoken: list[ColumnElement[Any]] = [
        Mention.comment_pk == Comment.id,
        Mention.theme_key.in_(child_keys(session, theme_key)),
    ]

    def said(*polarities: str) -> ColumnElement[bool]:
        return exists().where(*spoken, Mention.polarity.in_(polarities)).correlate(Comment)

    if polarity is None:
        return exists().where(*spoken).correlate(Comment) & Comment.analysed.is_(True)
    if polarity == "negative":
        return said("negative") & Comment.analysed.is_(True)
    stronger = ("negative",) if polarity == "positive" else ("negative", "positive")
    return and_(said(polarity), not_(said(*stronger)), Comment.analysed.is_(True))
