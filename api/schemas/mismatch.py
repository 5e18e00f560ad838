"""Complaints of broken promises beside the promises on record."""

from datetime import date, datetime

from pydantic import Field

from api.schemas.base import Listing, Schema


class LikenessOut(Schema):
    """How near a complaint's words are to a commitment's: to look at, never a verdict."""

    commitment_id: str = Field(examples=["K-0107"])
    similarity: float = Field(description="Cosine, up to 1.", examples=[0.62])


class MismatchMentionOut(Schema):
    """One passage that complains of a broken promise, and the account's commitments, nearest first."""

    comment_id: str = Field(examples=["response:r-1042"])
    passage: str = Field(examples=["In the demo the dock schedule filled itself."])
    said_at: datetime
    source: str = Field(examples=["ces"])
    role: str = Field(examples=["champion"])
    stage: str | None = Field(default=None, examples=["onboarding"])
    score: float | None = Field(default=None, examples=[3])
    score_band: int | None = Field(default=None, description="-1 detractor or flagged, 0 between, 1 promoter.")
    confidence: float = Field(description="The tagger's.", examples=[0.87])
    vendor_voice: bool = Field(default=False, description="A review note: shown, not counted.")
    likenesses: list[LikenessOut] = Field(default=[])


class CommitmentOut(Schema):
    """A recorded commitment with the complaints whose words come near it."""

    commitment_id: str = Field(examples=["K-0107"])
    text: str = Field(examples=["Parts and stock sync is live on the day of go-live"])
    made_by: str | None = Field(default=None, description="The vendor's person, by id.", examples=["S-14"])
    made_by_name: str | None = Field(default=None, examples=["Ida Sohl"])
    made_on: date | None = None
    handed_over_on: date
    comments: int = Field(description="Comments near it (`least_similarity`); 0: nobody's words come near.")
    similarity: float | None = Field(default=None, description="The nearest of them.", examples=[0.62])
    comment_ids: list[str] = Field(default=[])


class MismatchAccountOut(Schema):
    """An account's complaints and commitments. Review notes are not among `comments`, people, roles, stages, months."""

    account_id: str
    name: str = Field(examples=["Lindqvist Haulage"])
    comments: int
    people: int
    review_notes: int
    roles: dict[str, int]
    stages: dict[str, int]
    months: dict[str, int]
    first_said_at: datetime | None = Field(default=None, description="Ever, also before the window.")
    last_said_at: datetime | None = None
    mentions: list[MismatchMentionOut] = Field(description="The newest; the others are at /v1/themes/{key}/comments.")
    commitments: list[CommitmentOut]


class ShareOut(Schema):
    """A share in percent with its n and 95 % interval."""

    value: float = Field(examples=[25.0])
    n: int = Field(description="Accounts that speak of any theme.", examples=[24])
    low: float | None = None
    high: float | None = None


class MismatchSummaryOut(Schema):
    """All accounts of the slice together, review notes apart."""

    comments: int
    accounts: int
    share: ShareOut | None = Field(default=None, description="Of the accounts that speak of any theme.")
    roles: dict[str, int]
    stages: dict[str, int]
    months: dict[str, int]


class MismatchPage(Listing[MismatchAccountOut]):
    """Accounts, most complaints first; after them those with commitments that nobody complains of."""

    summary: MismatchSummaryOut
    least_similarity: float = Field(description="From this cosine on a complaint counts as near a commitment.")
