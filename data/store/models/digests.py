"""Digests that were due: what changed in a week, told once."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from data.store.models.base import Base


class Digest(Base):
    """One digest, by the moment when it was due; its messages lie in the outbox, and it holds no words."""

    __tablename__ = "digests"

    id: Mapped[int] = mapped_column(primary_key=True)
    due_at: Mapped[datetime] = mapped_column(unique=True)
    created_at: Mapped[datetime]
