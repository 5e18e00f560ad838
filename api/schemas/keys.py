"""Keys for the API. The secret is in the answer that makes a key, and nowhere else."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.base import Schema

# No database keeps the character NUL.
_Text = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00]*$")]


class KeyIn(BaseModel):
    """A key to make; a csm key names its accounts and sees only these."""

    model_config = ConfigDict(extra="forbid")

    name: _Text = Field(description="Who uses it.")
    role: Literal["viewer", "csm", "analyst", "admin"]
    accounts: list[_Text] | None = Field(default=None, max_length=2000, description="Null: all accounts.")


class KeyOut(Schema):
    """A key without its secret."""

    key_id: str
    name: str
    role: str
    accounts: list[str] | None = Field(default=None, description="Null: all accounts.")
    created_at: datetime
    last_used_at: datetime | None = Field(default=None, description="To the minute.")
    revoked_at: datetime | None = None


class KeyMade(KeyOut):
    """A new key, with its secret: it is not shown again."""

    secret: str


class KeyPage(Schema):
    """Keys, oldest first."""

    items: list[KeyOut]
    next_cursor: str | None = None
