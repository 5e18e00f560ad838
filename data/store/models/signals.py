"""What stands beside the words: usage, revenue, health, opportunities, and what was agreed at the handoff."""

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, Numeric, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from data.store.models.base import Base, Imported


class WeeklyUsage(Imported, Base):
    """Active users of one account in one week (Monday first)."""

    __tablename__ = "weekly_usage"

    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.account_id"), primary_key=True)
    week_start: Mapped[date] = mapped_column(Date, primary_key=True)
    active_users: Mapped[int]
    licensed_users: Mapped[int | None]
    key_actions: Mapped[int | None]


class RevenueEvent(Imported, Base):
    """A change of an account's ARR: new, expansion, contraction, churn or renewal."""

    __tablename__ = "revenue_events"
    __table_args__ = (Index("ix_revenue_events_account_id_occurred_on", "account_id", "occurred_on"),)

    event_id: Mapped[str] = mapped_column(String(160), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.account_id"))
    occurred_on: Mapped[date] = mapped_column(Date)
    kind: Mapped[str] = mapped_column(String(20))
    amount: Mapped[Decimal] = mapped_column(Numeric(16, 2))
    currency: Mapped[str | None] = mapped_column(String(3))


class HealthScore(Imported, Base):
    """The vendor's own view of an account on a day."""

    __tablename__ = "health_scores"

    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.account_id"), primary_key=True)
    scored_on: Mapped[date] = mapped_column(Date, primary_key=True)
    status: Mapped[str | None] = mapped_column(String(20))
    score: Mapped[float | None]


class Opportunity(Imported, Base):
    """An open or closed sales opportunity at an account."""

    __tablename__ = "opportunities"

    opportunity_id: Mapped[str] = mapped_column(String(160), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.account_id"), index=True)
    name: Mapped[str | None] = mapped_column(String(300))
    kind: Mapped[str | None] = mapped_column(String(40))
    stage: Mapped[str | None] = mapped_column(String(60))
    amount: Mapped[Decimal | None] = mapped_column(Numeric(16, 2))
    currency: Mapped[str | None] = mapped_column(String(3))
    opened_on: Mapped[date | None] = mapped_column(Date)
    expected_close: Mapped[date | None] = mapped_column(Date)
    closed_on: Mapped[date | None] = mapped_column(Date)
    outcome: Mapped[str | None] = mapped_column(String(20))


class Handoff(Imported, Base):
    """What sales handed over when the contract was signed."""

    __tablename__ = "handoffs"

    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.account_id"), primary_key=True)
    handed_over_on: Mapped[date] = mapped_column(Date, primary_key=True)
    from_staff_id: Mapped[str | None] = mapped_column(String(120))
    to_staff_id: Mapped[str | None] = mapped_column(String(120))
    goals: Mapped[list[Any]]
    decision_criteria: Mapped[list[Any]]


class Commitment(Base):
    """One promise made before signing, as the handoff recorded it."""

    __tablename__ = "commitments"

    commitment_id: Mapped[str] = mapped_column(String(160), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.account_id"), index=True)
    handed_over_on: Mapped[date] = mapped_column(Date)
    text: Mapped[str] = mapped_column(Text)
    made_by: Mapped[str | None] = mapped_column(String(120))
    made_on: Mapped[date | None] = mapped_column(Date)
