"""Comments: a customer's words with what a reader needs beside them."""

from datetime import datetime

from pydantic import Field

from api.schemas.base import Listing, Schema


class TagOut(Schema):
    """One theme of a comment and the comment's polarity on it."""

    key: str = Field(examples=["sales_delivery_mismatch"])
    name: str = Field(examples=["Sales-delivery mismatch"])
    kind: str = Field(examples=["taxonomy"])
    polarity: str = Field(examples=["negative"])
    confidence: float = Field(examples=[0.87])


class CommentOut(Schema):
    """A comment, redacted. Account and role are hidden where an anonymous survey's group is too small."""

    comment_id: str = Field(examples=["response:r-1042"])
    source: str = Field(examples=["nps"])
    text: str = Field(examples=["In the demo the dock schedule filled itself."])
    language: str | None = Field(default=None, examples=["en"])
    said_at: datetime
    score: float | None = Field(default=None, examples=[4])
    score_band: int | None = Field(default=None, description="-1 detractor or flagged, 0 between, 1 promoter.")
    scale_min: float | None = None
    scale_max: float | None = None
    role: str = Field(examples=["champion"])
    stage: str | None = Field(default=None, examples=["usage"])
    stage_derived: bool = Field(default=False, description="The stage follows from the account's dates.")
    account_id: str | None = None
    account_name: str | None = Field(default=None, examples=["Northwind Freight"])
    contact_id: str | None = None
    contact_name: str | None = None
    ticket_id: str | None = None
    feature: str | None = None
    vendor_voice: bool = Field(default=False, description="A review note: the vendor quotes the customer.")
    anonymous: bool = False
    sentiment: float | None = None
    themes: list[TagOut] = Field(default=[])


class CommentPage(Listing[CommentOut]):
    """Comments, a page at a time, with the number of all of them."""

    total: int = Field(description="Comments in the whole list, all pages together.")
