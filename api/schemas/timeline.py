"""One account over time: its people, their answers, tickets, usage, and what happened to the contract."""

from datetime import date, datetime

from pydantic import Field

from api.schemas.base import Period, Schema


class PersonOut(Schema):
    """A contact of the account; who left is kept with the day."""

    contact_id: str
    name: str | None = None
    role: str = Field(examples=["champion"])
    left_on: date | None = None
    ever_answered: bool = Field(description="Any scored answer by the end of the window.")


class GivenScoreOut(Schema):
    """One scored answer: one person's, so it has no interval; `comment_id` leads to the words beside it."""

    answer_id: str = Field(examples=["response:r-1042"])
    type: str = Field(examples=["nps"])
    score: float
    scale_min: float
    scale_max: float
    high_is_good: bool
    band: int = Field(description="-1 detractor or flagged, 0 between, 1 promoter or satisfied.")
    answered_at: datetime
    role: str
    stage: str | None = None
    contact_id: str | None = Field(default=None, description="Null: an anonymous survey's.")
    comment_id: str | None = Field(default=None, description="Null: it came without words.")


class TicketWeekOut(Schema):
    """Support tickets opened in a week; weeks without any are left out."""

    week_start: date = Field(description="A Monday.")
    tickets: int


class UsageWeekOut(Schema):
    """Active users in a week."""

    week_start: date = Field(description="A Monday.")
    active_users: int
    licensed_users: int | None = None


class ContractEventOut(Schema):
    """A change of the account's revenue: new, expansion, contraction, churn or renewal."""

    occurred_on: date
    kind: str = Field(examples=["expansion"])
    amount: float
    currency: str | None = None


class TimelineOut(Schema):
    """What came in at one account in a window, oldest first. Role, stage and source narrow the scores, nothing else."""

    period: Period
    contract_start: date | None = None
    first_value_date: date | None = None
    renewal_date: date | None = None
    people: list[PersonOut] = Field(description="Its contacts; who is missing among the scores did not answer.")
    scores: list[GivenScoreOut] = Field(description="The newest 2,000.")
    tickets: list[TicketWeekOut]
    usage: list[UsageWeekOut]
    events: list[ContractEventOut]
