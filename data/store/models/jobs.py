"""What was asked for over the API and is worked on later: jobs, uploads, answers to repeat, and a run's progress."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from data.store.models.base import Base


class Job(Base):
    """One piece of work for the worker. The row is the queue: what a message queue carries is only a wake-up.

    `kind` is comments, preview, import, run, retry, sample, hook or issue; `state` waiting, running, done or failed;
    `step` what it does while it runs. `accounts` is what the asking key may touch (null: all). The payload is wiped
    once it is used.
    """

    __tablename__ = "jobs"
    __table_args__ = (Index("ix_jobs_state_id", "state", "id"), Index("ix_jobs_key_id_id", "key_id", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[str] = mapped_column(String(40), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20))
    step: Mapped[str | None] = mapped_column(String(20))
    key_id: Mapped[str] = mapped_column(String(200))
    accounts: Mapped[list[Any] | None]
    upload_id: Mapped[str | None] = mapped_column(String(40), index=True)
    options: Mapped[dict[str, Any]]
    payload_encrypted: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    # How often a worker began with it: one that kills its worker is given up after a few.
    attempts: Mapped[int] = mapped_column(default=0)
    # Rows asked for, of which the API itself refused so many.
    received: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    # Rows by what became of them: new, changed, same, quarantined.
    counts: Mapped[dict[str, Any]]
    errors: Mapped[list[Any]]
    notes: Mapped[list[Any]]
    run: Mapped[dict[str, Any] | None]
    problem: Mapped[str | None] = mapped_column(Text)


class RepeatedAnswer(Base):
    """The answer that a write gave under an `Idempotency-Key`: the same request gets the same answer again."""

    __tablename__ = "repeated_answers"

    key_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    # Keyed hash of the route and the key that the caller chose.
    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    request_hash: Mapped[str] = mapped_column(String(64))
    answer: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(index=True)


class Upload(Base):
    """A file that came in over the API. Its bytes lie in the home folder until it is imported, deleted or forgotten."""

    __tablename__ = "uploads"

    id: Mapped[int] = mapped_column(primary_key=True)
    upload_id: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    size_bytes: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    # uploaded, importing, imported, failed or deleted.
    state: Mapped[str] = mapped_column(String(20))
    key_id: Mapped[str] = mapped_column(String(200))
    uploaded_at: Mapped[datetime] = mapped_column(index=True)
    # JSON of the guessed mapping with sample values.
    preview_encrypted: Mapped[bytes | None] = mapped_column(LargeBinary)


class RunProgress(Base):
    """How far the stage has come that a run is at; the row goes with its run's end."""

    __tablename__ = "run_progress"

    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True)
    stage: Mapped[str] = mapped_column(String(40))
    rows_done: Mapped[int]
    rows_total: Mapped[int | None]
    heard_at: Mapped[datetime]
