"""Retention: account NPS beside churn, NRR and GRR; every value with its n, accounts, interval and way to the words."""

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field

from api.schemas.base import Listing, Period, Schema

# Four decimals: no survey says more, and no rounding error of the machine is shown.
Rounded = Annotated[float, AfterValidator(lambda value: round(value, 4) + 0.0)]


class ValueOut(Schema):
    """A value with its n and 95 % interval (null where n allows none)."""

    value: Rounded
    n: int
    low: Rounded | None = None
    high: Rounded | None = None


class SideOut(Schema):
    """Accounts on one side of a line: account-quarters, accounts, how many churned, percent a quarter."""

    n: int
    accounts: int
    churned: int
    rate: ValueOut


class LiftOut(Schema):
    """How many times the churn rate over the line the one under it is; null where nobody over it churned."""

    value: float | None = None
    low: float
    high: float | None = None


class SplitOut(Schema):
    """The best line of a search: 95 % of resamples of accounts find it between `low` and `high`."""

    line: float
    low: float
    high: float
    under: SideOut
    over: SideOut
    lift: LiftOut
    p: float = Field(description="Accounts permuted and every line searched again.")


class ChurnLineOut(Schema):
    """The account-level NPS under which accounts churn, and what it rests on."""

    state: str = Field(description="found, chance (no better than chance), not_enough_data.")
    line: float = Field(description="The found one, else the default; `source` says which.")
    source: str
    n: int = Field(description="Account-quarters.")
    accounts: int
    churned: int
    best: SplitOut | None = None
    reading: str


class SegmentLineOut(Schema):
    """The line of one segment; null for all together. Each is searched for itself."""

    segment: str | None = None
    line: ChurnLineOut


class LinkOut(Schema):
    """Account NPS against one outcome `lag` quarters later."""

    outcome: str = Field(description="churn, nrr, grr.")
    lag: int
    segment: str | None = None
    method: str
    n: int = Field(description="Account-quarters.")
    accounts: int
    moved: int = Field(description="Accounts with the outcome.")
    correlation: ValueOut | None = Field(default=None, description="Null: not enough data.")
    reading: str


class BenchmarkOut(Schema):
    """A published figure, in percent over so many months."""

    name: str
    median: float
    top_quartile: float
    months: int
    source: str


class BenchmarkStandingOut(Schema):
    """Where a value stands beside its benchmark; `sure`: its whole interval lies there."""

    benchmark: BenchmarkOut
    place: str
    sure: bool | None = None
    words: str


class RetentionRow(Schema):
    """One cohort over four quarters: the accounts that had ARR at its start. Percentages; their n is accounts."""

    segment: str | None = None
    currency: str
    first: date
    last: date
    accounts: int
    start: float
    expansion: float
    contraction: float
    churned: float
    churned_accounts: int
    nrr: ValueOut
    grr: ValueOut
    churn_rate: ValueOut | None = None
    standings: list[BenchmarkStandingOut] = Field(default=[])
    reading: str
    formula: str


class QuarterScoreOut(Schema):
    """One quarter of one segment: mean account-level NPS (n is accounts), and what became of the accounts."""

    segment: str | None = None
    quarter: date
    nps: ValueOut | None = None
    answers: int = Field(description="Respondents behind it.")
    at_risk: int = Field(description="Accounts with ARR at its start.")
    churned: int
    comments_at: str = Field(default="", description="The detractors' comments of this quarter.")
    comment_ids: list[str] = Field(default=[], description="The newest of them.")


class LeftOut(Schema):
    """An account that left, with its latest account-level NPS in the four quarters before."""

    account: str
    name: str = ""
    segment: str | None = None
    quarter: date
    lost: float = Field(description="ARR at the start of the quarter.")
    currency: str
    nps: float | None = None
    nps_quarter: date | None = None
    answers: int = Field(default=0, description="Respondents behind that NPS.")
    comment_ids: list[str] = Field(default=[], description="What its detractors wrote before, newest first.")


class ChurnBandOut(Schema):
    """Account-quarters by the NPS known before: from `low` on, under `high` (the last band: up to it)."""

    low: float
    high: float
    n: int = Field(description="Account-quarters.")
    accounts: int
    churned: int
    rate: ValueOut | None = Field(default=None, description="Percent churned a quarter.")


class UnderOut(Schema):
    """An account that is still here, by its latest account-level NPS of this quarter or the four before."""

    account: str
    name: str = ""
    segment: str | None = None
    nps: float
    nps_quarter: date
    answers: int = Field(description="Respondents behind that NPS.")
    arr: float = Field(description="0 where unknown.")
    currency: str
    comments: int = Field(description="What its detractors wrote in the quarter of that NPS.")


class UnderLineOut(Schema):
    """Who is under the line now; a quarter that is not over counts with what is in."""

    line: float = Field(description="The line of all segments together.")
    heard: int = Field(description="Accounts with an NPS that have not left.")
    n: int = Field(description="Of those: under the line.")
    items: list[UnderOut] = Field(description="The lowest first; at most 100.")


class RetentionOut(Schema):
    """Account NPS against churn, NRR and GRR, over all and by segment."""

    period: Period
    first: date = Field(description="First quarter looked at, by its first day.")
    last: date = Field(description="The last one that is over.")
    accounts: int
    currency: str = Field(description='What amounts are in; "" where they stand in several, told apart.')
    notes: list[str] = Field(description="What was left out or turned, and how.")
    weights: list[str] = Field(description="How much each role weighs in account-level NPS, by motion.")
    lines: list[SegmentLineOut]
    links: list[LinkOut]
    retention: list[RetentionRow]
    quarters: list[QuarterScoreOut]
    left: list[LeftOut] = Field(description="Accounts that left, the last first; at most 100.")
    bands: list[ChurnBandOut] = Field(default=[], description="Churn by band of NPS, over all segments.")
    under: UnderLineOut | None = Field(default=None, description="Who is under the line now.")


class AccountQuarterOut(Schema):
    """One account in one quarter."""

    account_id: str
    name: str
    segment: str | None = None
    quarter: date
    nps: float | None = Field(default=None, description="Account-level; null without an answer of a role that weighs.")
    answers: int = Field(description="Respondents behind it; their last answer counts.")
    start: float
    expansion: float
    contraction: float
    churned: float
    currency: str
    gone: bool
    comments_at: str = Field(description="What this account said in the quarter.")


class AccountQuarterPage(Listing[AccountQuarterOut]):
    """Account-quarters, by account and quarter."""
