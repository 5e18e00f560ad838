"""Themes with the counts behind them."""

from pydantic import Field

from api.schemas.base import Listing, Schema


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
    emerging: bool = Field(default=False, description="Discovered, and the taxonomy has no word for it.")
    definition: str | None = None
    owner: str | None = None
    action: str | None = None
    nearest_key: str | None = None
    nearest_similarity: float | None = None


class ThemeOut(Schema):
    """A theme with its counts, months and, where asked for, groups."""

    info: ThemeInfoOut
    counts: CountsOut
    trend: list[MonthOut] = Field(default=[])
    groups: list[GroupCountsOut] = Field(default=[])


class ThemePage(Listing[ThemeOut]):
    """Themes, most comments first; `total` is counted over distinct comments, never summed over themes."""

    kind: str
    total: CountsOut | None = None
