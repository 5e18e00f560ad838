"""Scores: a value never without its n, its number of accounts, its interval, and a way to the comments under it."""

from pydantic import Field

from api.schemas.base import Period, Schema
from api.schemas.comments import CommentOut


class ScoreOut(Schema):
    """A score with its n, accounts and 95 % interval (null where one answer allows none)."""

    value: float = Field(description="NPS -100..100, CSAT % in the top two boxes, CES mean in its survey's range.")
    n: int
    accounts: int
    low: float | None = None
    high: float | None = None
    flagged: int = Field(description="Detractors, or answers at or past their survey's flag line.")


class GroupScore(Schema):
    """The score of one group; only groups with an answer are listed."""

    group: dict[str, str] = Field(examples=[{"role": "admin"}])
    score: ScoreOut


class ThemeShareOut(Schema):
    """How many of the comments under a score speak badly of a theme."""

    key: str
    name: str
    comments: int


class ScoreCard(Schema):
    """A score of one survey type and scale, with the comments of the people who pulled it down."""

    type: str = Field(examples=["nps"])
    scale_min: float
    scale_max: float
    high_is_good: bool
    score: ScoreOut
    before: ScoreOut | None = Field(default=None, description="The window of equal length before; null without one.")
    groups: list[GroupScore] = Field(default=[])
    comments_total: int | None = Field(
        default=None,
        description="Comments of flagged answers, of which `comments` are the newest; null: not asked for.",
    )
    comments: list[CommentOut] = Field(default=[])
    wrote: int | None = Field(default=None, description="Comments of all its answers; null: not asked for.")
    themes: list[ThemeShareOut] = Field(default=[], description="What the flagged comments speak badly of.")


class ScoresOut(Schema):
    """Scores by survey type, nps, csat, ces; types without an answer are left out."""

    period: Period
    items: list[ScoreCard]
