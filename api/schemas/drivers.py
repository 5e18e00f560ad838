"""What themes do to a score, both ways the field uses: it goes together, it is not shown to cause it."""

from pydantic import Field

from api.schemas.base import Listing, Schema


class EffectOut(Schema):
    """A value in the score's own units, 95 % interval by drawing accounts again; null with fewer than five accounts."""

    value: float
    low: float | None = None
    high: float | None = None


class PlainScoreOut(Schema):
    """A score with its n and 95 % interval, clustered by account."""

    value: float
    n: int
    low: float | None = None
    high: float | None = None


class DriverOut(Schema):
    """One theme's effect on one survey type's score, on one scale; `key` null is "no theme"."""

    type: str = Field(examples=["nps"])
    scale_min: float
    scale_max: float
    high_is_good: bool
    key: str | None = Field(default=None, examples=["support_speed"])
    name: str | None = None
    n: int = Field(description="Answers whose comment mentions it.")
    accounts: int
    score: PlainScoreOut = Field(description="Among these answers.")
    slice_score: PlainScoreOut = Field(description="Of the whole slice.")
    leave_out: EffectOut | None = Field(
        default=None, description="By how much the score would move without these answers: leave-out."
    )
    part: EffectOut = Field(description="Their share of the score, an answer shared among its themes: additive split.")
    lost: EffectOut = Field(description="Their share of what the score lacks to its best.")
    p: float | None = Field(default=None, description="Of the leave-out; null with too few accounts on either side.")
    q: float | None = Field(default=None, description="p within the family (Benjamini-Hochberg).")
    stands_out: bool
    family: str = Field(description="What was ranked together.")
    reading: str
    comment_ids: list[str] = Field(default=[], description="Comments of such answers, detractors first.")


class DriverScaleOut(Schema):
    """The slice's score on one scale, and how the family of themes fared."""

    type: str
    scale_min: float
    scale_max: float
    high_is_good: bool
    score: PlainScoreOut
    accounts: int
    family: str
    tested: int
    rate: float = Field(description="Of the themes that stand out, at most this part by chance.")
    no_theme: DriverOut | None = Field(default=None, description="Answers that mention none of the themes.")
    reading: str


class DriverPage(Listing[DriverOut]):
    """Drivers of one survey type, most costly first by leave-out; scales with more answers first."""

    survey_type: str
    kind: str
    scales: list[DriverScaleOut]
