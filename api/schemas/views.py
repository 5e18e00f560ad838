"""Saved views: filters under a name, for the key that saved them or for all that may see as much."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.base import Schema

# No database keeps the character NUL.
_Text = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00]*[^\x00\s][^\x00]*$")]
_Value = Annotated[str, Field(max_length=400, pattern=r"^[^\x00]*$")]


class ViewIn(BaseModel):
    """A view to save: the parameters are those that every list takes, as they stand in an address."""

    model_config = ConfigDict(extra="forbid")

    name: _Text
    page: str = Field(default="overview", pattern="^[a-z][a-z_-]{0,39}$", description="Which page it opens.")
    parameters: dict[str, _Value | list[_Value]] = Field(
        default={},
        max_length=20,
        description="as_of, since, window, period, segment, industry, tier, motion, account_age, engagement, role, "
        "stage, source, score_band; a list for several words. On the page `search` also what GET /v1/comments takes: "
        "q, mode, theme, polarity, account, language, feature, voice, scale.",
    )
    shared: bool = Field(default=False, description="Also for keys that see at least the accounts that yours sees.")


class ViewOut(Schema):
    """A saved view."""

    view_id: str = Field(examples=["view_5d1c0a9be2110f3a"])
    name: str
    page: str
    parameters: dict[str, str | list[str]]
    query: str = Field(description="The parameters as they go behind an address.")
    shared: bool
    own: bool = Field(description="Your key saved it: it may replace it.")
    created_at: datetime
    updated_at: datetime


class ViewPage(Schema):
    """Views, by name."""

    items: list[ViewOut]
    next_cursor: str | None = None
