"""Counts behind themes by any slices: what a product manager pastes into the backlog."""

from datetime import datetime

from pydantic import Field

from api.schemas.base import Listing, Schema
from api.schemas.themes import CountsOut, ThemeInfoOut


class CountRowOut(Schema):
    """One group: its values, its counts, when customers spoke, and a comment to read first."""

    group: dict[str, str] = Field(examples=[{"theme": "support_speed", "role": "admin"}])
    theme: ThemeInfoOut | None = Field(default=None, description="Where counted by theme.")
    account_name: str | None = Field(default=None, description="Where counted by account.")
    counts: CountsOut
    first_seen: datetime | None = None
    last_seen: datetime | None = None
    example_comment_id: str | None = Field(default=None, description="A detractor's, else the newest.")


class CountPage(Listing[CountRowOut]):
    """Groups, most of what they are sorted by first; `total` is counted over distinct comments, never summed."""

    kind: str
    group_by: list[str]
    groups: int = Field(description="In the whole list, all pages together.")
    total: CountsOut
