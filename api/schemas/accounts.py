"""Accounts: money, renewal, latest scores, what hurts, and who has not answered."""

from datetime import date, datetime

from pydantic import Field

from api.schemas.base import Listing, Schema
from api.schemas.comments import CommentOut
from api.schemas.figures import StandingOut
from api.schemas.scores import ScoreCard
from api.schemas.themes import CountsOut, ThemeInfoOut


class LatestScoreOut(Schema):
    """The newest answer of one survey type: one person's, so it has no interval; `response_id` leads to its comment."""

    type: str = Field(examples=["nps"])
    score: float
    scale_min: float
    scale_max: float
    role: str
    answered_at: datetime
    response_id: str


class HurtingThemeOut(Schema):
    """A theme with negative comments at an account."""

    key: str
    name: str
    negative: int
    comments: int


class AccountOut(Schema):
    """An account; counts are of the period asked for."""

    account_id: str = Field(examples=["northwind"])
    name: str = Field(examples=["Northwind Freight"])
    domain: str | None = None
    industry: str | None = None
    segment: str | None = Field(default=None, examples=["mid_market"])
    tier: str | None = None
    motion: str | None = None
    arr: float | None = Field(default=None, examples=[84000])
    currency: str | None = Field(default=None, examples=["EUR"])
    contract_start: date | None = None
    first_value_date: date | None = None
    renewal_date: date | None = None
    is_stub: bool = Field(default=False, description="Referred to by other rows, not imported itself yet.")
    answers: int = Field(description="Scored answers in the period.")
    flagged: int = Field(description="Of those: detractors, or at or past their survey's flag line.")
    comments: int = Field(description="Customers' comments in the period, empty talk left out.")
    latest_scores: list[LatestScoreOut] = Field(default=[])
    top_negative: list[HurtingThemeOut] = Field(default=[])
    standing: StandingOut | None = Field(default=None, description="Null: not worked out yet, the next run does.")


class AccountPage(Listing[AccountOut]):
    """Accounts, a page at a time."""


class RoleCoverageOut(Schema):
    """A role's known contacts and how many of them answered."""

    role: str
    contacts: int
    answered: int


class QuietAccountOut(Schema):
    """An account worth asking: nobody answered, or its renewal is near and a whole role kept silent."""

    account_id: str = Field(examples=["northwind"])
    name: str = Field(examples=["Northwind Freight"])
    arr: float | None = None
    currency: str | None = None
    renewal_date: date | None = None
    answered: bool = Field(description="Whether anybody there answered in the period.")
    roles: list[RoleCoverageOut]


class CoverageOut(Schema):
    """Who answered in the period; `revenue` is (all accounts, accounts with an answer) by currency."""

    accounts: int
    accounts_answered: int
    roles: list[RoleCoverageOut]
    revenue: dict[str, tuple[float, float]]
    quiet: list[QuietAccountOut] = Field(default=[], description="As many as `quiet` asks for, whom to ask first.")


class AccountDetail(AccountOut):
    """An account with its scores, the comments under them, and who answered."""

    period_since: datetime | None = None
    period_as_of: datetime
    scores: list[ScoreCard] = Field(default=[])
    coverage: CoverageOut


class AccountThemeOut(Schema):
    """A theme at one account: counts, who said it and when, and in whose words (detractors first)."""

    info: ThemeInfoOut
    counts: CountsOut
    roles: dict[str, int]
    stages: dict[str, int]
    last_said_at: datetime | None = None
    verbatims: list[CommentOut] = Field(default=[])


class AccountThemePage(Listing[AccountThemeOut]):
    """The themes of one account, the latest spoken of first."""
