"""Files that are imported over the API: uploaded, looked into, confirmed with a mapping."""

from datetime import datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator

from api.schemas.base import Schema
from api.schemas.jobs import JobOut

_Name = Annotated[str, Field(min_length=1, max_length=150, pattern=r"^[^\x00]*$")]
_Column = Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")]
FileKind = Literal[
    "accounts", "staff", "contacts", "surveys", "tickets", "responses", "in_app", "review_notes", "usage", "revenue",
    "health", "opportunities", "handoffs", "nps", "csat", "ces",
]  # fmt: skip


class MappingIn(BaseModel):
    """How a file is to be read; what is left out is guessed."""

    model_config = ConfigDict(extra="forbid")

    kind: FileKind | None = Field(default=None, description="What the rows are; nps, csat, ces: answers to such one.")
    columns: dict[_Name, _Column] = Field(
        default={}, max_length=100, description="Field -> column, over the guess; an empty column leaves a field out."
    )
    survey: _Name | None = Field(default=None, max_length=120, description="The survey that all answers belong to.")
    date_order: Literal["dmy", "mdy"] | None = Field(default=None, description="Where the dates do not tell.")
    zone: Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[^\x00]*$")] | None = Field(
        default=None, description="Zone of times that name none: Europe/Berlin."
    )

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str | None) -> str | None:
        try:
            return value and ZoneInfo(value).key
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError("no time zone of this name is known: use one such as Europe/Berlin, or UTC") from error


class ImportIn(MappingIn):
    """The mapping to import a file with."""

    save_as: Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00]*$")] | None = Field(
        default=None, description="Keep the mapping under this name: files with the same header are read alike."
    )


class ColumnOut(Schema):
    """A column of the file: the field that it seems to be (null: left out), and what stands in it."""

    column: str
    field: str | None = None
    values: list[str] = Field(default=[])


class ReadRowOut(Schema):
    """A row as an import would read it: by field, and what would become of it."""

    row: int = Field(description="As a person counts: the header is row 1.")
    outcome: str = Field(description="new, changed, same or quarantined.")
    values: dict[str, str] = Field(default={}, description="Field -> what is read; cut short. Empty where nothing is.")
    column: str | None = Field(default=None, description="Where it is set aside: the cell that is wrong.")
    value: str | None = None
    reason: str | None = Field(default=None, description="Why it would be set aside, and the next step.")


class ExportPartOut(Schema):
    """Rows of one kind out of an export that was recognised."""

    kind: str
    survey: str | None = Field(
        default=None, description="The survey of its answers, with the scale that the notes say."
    )
    rows: int | None = Field(default=None, description="Rows to import; null where there are too many to count now.")
    left_out: dict[str, int] = Field(default={}, description="Rows that are no feedback, by reason.")
    columns: list[ColumnOut] = Field(default=[], description="What each field is read from, and what is not read.")
    tried: int = 0
    outcomes: dict[str, int] = Field(default={})
    read: list[ReadRowOut] = Field(default=[])


class PreviewOut(Schema):
    """What a file seems to hold, and what could not be told."""

    source: str | None = Field(
        default=None, description="The product whose export this is; it is read as its parts, unless `kind` is given."
    )
    parts: list[ExportPartOut] = Field(default=[], description="What the export becomes; empty for other files.")
    problem: str | None = Field(default=None, description="Why it can't be imported like this, and what to say.")
    format: str = ""
    rows: int | None = Field(default=None, description="Null where the format does not say.")
    kind: str | None = None
    columns: list[ColumnOut] = Field(default=[])
    fields: list[str] = Field(default=[], description="The fields that this kind has.")
    needed: list[str] = Field(default=[], description="The fields without which it is not of this kind.")
    kinds: list[str] = Field(default=[])
    survey: str | None = Field(default=None, description="The survey that the answers would belong to.")
    surveys: list[str] = Field(default=[], description="Surveys that are there.")
    notes: list[str] = Field(default=[], description="What was chosen where the file did not tell: dates, scales.")
    tried: int = Field(default=0, description="First rows that were read as an import would, and not kept.")
    outcomes: dict[str, int] = Field(default={}, description="What would become of them: new, same, quarantined.")
    read: list[ReadRowOut] = Field(default=[], description="Some of them: the first, and the first set aside.")


class ImportOut(Schema):
    """An uploaded file and how far its import has come."""

    import_id: str
    name: str
    size_bytes: int
    sha256: str
    state: str = Field(description="uploaded, importing, imported or deleted.")
    key_id: str
    uploaded_at: datetime
    preview: PreviewOut | None = Field(default=None, description="Null until it is made, and in the list of imports.")
    job: JobOut | None = Field(default=None, description="The newest job about it.")


class ImportPage(Schema):
    """Imports, the newest first."""

    items: list[ImportOut]
    next_cursor: str | None = None


class SavedMappingOut(Schema):
    """A mapping that was saved: files with the same header are read by it."""

    name: str
    kind: str
    columns: dict[str, str]
    survey: str | None = None
    date_order: str | None = None
    updated_at: datetime


class SavedMappingPage(Schema):
    """Saved mappings, by name."""

    items: list[SavedMappingOut]
    next_cursor: str | None = None
