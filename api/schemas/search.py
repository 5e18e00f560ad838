"""What a search in comments gives."""

from pydantic import Field

from api.schemas.base import Listing, Schema
from api.schemas.comments import CommentOut


class HighlightOut(Schema):
    """A place in a comment's text, in characters (Unicode code points) from its beginning; `end` is not part of it."""

    start: int = Field(examples=[7])
    end: int = Field(examples=[11])
    by: str = Field(description="words: it was asked for; meaning: this passage is near.", examples=["words"])


class FoundComment(CommentOut):
    """A comment that was found, by what, and where in its text."""

    found_by: list[str] = Field(default=[], description="words, meaning, or both; empty where nothing was asked for.")
    similarity: float | None = Field(
        default=None, description="Cosine of the question and the nearest passage, up to 1.", examples=[0.61]
    )
    highlights: list[HighlightOut] = Field(default=[])


class SearchPage(Listing[FoundComment]):
    """Comments, best first; without `q` newest first."""

    mode: str = Field(description="How it was searched: words, meaning or both; list without `q`.", examples=["both"])
    total: int = Field(description="Comments that can be paged through, or listed and counted.")
    accounts: int | None = Field(
        default=None,
        description="Accounts that they come from, without those that an anonymous survey hides; null where `language` "
        "or `feature` is asked for without `q`.",
        examples=[9],
    )
    people: int | None = Field(default=None, description="People who wrote them; null as `accounts`.", examples=[12])
    more: bool = Field(description="There are more than `total`: narrow the search to rank the others.")
    note: str = Field(default="", description="Why it was searched otherwise than asked for.")
