"""How it runs: runs and their stages, rows set aside, saved mappings, keys and the audit trail."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from data.store.models.base import Base


class Run(Base):
    """One `import`, `run` or refit: its settings, model keys, counts and seconds."""

    __tablename__ = "runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    command: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(20))
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    settings: Mapped[dict[str, Any]]
    model_keys: Mapped[dict[str, Any]]
    counts: Mapped[dict[str, Any]]
    seconds: Mapped[float | None]
    error: Mapped[str | None] = mapped_column(Text)


class RunStage(Base):
    """One stage of a run: rows in and out, seconds."""

    __tablename__ = "run_stages"
    __table_args__ = (UniqueConstraint("run_id", "stage"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"))
    stage: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(20))
    started_at: Mapped[datetime]
    seconds: Mapped[float | None]
    rows_in: Mapped[int] = mapped_column(default=0)
    rows_out: Mapped[int] = mapped_column(default=0)
    counts: Mapped[dict[str, Any]]


class QuarantinedRow(Base):
    """A row that could not be imported, kept whole (encrypted) with the reason, until it is mended and taken back."""

    __tablename__ = "quarantine"
    __table_args__ = (
        UniqueConstraint("file", "row_hash"),
        Index("ix_quarantine_state", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    file: Mapped[str] = mapped_column(String(400))
    kind: Mapped[str] = mapped_column(String(40))
    row_number: Mapped[int]
    column: Mapped[str | None] = mapped_column(String(200))
    value: Mapped[str | None] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(Text)
    row_hash: Mapped[str] = mapped_column(String(64))
    row_encrypted: Mapped[bytes | None] = mapped_column(LargeBinary)
    mapping: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(20), default="open")
    set_aside_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class SavedMapping(Base):
    """Which column of a file means what, by name, with the header it was made for."""

    __tablename__ = "mappings"

    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    header_hash: Mapped[str] = mapped_column(String(64), index=True)
    columns: Mapped[dict[str, Any]]
    options: Mapped[dict[str, Any]]
    updated_at: Mapped[datetime]


class ApiKey(Base):
    """A key for the API: only its keyed hash is kept."""

    __tablename__ = "api_keys"

    key_id: Mapped[str] = mapped_column(String(20), primary_key=True)
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[str] = mapped_column(String(20))
    # Null: all accounts.
    accounts: Mapped[list[Any] | None]
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class AuditEntry(Base):
    """Who did what: one row for every write and export."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(String(200))
    action: Mapped[str] = mapped_column(String(80))
    detail: Mapped[dict[str, Any]]


class Fact(Base):
    """A named value of the whole store: the state of the last theme fit, say."""

    __tablename__ = "facts"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    value: Mapped[dict[str, Any]]
    updated_at: Mapped[datetime]
