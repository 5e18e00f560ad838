"""Issues of a theme in trackers."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from api.schemas.base import Schema


class IssueIn(Schema):
    """Which tracker gets the theme, and from when its comments are counted."""

    target: Literal["jira", "linear"]
    since: date | None = Field(default=None, description="First day counted (UTC); all of it.")


class IssueOut(Schema):
    """The one issue of a theme at a tracker."""

    theme_key: str
    target: str = Field(description="jira or linear.")
    issue_key: str = Field(description="As people call it there.")
    url: str
    created_at: datetime
    updated_at: datetime = Field(description="When it was told last how the theme stands.")


class IssuePage(Schema):
    """The issues of a theme, by tracker."""

    items: list[IssueOut]
    next_cursor: str | None = None
