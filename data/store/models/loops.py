"""Loops: who owes a customer an answer, what was done about it, and the messages that say so."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from data.store.models.base import Base


class OpenedLoop(Base):
    """One loop, opened by one answer (or ticket message): `signal_key` is that comment's or answer's id, and unique.

    What stands here was true when it opened and does not change, but for the last four columns: they follow from the
    history (`cx.loops`), and are kept so that lists need not read it. `score` is the score at that time.
    """

    __tablename__ = "loops"
    __table_args__ = (
        CheckConstraint(
            "state IN ('unowned', 'open', 'routed', 'touched', 'closed', 'checked', 'reopened')", name="state"
        ),
        Index("ix_loops_account_id_opened_at", "account_id", "opened_at"),
        Index("ix_loops_owner_id_due_at", "owner_id", "due_at"),
        Index("ix_loops_state_due_at", "state", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # "response:R1" or "ticket:M1": what `comments.comment_id` is, also where the answer has no comment.
    signal_key: Mapped[str] = mapped_column(String(200), unique=True)
    account_id: Mapped[str | None] = mapped_column(ForeignKey("accounts.account_id"))
    survey_id: Mapped[str | None] = mapped_column(String(120))
    ticket_id: Mapped[str | None] = mapped_column(String(160))
    source: Mapped[str] = mapped_column(String(20))
    role: Mapped[str] = mapped_column(String(40))
    stage: Mapped[str | None] = mapped_column(String(40))
    score: Mapped[float | None]
    reasons: Mapped[list[Any]]
    said_at: Mapped[datetime]
    opened_at: Mapped[datetime]
    # The first owner and who else is told, by staff id; null: nobody could be named.
    opened_for: Mapped[str | None] = mapped_column(String(120))
    also: Mapped[list[Any]]
    why: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(20))
    owner_id: Mapped[str | None] = mapped_column(String(120))
    due_act: Mapped[str | None] = mapped_column(String(20))
    due_at: Mapped[datetime | None]


class LoopAct(Base):
    """One act of a loop's history, in order of `position`: appended, never changed."""

    __tablename__ = "loop_acts"
    __table_args__ = (UniqueConstraint("loop_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    loop_id: Mapped[int] = mapped_column(ForeignKey("loops.id", ondelete="CASCADE"))
    position: Mapped[int]
    act: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(200))
    owner_id: Mapped[str | None] = mapped_column(String(120))
    outcome: Mapped[str] = mapped_column(Text, default="")
    note: Mapped[str] = mapped_column(Text, default="")


class OutboxMessage(Base):
    """One message to send: of a loop on one occasion, or of a digest; over one channel, to one recipient; each once.

    It holds no words: the message is written when it is sent, from what the store says then. A claim raises `attempts`
    and moves `next_try_at` on, so nobody else sends it meanwhile, and a killed sender's message comes due again.
    `occasion` is 0 for the opening, else the position of the act that named the owner. `message_id` never changes.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("loop_id", "occasion", "channel", "recipient"),
        UniqueConstraint("digest_id", "channel", "recipient"),
        Index("ix_outbox_channel_next_try_at", "channel", "next_try_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(String(40), unique=True)
    # One of these two is null.
    loop_id: Mapped[int | None] = mapped_column(ForeignKey("loops.id", ondelete="CASCADE"))
    digest_id: Mapped[int | None] = mapped_column(ForeignKey("digests.id", ondelete="CASCADE"))
    occasion: Mapped[int]
    channel: Mapped[str] = mapped_column(String(20))
    # A staff id, a digest reader's address, "" for a channel that everybody reads.
    recipient: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    # Null once it is settled: sent, or dropped for the reason in `problem`.
    next_try_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    problem: Mapped[str | None] = mapped_column(String(300))
