"""People who sign in by themselves, and what they were granted."""

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from data.store.models.base import Base


class Person(Base):
    """What somebody may do, whatever the staff directory or the issuer's groups say of them.

    One whose grant was revoked may do nothing. `accounts` null: all of them; for a csm, those that they own.
    """

    __tablename__ = "persons"

    # In lower case. With "person:" before it, it is the actor of the audit trail, which holds 200 characters.
    email: Mapped[str] = mapped_column(String(190), primary_key=True)
    name: Mapped[str | None] = mapped_column(String(120))
    role: Mapped[str] = mapped_column(String(20))
    accounts: Mapped[list[Any] | None]
    granted_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
