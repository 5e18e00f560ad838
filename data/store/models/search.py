"""Where a comment lies on the map, and the orders in which lists of comments are narrowed.

The words that searches read are kept by the database itself, in `comment_words` (see the migration `r3_search`): on
SQLite an FTS5 index, on PostgreSQL a table of tsvectors, each kept in step by triggers on `comments`.
"""

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from data.store.models.base import Base
from data.store.models.voice import Comment


class Place(Base):
    """A comment's point on the map, both coordinates within about -1..1.

    It goes with the comment's passages (a trigger on `passages`): a comment that reads otherwise is placed again.
    An anchor was laid out by the fit itself; the others lie among their nearest anchors.
    """

    __tablename__ = "places"

    comment_pk: Mapped[int] = mapped_column(ForeignKey("comments.id", ondelete="CASCADE"), primary_key=True)
    x: Mapped[float]
    y: Mapped[float]
    anchor: Mapped[bool]


# A list of one feature or language is read newest first without looking at the others.
Index(
    "ix_comments_feature_said_at",
    Comment.feature,
    Comment.said_at,
    Comment.id,
    sqlite_where=Comment.feature.is_not(None),
    postgresql_where=Comment.feature.is_not(None),
)
Index("ix_comments_language_said_at", Comment.language, Comment.said_at, Comment.id)
