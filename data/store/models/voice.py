"""What customers said: surveys, answers, tickets, and the comments that are analysed."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from data.store.models.base import Base, Imported


class Survey(Imported, Base):
    """A survey: its type, range and direction are stored, never guessed from the values."""

    __tablename__ = "surveys"
    __table_args__ = (CheckConstraint("scale_min < scale_max", name="range"),)

    survey_id: Mapped[str] = mapped_column(String(120), primary_key=True)
    name: Mapped[str | None] = mapped_column(String(300))
    type: Mapped[str] = mapped_column(String(20), index=True)
    scale_min: Mapped[float]
    scale_max: Mapped[float]
    high_is_good: Mapped[bool] = mapped_column(default=True)
    # A score at or under the line is flagged (at or over it where low is good).
    flag_line: Mapped[float | None]
    stage: Mapped[str | None] = mapped_column(String(40))
    anonymous: Mapped[bool] = mapped_column(default=False)


class Response(Imported, Base):
    """One answer to a survey, with or without a comment.

    `given` holds what the row itself said ({"account": true} where it named one, "role", "stage"); the rest of
    account, role and stage is derived from its contact, survey and account, and derived again when these change.
    """

    __tablename__ = "responses"
    __table_args__ = (
        Index("ix_responses_account_id_responded_at", "account_id", "responded_at"),
        Index("ix_responses_survey_id_responded_at", "survey_id", "responded_at"),
        # How large a group of an anonymous survey is, from the index alone.
        Index("ix_responses_survey_id_account_id_role", "survey_id", "account_id", "role", "responded_at"),
    )

    response_id: Mapped[str] = mapped_column(String(160), primary_key=True)
    survey_id: Mapped[str] = mapped_column(ForeignKey("surveys.survey_id"))
    account_id: Mapped[str | None] = mapped_column(ForeignKey("accounts.account_id"))
    contact_id: Mapped[str | None] = mapped_column(ForeignKey("contacts.contact_id"), index=True)
    ticket_id: Mapped[str | None] = mapped_column(String(160), index=True)
    agent_id: Mapped[str | None] = mapped_column(String(120))
    responded_at: Mapped[datetime]
    score: Mapped[float | None]
    role: Mapped[str] = mapped_column(String(40), default="unknown")
    stage: Mapped[str | None] = mapped_column(String(40))
    stage_derived: Mapped[bool] = mapped_column(default=False)
    given: Mapped[dict[str, Any] | None]


class Ticket(Imported, Base):
    """A support ticket."""

    __tablename__ = "tickets"
    __table_args__ = (Index("ix_tickets_account_id_opened_at", "account_id", "opened_at"),)

    ticket_id: Mapped[str] = mapped_column(String(160), primary_key=True)
    account_id: Mapped[str | None] = mapped_column(ForeignKey("accounts.account_id"))
    contact_id: Mapped[str | None] = mapped_column(ForeignKey("contacts.contact_id"))
    agent_id: Mapped[str | None] = mapped_column(String(120))
    status: Mapped[str | None] = mapped_column(String(40))
    priority: Mapped[str | None] = mapped_column(String(40))
    opened_at: Mapped[datetime]
    solved_at: Mapped[datetime | None]
    subject_encrypted: Mapped[bytes | None] = mapped_column(LargeBinary)
    given: Mapped[dict[str, Any] | None]


class TicketMessage(Base):
    """One message of a ticket. A customer's public words become a comment; the rest is kept encrypted only."""

    __tablename__ = "ticket_messages"

    message_id: Mapped[str] = mapped_column(String(160), primary_key=True)
    ticket_id: Mapped[str] = mapped_column(ForeignKey("tickets.ticket_id", ondelete="CASCADE"), index=True)
    author_side: Mapped[str] = mapped_column(String(20))
    author_id: Mapped[str | None] = mapped_column(String(120))
    public: Mapped[bool] = mapped_column(default=True)
    sent_at: Mapped[datetime]
    body_encrypted: Mapped[bytes | None] = mapped_column(LargeBinary)
    # Keyed hash of the body: encryption gives other bytes each time.
    body_hash: Mapped[str | None] = mapped_column(String(64))


class Comment(Base):
    """One text by one person at one time: the grain of analysis.

    `source` is nps, csat, ces, ticket, in_app or review_note; `origin_id` the id of the row it came from, so that
    (`kind`, `origin_id`) is unique. Account, role, stage and score are copied here from the row it came from,
    so that lists and counts need no joins; import keeps the copies in step.

    State: `prepared_with` is the fingerprint of the settings that redacted it (null: to be prepared), `tagged_with`
    the tagger's, `embedded_with` the model key. `empty_reason` says why it makes no point; `analysed` is false for
    empty talk and for languages that the models do not cover.
    """

    __tablename__ = "comments"
    __table_args__ = (
        UniqueConstraint("kind", "origin_id"),
        Index("ix_comments_account_id_said_at", "account_id", "said_at"),
        Index("ix_comments_said_at", "said_at", "id"),
        Index("ix_comments_source_score_band_said_at", "source", "score_band", "said_at"),
        Index("ix_comments_content_key", "content_key"),
        Index("ix_comments_prepared_with", "prepared_with"),
        Index("ix_comments_tagged_with", "tagged_with"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    comment_id: Mapped[str] = mapped_column(String(200), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    origin_id: Mapped[str] = mapped_column(String(160))
    source: Mapped[str] = mapped_column(String(20))
    vendor_voice: Mapped[bool] = mapped_column(default=False)
    account_id: Mapped[str | None] = mapped_column(ForeignKey("accounts.account_id"))
    contact_id: Mapped[str | None] = mapped_column(ForeignKey("contacts.contact_id"), index=True)
    # Who counts as one respondent: the contact, or the answer itself where it is anonymous.
    respondent_key: Mapped[str] = mapped_column(String(200))
    anonymous: Mapped[bool] = mapped_column(default=False)
    survey_id: Mapped[str | None] = mapped_column(String(120))
    response_id: Mapped[str | None] = mapped_column(String(160), index=True)
    ticket_id: Mapped[str | None] = mapped_column(String(160), index=True)
    feature: Mapped[str | None] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(40), default="unknown")
    stage: Mapped[str | None] = mapped_column(String(40))
    stage_derived: Mapped[bool] = mapped_column(default=False)
    said_at: Mapped[datetime]
    month: Mapped[str] = mapped_column(String(7))
    score: Mapped[float | None]
    # Where the score lies on its own scale: -1 flagged or detractor, 0 passive, 1 promoter or satisfied.
    score_band: Mapped[int | None]
    # What the row itself said of account, role and stage; see Response.
    given: Mapped[dict[str, Any] | None]
    # Review notes: who wrote it down, and at which meeting.
    author_id: Mapped[str | None] = mapped_column(String(120))
    meeting: Mapped[str | None] = mapped_column(String(200))
    origin: Mapped[str | None] = mapped_column(String(400))
    original_hash: Mapped[str] = mapped_column(String(64))
    text: Mapped[str | None] = mapped_column(Text)
    language: Mapped[str | None] = mapped_column(String(8))
    language_confidence: Mapped[float | None]
    redactions: Mapped[dict[str, Any] | None]
    empty_reason: Mapped[str | None] = mapped_column(String(60))
    analysed: Mapped[bool | None]
    content_key: Mapped[str | None] = mapped_column(String(64))
    sentiment: Mapped[float | None]
    prepared_with: Mapped[str | None] = mapped_column(String(64))
    tagged_with: Mapped[str | None] = mapped_column(String(64))


class Original(Base):
    """The original text, encrypted. With the setting `keep_originals = false` it lives only until it is redacted."""

    __tablename__ = "originals"

    comment_pk: Mapped[int] = mapped_column(ForeignKey("comments.id", ondelete="CASCADE"), primary_key=True)
    body_encrypted: Mapped[bytes] = mapped_column(LargeBinary)


class Pseudonym(Base):
    """Which number stands for which name within one account; names are stored as keyed hashes only."""

    __tablename__ = "pseudonyms"

    account_key: Mapped[str] = mapped_column(String(120), primary_key=True)
    name_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    number: Mapped[int]
