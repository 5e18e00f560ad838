"""Themes with the counts behind them."""

from datetime import date, datetime

from pydantic import Field

from api.schemas.base import Listing, Schema
from api.schemas.comments import CommentOut
from api.schemas.drivers import DriverOut


class CountsOut(Schema):
    """What stands behind a theme: customers' words only; review notes are the vendor's voice and counted apart."""

    comments: int
    respondents: int
    accounts: int
    negative: int
    positive: int
    neutral: int
    review_notes: int
    revenue: dict[str, float] = Field(description="ARR of the accounts, each once, by currency.")
    open_opportunities: int = Field(default=0, description="Of the accounts, open at the period's end.")
    open_amount: dict[str, float] = Field(default={}, description="Their amounts by currency.")


class MonthOut(Schema):
    """A theme in one month."""

    month: str = Field(examples=["2026-09"])
    comments: int
    negative: int
    accounts: int


class GroupCountsOut(Schema):
    """Counts of one group of a theme."""

    group: dict[str, str] = Field(examples=[{"role": "admin"}])
    counts: CountsOut


class ThemeInfoOut(Schema):
    """A theme: its durable key, name, kind and place."""

    key: str = Field(examples=["sales_delivery_mismatch"])
    name: str = Field(examples=["Sales-delivery mismatch"])
    kind: str = Field(description="taxonomy or discovered: their counts are never added up.", examples=["taxonomy"])
    parent_key: str | None = None
    level: int = 0
    state: str = "active"
    emerging: bool = Field(
        default=False,
        description="Discovered, clear, said by several, and the taxonomy has no word for it. Whether it is on the "
        "rise as well says `alert`, which `GET /v1/themes?emerging=true` gives.",
    )
    definition: str | None = None
    owner: str | None = None
    action: str | None = None
    nearest_key: str | None = None
    nearest_similarity: float | None = None


class PercentOut(Schema):
    """A share in percent with its 95 % interval; `n` are accounts that spoke in a week, summed over the weeks."""

    value: float
    n: int
    low: float | None = None
    high: float | None = None


class AlertOut(Schema):
    """A theme said at more accounts in the last five weeks than its own past year explains."""

    p: float = Field(description="Chance that any theme would stand out as much in weeks without order.")
    first_seen: date | None = None
    accounts: int = Field(description="That mention it in these weeks.")
    recent: PercentOut
    past: PercentOut
    reading: str
    comment_ids: list[str] = Field(default=[], description="Comments of these weeks, detractors first.")


class EmergenceOut(Schema):
    """What the alerts of a list were looked for in."""

    told: bool = Field(description="Whether there are weeks enough to tell anything.")
    themes: int
    family: str = Field(description="What shares the error rate.")
    rate: float
    reading: str


class ThemeOut(Schema):
    """A theme with its counts, months and, where asked for, groups."""

    info: ThemeInfoOut
    counts: CountsOut
    trend: list[MonthOut] = Field(default=[])
    groups: list[GroupCountsOut] = Field(default=[])
    alert: AlertOut | None = None


class ThemePage(Listing[ThemeOut]):
    """Themes, most comments first; `total` is counted over distinct comments, never summed over themes."""

    kind: str
    total: CountsOut | None = None
    emergence: EmergenceOut | None = Field(default=None, description="Only with `emerging=true`.")


class LineageOut(Schema):
    """One step of a theme's history. A key that the caller may not see is left out."""

    event: str = Field(description="born, kept, merged, split, gone or revived.", examples=["split"])
    happened_at: datetime
    from_key: str | None = None
    from_name: str | None = None
    to_key: str | None = None
    to_name: str | None = None
    share: float | None = Field(default=None, description="Of the members, that moved.")


class TimesOut(Schema):
    """How many times as often as before, with its 95 % interval."""

    value: float
    low: float
    high: float


class TrendOut(Schema):
    """A theme's share of the accounts that spoke in a week: the last four weeks against the year before them."""

    state: str = Field(description="rising, falling, steady or too few to tell.", examples=["steady"])
    recent: PercentOut | None = None
    past: PercentOut | None = None
    accounts: int = Field(description="That mention it in the last four weeks.")
    times: TimesOut | None = None
    dispersion: float = Field(description="Spread from month to month over the binomial's; 1 is none more.")
    p: float | None = None
    q: float | None = Field(default=None, description="p among all themes of the kind (Benjamini-Hochberg).")
    reading: str
    comment_ids: list[str] = Field(default=[], description="Comments of these weeks, detractors first.")


class NearThemeOut(Schema):
    """The taxonomy's nearest theme, or a theme above or below."""

    key: str
    name: str
    similarity: float | None = Field(default=None, description="Cosine of their middles; null for parent and child.")


class ThemeDetail(ThemeOut):
    """One theme with its history, what it does to the scores, and the words behind it."""

    first_seen: datetime | None = Field(default=None, description="First comment of a customer up to `as_of`.")
    last_seen: datetime | None = None
    change: TrendOut | None = Field(default=None, description="Null before there are weeks enough.")
    lineage: list[LineageOut] = Field(default=[], description="Oldest first; empty for the taxonomy.")
    nearest: NearThemeOut | None = None
    parent: NearThemeOut | None = None
    children: list[NearThemeOut] = Field(default=[])
    drivers: list[DriverOut] = Field(default=[], description="One a survey type and scale with enough answers.")
    verbatims: list[CommentOut] = Field(default=[], description="Detractors first, then the newest.")
