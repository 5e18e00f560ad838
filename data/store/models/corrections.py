"""What corrections reach, and what the model said where a person's decision stands instead.

`mentions` are what readers see. A row there without `correction_id` is the model's; one with it was made by that
correction. A model's row that a correction displaced waits in `overruled_mentions`, so that the model's output is
always whole: `mentions` without `correction_id` and `overruled_mentions` together.
"""

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from data.store.models.base import Base


class CorrectedPassage(Base):
    """Words that a correction holds for, in whichever comment they stand.

    `similarity` is null for the words that the person pointed at (or that were in the theme when it was merged or
    split), else the cosine of the words that follow it since a run learned from it.
    """

    __tablename__ = "corrected_passages"
    __table_args__ = (Index("ix_corrected_passages_text_key", "text_key"),)

    correction_id: Mapped[int] = mapped_column(ForeignKey("corrections.id", ondelete="CASCADE"), primary_key=True)
    text_key: Mapped[str] = mapped_column(String(64), primary_key=True)
    similarity: Mapped[float | None]


class OverruledMention(Base):
    """A mention by the model that a correction took out of `mentions`; undoing puts it back.

    Account and time are its comment's, wherever that has moved meanwhile.
    """

    __tablename__ = "overruled_mentions"
    __table_args__ = (
        Index("ix_overruled_mentions_comment_pk", "comment_pk"),
        Index("ix_overruled_mentions_theme_key", "theme_key"),
    )

    passage_id: Mapped[int] = mapped_column(ForeignKey("passages.id", ondelete="CASCADE"), primary_key=True)
    theme_key: Mapped[str] = mapped_column(String(80), primary_key=True)
    comment_pk: Mapped[int] = mapped_column(ForeignKey("comments.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(20))
    polarity: Mapped[str] = mapped_column(String(10))
    confidence: Mapped[float]
    said_by: Mapped[str] = mapped_column(String(10))
