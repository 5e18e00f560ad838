"""People who were forgotten: what keeps them from coming back, and how far each forgetting has come."""

from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from data.store.models.base import Base


class ForgottenKey(Base):
    """The keyed hash of an id or address that was a forgotten person's: imported rows that bear it stay out.

    `kind` is contact, email, response, ticket, message or comment.
    """

    __tablename__ = "forgotten_keys"

    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    forgotten_at: Mapped[datetime]


class Forgetting(Base):
    """One person's forgetting. `plan_encrypted` is what is to be erased, wiped once nothing of it is found any more."""

    __tablename__ = "forgettings"

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_hash: Mapped[str] = mapped_column(String(64), unique=True)
    plan_encrypted: Mapped[bytes | None] = mapped_column(LargeBinary)
    begun_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    counts: Mapped[dict[str, Any]]
