"""What can be filtered by, and who asks."""

from datetime import datetime

from pydantic import Field

from api.schemas.base import Schema


class SliceValueOut(Schema):
    """A value that accounts have."""

    value: str = Field(description="As the filter takes it; `unknown` where it is missing.", examples=["mid_market"])
    accounts: int = Field(description="Accounts with it, among those that the key sees.", examples=[12])


class SlicesOut(Schema):
    """What accounts can be filtered by, most accounts first. Roles, stages and sources are fixed words."""

    segment: list[SliceValueOut]
    industry: list[SliceValueOut]
    tier: list[SliceValueOut]
    motion: list[SliceValueOut]


class MeOut(Schema):
    """Who asks, and what they see."""

    name: str = Field(description="Of the key, or of the person.", examples=["Dana Whitfield"])
    role: str = Field(description="viewer, csm, analyst or admin.", examples=["csm"])
    accounts: list[str] | None = Field(description="Ids of the accounts seen; null: all.", examples=[["A07", "A23"]])
    as_of: datetime = Field(description="The newest record: where a window ends unless `as_of` says otherwise.")
    has_data: bool = Field(description="Whether the store holds any comment or answer.")
