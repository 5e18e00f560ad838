"""The canonical rows, one Pydantic model a kind: what a row must be before it is stored (see `data/README.md`)."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

# Lengths are those of the columns that keep them.
Id = Annotated[str, Field(min_length=1, max_length=120)]
LongId = Annotated[str, Field(min_length=1, max_length=150)]
Name = Annotated[str, Field(min_length=1, max_length=300)]
Word = Annotated[str, Field(min_length=1, max_length=40)]
# A text longer than this is a document, not a comment.
Words = Annotated[str, Field(max_length=200_000)]
Email = Annotated[str, Field(max_length=320, pattern=r"^[^@\s]+@[^@\s]+$")]
Money = Annotated[Decimal, Field(gt=-(10**13), lt=10**13)]
Count = Annotated[int, Field(ge=0, lt=2**31)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Role = Literal["economic_buyer", "champion", "admin", "power_user", "end_user", "unknown"]
Stage = Literal["consideration", "decision", "handoff", "onboarding", "usage", "support", "business_review", "renewal"]


class Row(BaseModel):
    """Base of the canonical rows: nothing is converted here any more."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class OfAccount(Row):
    """A row about an account, by its id or name."""

    account_id: Id | None = None
    account_name: Name | None = None


class OfPerson(OfAccount):
    """A row by a person of an account, by their id or e-mail address."""

    contact_id: Id | None = None
    email: Email | None = None
    contact_name: Name | None = None


class Accounts(Row):
    """A customer."""

    account_id: Id | None = None
    name: Name
    domain: Annotated[str, Field(max_length=255)] | None = None
    parent_account_id: Id | None = None
    industry: Annotated[str, Field(max_length=120)] | None = None
    segment: Word | None = None
    tier: Word | None = None
    motion: Literal["seat_signed", "usage_based"] | None = None
    arr: Annotated[Money, Field(ge=0)] | None = None
    currency: Currency | None = None
    contract_start: date | None = None
    first_value_date: date | None = None
    renewal_date: date | None = None


class Staff(OfAccount):
    """A person of the vendor."""

    staff_id: Id
    name: Name
    email: Email | None = None
    function: Annotated[str, Field(min_length=1, max_length=60)]
    valid_from: date | None = None
    valid_to: date | None = None


class Contacts(OfAccount):
    """A person at a customer, in one of their roles."""

    contact_id: Id | None = None
    name: Name | None = None
    email: Email | None = None
    title: Annotated[str, Field(max_length=200)] | None = None
    role: Role | None = None
    role_from: date | None = None
    role_to: date | None = None
    left_on: date | None = None

    @model_validator(mode="after")
    def _someone(self) -> "Contacts":
        if self.contact_id is None and self.email is None:
            raise ValueError("contact_id: the row has neither a contact_id nor an email")
        return self


class Surveys(Row):
    """A survey with its scale."""

    survey_id: Id
    name: Name | None = None
    type: Literal["nps", "csat", "ces"]
    scale_min: float | None = None
    scale_max: float | None = None
    high_is_good: bool | None = None
    flag_line: float | None = None
    stage: Stage | None = None
    anonymous: bool | None = None

    @model_validator(mode="after")
    def _range(self) -> "Surveys":
        low, high, line = self.scale_min, self.scale_max, self.flag_line
        if (low is None) != (high is None):
            raise ValueError("scale_min: scale_min and scale_max go together")
        if low is not None and high is not None and low >= high:
            raise ValueError(f"scale_min: {low:g} is not under scale_max {high:g}")
        if line is not None and low is not None and high is not None and not low <= line <= high:
            raise ValueError(f"flag_line: {line:g} lies outside the scale {low:g} to {high:g}")
        return self


class Responses(OfPerson):
    """An answer to a survey."""

    response_id: LongId | None = None
    survey_id: Id
    ticket_id: LongId | None = None
    agent_id: Id | None = None
    responded_at: datetime | None = None
    score: float | None = None
    comment: Words | None = None
    role: Role | None = None
    stage: Stage | None = None


class Message(Row):
    """One message of a ticket."""

    message_id: LongId
    author_side: Literal["customer", "vendor", "system"] = "customer"
    public: bool = True
    author_id: Id | None = None
    sent_at: datetime | None = None
    body: Words


class Tickets(OfPerson):
    """A support ticket with its messages (all of them, or the one of a CSV row)."""

    ticket_id: LongId
    subject: Annotated[str, Field(max_length=2000)] | None = None
    agent_id: Id | None = None
    opened_at: datetime | None = None
    solved_at: datetime | None = None
    status: Word | None = None
    priority: Word | None = None
    messages: list[Message] | None = None


class InApp(OfPerson):
    """A comment made inside the product."""

    comment_id: LongId | None = None
    feature: Annotated[str, Field(max_length=200)] | None = None
    commented_at: datetime | None = None
    comment: Words | None = None
    role: Role | None = None
    stage: Stage | None = None


class ReviewNotes(OfPerson):
    """What the vendor's people wrote down about a customer."""

    note_id: LongId | None = None
    author_id: Id | None = None
    meeting: Annotated[str, Field(max_length=200)] | None = None
    noted_at: datetime | None = None
    text: Words | None = None
    role: Role | None = None
    stage: Stage | None = None


class Usage(OfAccount):
    """One account's use in one week."""

    week_start: date
    active_users: Count
    licensed_users: Count | None = None
    key_actions: Count | None = None


class Revenue(OfAccount):
    """A change of ARR."""

    event_id: LongId | None = None
    occurred_on: date
    kind: Literal["new", "expansion", "contraction", "churn", "renewal"]
    amount: Money
    currency: Currency | None = None


class Health(OfAccount):
    """The vendor's own view of an account."""

    scored_on: date
    status: Literal["green", "yellow", "red"] | None = None
    score: Annotated[float, Field(ge=0, le=100)] | None = None


class Opportunities(OfAccount):
    """A sales opportunity."""

    opportunity_id: LongId | None = None
    name: Name | None = None
    kind: Literal["expansion", "renewal", "new"] | None = None
    stage: Annotated[str, Field(max_length=60)] | None = None
    amount: Money | None = None
    currency: Currency | None = None
    opened_on: date | None = None
    expected_close: date | None = None
    closed_on: date | None = None
    outcome: Literal["won", "lost"] | None = None


class CommitmentItem(Row):
    """A promise made before signing."""

    commitment_id: LongId
    text: Annotated[str, Field(min_length=1, max_length=5000)]
    made_by: Id | None = None
    made_on: date | None = None


class Handoffs(OfAccount):
    """What sales handed over."""

    handed_over_on: date
    from_staff_id: Id | None = None
    to_staff_id: Id | None = None
    goals: list[Annotated[str, Field(max_length=2000)]] | None = None
    decision_criteria: list[Annotated[str, Field(max_length=2000)]] | None = None
    commitments: list[CommitmentItem] | None = None


MODELS: dict[str, type[Row]] = {
    "accounts": Accounts,
    "staff": Staff,
    "contacts": Contacts,
    "surveys": Surveys,
    "tickets": Tickets,
    "responses": Responses,
    "in_app": InApp,
    "review_notes": ReviewNotes,
    "usage": Usage,
    "revenue": Revenue,
    "health": Health,
    "opportunities": Opportunities,
    "handoffs": Handoffs,
}


def reason_of(error: dict[str, Any]) -> tuple[str, str]:
    """Turn a Pydantic error into (field, reason in words)."""
    place = [str(part) for part in error["loc"]]
    context = error.get("ctx") or {}
    if error["type"] == "value_error" and not place:
        field, _, reason = str(context.get("error", error["msg"])).partition(": ")
        return field, reason
    reasons = {
        "missing": "empty, but needed: fill it in",
        "literal_error": f"not one of {context.get('expected', '')}".replace("'", ""),
        "string_too_long": f"longer than {context.get('max_length', '')} characters",
        "string_pattern_mismatch": "not in the form that is expected",
        "greater_than_equal": f"under {context.get('ge', '')}",
        "less_than_equal": f"over {context.get('le', '')}",
        "less_than": "too large",
        "greater_than": "too small",
        "string_too_short": "empty, but needed: fill it in",
    }
    return ".".join(place), reasons.get(error["type"], error["msg"])
