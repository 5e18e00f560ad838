"""Where each account stands: what sorted lists need of its diagnosis, kept for the newest day of the store."""

from datetime import datetime
from typing import Any

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from data.store.models.base import Base


class AccountStanding(Base):
    """Risk and account-level NPS of one account over the 90 days to `as_of` (`cx.standing`); made again by the run.

    No foreign key: an account that is absorbed by another goes without asking here, and the next run tidies up.
    `inputs` is the hash of what it was made from: an account whose inputs did not change is not computed again.
    """

    __tablename__ = "account_standings"

    account_id: Mapped[str] = mapped_column(String(120), primary_key=True)
    as_of: Mapped[datetime]
    # Highest first; null: it can't be told.
    risk_rank: Mapped[float | None]
    risk: Mapped[str] = mapped_column(String(12))
    flag: Mapped[str] = mapped_column(String(12))
    days_left: Mapped[int | None]
    why: Mapped[str] = mapped_column(Text)
    # {"value", "n", "low", "high"}, null without an answer.
    account_nps: Mapped[dict[str, Any] | None]
    user_nps: Mapped[dict[str, Any] | None]
    # What `account_nps` is sorted by.
    score: Mapped[float | None]
    evidence: Mapped[list[Any]]
    inputs: Mapped[str] = mapped_column(String(64))
