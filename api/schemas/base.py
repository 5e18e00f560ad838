"""What every answer of the API is made of. Pydantic only: the dashboard imports these without the web stack."""

from datetime import datetime
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

T = TypeVar("T")


class Schema(BaseModel):
    """Base of every answer: read from the rows of `data.store.queries`, unknown fields ignored on the way in."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


class Problem(Schema):
    """An error, in the one shape that the API has (RFC 9457, application/problem+json)."""

    type: str = Field(description="A name of the problem that does not change.", examples=["about:not-found"])
    title: str = Field(examples=["Not found"])
    status: int = Field(examples=[404])
    detail: str = Field(description="What was asked for, and the next step.", examples=["no account 'acme'"])
    request_id: str = Field(default="", description="As in the header `X-Request-ID` and in the server's log.")
    errors: list[dict[str, str]] = Field(default=[], description="Each malformed parameter with the reason.")


class Up(Schema):
    """The process runs."""

    status: str = "up"


class Ready(Schema):
    """Answers can be given."""

    status: str = "ready"
    embedder: str = Field(default="none", description="ready, or none: searches by meaning are not served.")


class Period(Schema):
    """The window that an answer looks at, both ends inside; `since` null is from the beginning."""

    since: datetime | None = None
    as_of: datetime = Field(description="Where not asked for: the newest record.")


class Listing(Schema, Generic[T]):
    """A page of a list in a stable order; `next_cursor` null is the end."""

    period: Period
    items: list[T]
    next_cursor: str | None = None
