"""The map of comments: columns of one length, small enough for tens of thousands of points."""

from pydantic import Field

from api.schemas.base import Period, Schema


class RegionOut(Schema):
    """A theme on the map."""

    key: str = Field(examples=["d_5f0c2a91"])
    name: str = Field(examples=["Offline in the cellar"])
    x: float | None = Field(default=None, description="Middle of its shown points; null under three of them.")
    y: float | None = None
    comments: int = Field(description="Customers' comments of the slice that lie in it, shown or not.")
    shown: int = Field(description="Points shown of it.")


class PointsOut(Schema):
    """Points as columns: the n-th entries of all of them are one point."""

    comment_id: list[str]
    x: list[float]
    y: list[float]
    theme: list[int] = Field(description="Place in `regions`, from 0; -1: of no theme of this kind.")
    polarity: list[str | None] = Field(description="On that theme: negative, positive or neutral.")
    score_band: list[int | None] = Field(description="-1 detractor or flagged, 0 between, 1 promoter; null: no score.")
    text: list[str] = Field(default=[], description="How each comment begins; empty unless `chars` asks for it.")


class MapOut(Schema):
    """Comments as points: what is alike lies together. Coordinates lie within about -1..1 and have no unit."""

    period: Period
    kind: str = Field(description="Themes that points are of: taxonomy or discovered.")
    total: int = Field(description="Comments of the slice.")
    shown: int = Field(description="Points given; of more comments a fair sample, the same one every time.")
    points: PointsOut
    regions: list[RegionOut]
