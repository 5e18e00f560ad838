"""Rows that were set aside: the reason, and what to do with them."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.base import Schema

MAX_IDS = 1000
_RowId = Annotated[int, Field(ge=1, le=2**31 - 1)]
_File = Annotated[str, Field(min_length=1, max_length=400, pattern=r"^[^\x00]*$")]


class QuarantinedOut(Schema):
    """A row that was set aside. Words and addresses of people are not shown."""

    id: int
    file: str = Field(description="The file's name, or api/JOB for a row that was posted.")
    row_number: int = Field(description="As a person counts: the header is row 1.")
    kind: str
    column: str | None = None
    value: str | None = None
    reason: str
    state: str = Field(description="open, taken_back, mended or dismissed.")
    set_aside_at: datetime
    settled_at: datetime | None = None


class QuarantinedFileOut(Schema):
    """How many rows of a file wait."""

    file: str
    kind: str
    rows: int


class QuarantinePage(Schema):
    """Rows in the order they were set aside in."""

    items: list[QuarantinedOut]
    next_cursor: str | None = None
    total: int
    files: list[QuarantinedFileOut] = Field(default=[], description="Open rows by file and kind, whatever was asked.")


class ChosenRows(BaseModel):
    """Which open rows: by id, or all of a file (its name, or api/JOB)."""

    model_config = ConfigDict(extra="forbid")

    ids: list[_RowId] | None = Field(default=None, min_length=1, max_length=MAX_IDS)
    file: _File | None = None


class MendedRow(BaseModel):
    """A row with the cells that were mended; the others stay as the file had them."""

    model_config = ConfigDict(extra="forbid")

    id: _RowId
    cells: dict[Annotated[str, Field(max_length=200)], Any] = Field(min_length=1, max_length=100)


class RetryIn(ChosenRows):
    """Rows to try again: as they are, once what they lacked was imported, or with mended cells. Nothing named: all."""

    rows: list[MendedRow] | None = Field(default=None, min_length=1, max_length=MAX_IDS)


class DismissedOut(Schema):
    """How many rows were left out for good."""

    dismissed: int
