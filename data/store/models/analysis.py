"""What the analysis found: passages, embeddings, themes with their lineage, mentions, and counts ready to query."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from data.store.models.base import Base, new_stamp


class Passage(Base):
    """A piece of a comment's redacted text that makes one point; `start` and `end` are offsets into that text.

    `text_key` is the hash of the normalised passage: equal passages are embedded, tagged and clustered once.
    `theme_state` says where it stands in discovery: null (not looked at), "assigned", "waiting" (joins at the next
    refit) or "unassigned: reason".
    """

    __tablename__ = "passages"
    __table_args__ = (
        UniqueConstraint("comment_pk", "position"),
        Index("ix_passages_text_key", "text_key"),
        Index("ix_passages_theme_state", "theme_state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    comment_pk: Mapped[int] = mapped_column(ForeignKey("comments.id", ondelete="CASCADE"))
    position: Mapped[int]
    start: Mapped[int]
    end: Mapped[int]
    text_key: Mapped[str] = mapped_column(String(64))
    sentiment: Mapped[float | None]
    theme_state: Mapped[str | None] = mapped_column(String(60))


class PassageText(Base):
    """The words of a passage, once for all passages that share them; what naming a theme needs of them."""

    __tablename__ = "passage_texts"

    text_key: Mapped[str] = mapped_column(String(64), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    # Rows of [text, lemma, part of speech] from the one spaCy pass.
    tokens: Mapped[list[Any] | None]


class Embedding(Base):
    """One vector per distinct text and model, float16, unit length (rounding moves a cosine by under 1e-6)."""

    __tablename__ = "embeddings"

    text_key: Mapped[str] = mapped_column(String(64), primary_key=True)
    model_key: Mapped[str] = mapped_column(String(120), primary_key=True)
    vector: Mapped[bytes] = mapped_column(LargeBinary)


class Theme(Base):
    """A theme of either kind in one key space. Counts of the two kinds are never added up."""

    __tablename__ = "themes"
    __table_args__ = (
        CheckConstraint("kind IN ('taxonomy', 'discovered')", name="kind"),
        CheckConstraint("state IN ('active', 'gone', 'merged', 'split', 'hidden')", name="state"),
    )

    theme_key: Mapped[str] = mapped_column(String(80), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), index=True)
    parent_key: Mapped[str | None] = mapped_column(String(80), index=True)
    level: Mapped[int] = mapped_column(default=0)
    name: Mapped[str] = mapped_column(String(200))
    named_by: Mapped[str] = mapped_column(String(20), default="model")
    definition: Mapped[str | None] = mapped_column(Text)
    owner: Mapped[str | None] = mapped_column(String(120))
    action: Mapped[str | None] = mapped_column(Text)
    terms: Mapped[list[Any] | None]
    exemplars: Mapped[list[Any] | None]
    nearest_key: Mapped[str | None] = mapped_column(String(80))
    nearest_similarity: Mapped[float | None]
    emerging: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(20), default="active")
    size: Mapped[int] = mapped_column(default=0)
    centroid: Mapped[bytes | None] = mapped_column(LargeBinary)
    # The similarity under which a new passage does not join this theme.
    floor: Mapped[float | None]
    born_run_id: Mapped[int | None] = mapped_column(ForeignKey("runs.id"))
    updated_at: Mapped[datetime]
    # What the model or the shipped file says, where a person's changes stand above; null where nobody changed it.
    base: Mapped[dict[str, Any] | None]


class Lineage(Base):
    """One edge of a theme's history: born, merged, split, gone or revived, with the share of members that moved."""

    __tablename__ = "lineage"
    __table_args__ = (Index("ix_lineage_from_key", "from_key"), Index("ix_lineage_to_key", "to_key"))

    id: Mapped[int] = mapped_column(primary_key=True)
    # Either a run or a person's correction.
    run_id: Mapped[int | None] = mapped_column(ForeignKey("runs.id"))
    correction_id: Mapped[int | None]
    happened_at: Mapped[datetime]
    event: Mapped[str] = mapped_column(String(20))
    from_key: Mapped[str | None] = mapped_column(String(80))
    to_key: Mapped[str | None] = mapped_column(String(80))
    share: Mapped[float | None]


class Mention(Base):
    """One passage speaks of one theme, with its polarity. `said_by` is model, rule or person.

    Account and time are copied from the comment so that a theme's and an account's pages need one index each.
    """

    __tablename__ = "mentions"
    __table_args__ = (
        UniqueConstraint("passage_id", "theme_key"),
        CheckConstraint("polarity IN ('negative', 'positive', 'neutral')", name="polarity"),
        CheckConstraint("said_by IN ('model', 'rule', 'person')", name="said_by"),
        Index("ix_mentions_comment_pk", "comment_pk"),
        Index("ix_mentions_theme_key_said_at", "theme_key", "said_at"),
        Index("ix_mentions_account_id_said_at", "account_id", "said_at"),
        Index(
            "ix_mentions_correction_id",
            "correction_id",
            sqlite_where=text("correction_id IS NOT NULL"),
            postgresql_where=text("correction_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    passage_id: Mapped[int] = mapped_column(ForeignKey("passages.id", ondelete="CASCADE"))
    comment_pk: Mapped[int] = mapped_column(ForeignKey("comments.id", ondelete="CASCADE"))
    theme_key: Mapped[str] = mapped_column(ForeignKey("themes.theme_key"))
    kind: Mapped[str] = mapped_column(String(20))
    polarity: Mapped[str] = mapped_column(String(10))
    confidence: Mapped[float]
    said_by: Mapped[str] = mapped_column(String(10))
    account_id: Mapped[str | None] = mapped_column(String(120))
    said_at: Mapped[datetime]
    # The correction that made this row; null for the model's own (see models/corrections.py).
    correction_id: Mapped[int | None]


class Correction(Base):
    """What a person changed: appended, never overwritten; undoing sets `undone_at`."""

    __tablename__ = "corrections"

    id: Mapped[int] = mapped_column(primary_key=True)
    action: Mapped[str] = mapped_column(String(40), index=True)
    comment_pk: Mapped[int | None] = mapped_column(ForeignKey("comments.id", ondelete="CASCADE"), index=True)
    text_key: Mapped[str | None] = mapped_column(String(64))
    theme_key: Mapped[str | None] = mapped_column(String(80), index=True)
    payload: Mapped[dict[str, Any]]
    made_by: Mapped[str] = mapped_column(String(200))
    made_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str | None] = mapped_column(String(200))
    # Too much to rebuild at once: the next run does it.
    waits: Mapped[bool | None]


class StaleAccount(Base):
    """An account whose counts are to be made again; written in the transaction that changed what it said.

    `stamp` is drawn again with each change (see `repositories.preparation.mark_stale`).
    """

    __tablename__ = "stale_accounts"

    account_key: Mapped[str] = mapped_column(String(120), primary_key=True)
    stamp: Mapped[int] = mapped_column(BigInteger, default=new_stamp)
