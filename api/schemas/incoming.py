"""Comments as they come in: one model a kind, in the canonical columns of `data/README.md`; each row checked alone."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, GetJsonSchemaHandler, TypeAdapter
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from cx.committee import ROLES, parse_role

MAX_ROWS = 1000
_PLAIN = r"^[^\x00]*$"
Id = Annotated[str, Field(min_length=1, max_length=120, pattern=_PLAIN)]
LongId = Annotated[str, Field(min_length=1, max_length=150, pattern=_PLAIN)]
Name = Annotated[str, Field(min_length=1, max_length=300, pattern=_PLAIN)]
Words = Annotated[str, Field(max_length=200_000)]
Email = Annotated[str, Field(max_length=320, pattern=r"^[^@\s\x00]+@[^@\s\x00]+$")]
Stage = Literal["consideration", "decision", "handoff", "onboarding", "usage", "support", "business_review", "renewal"]


def _role(value: str) -> str:
    role = parse_role(value)
    if role is None:
        raise ValueError(f"not one of {', '.join(ROLES)}")
    return role


def _time(value: object) -> object:
    """Take a time as ISO 8601 has it; a number could be seconds, milliseconds or a spreadsheet's day."""
    if not isinstance(value, str):
        raise ValueError("no time: write it as 2026-09-30T12:00:00Z")
    try:
        return datetime.fromisoformat(value)
    except ValueError as error:
        raise ValueError("no time: write it as 2026-09-30T12:00:00Z") from error


Role = Annotated[str, AfterValidator(_role), Field(max_length=60, examples=["champion"])]
Time = Annotated[datetime, BeforeValidator(_time)]
Score = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=-1e6, le=1e6)]


class RowIn(BaseModel):
    """What every row may say: whose words they are."""

    # Systems that number their records send 1001 as well as "1001".
    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)

    account_id: Id | None = Field(default=None, description="A key of some accounts must name one of them.")
    account_name: Name | None = Field(default=None, description="Instead of the id: matched as an import does.")
    contact_id: Id | None = None
    email: Email | None = None
    contact_name: Name | None = None


class AnswerIn(RowIn):
    """An answer to a survey."""

    kind: Literal["responses"]
    response_id: LongId | None = Field(default=None, description="Made from the content where it is left out.")
    survey_id: Id
    ticket_id: LongId | None = None
    agent_id: Id | None = None
    responded_at: Time | None = Field(default=None, description="Where left out: now.")
    score: Score | None = None
    comment: Words | None = None
    role: Role | None = None
    stage: Stage | None = None


class MessageIn(BaseModel):
    """One message of a ticket."""

    model_config = ConfigDict(extra="forbid")

    message_id: LongId
    author_side: Literal["customer", "vendor", "system"] = "customer"
    public: bool = True
    author_id: Id | None = None
    sent_at: Time | None = None
    body: Words


class TicketIn(RowIn):
    """A ticket: with all of its messages, or with one more (`message_id`, `body` and the rest), or with none."""

    kind: Literal["tickets"]
    ticket_id: LongId
    subject: Annotated[str, Field(max_length=2000)] | None = None
    agent_id: Id | None = None
    opened_at: Time | None = None
    solved_at: Time | None = None
    status: Annotated[str, Field(min_length=1, max_length=40)] | None = None
    priority: Annotated[str, Field(min_length=1, max_length=40)] | None = None
    messages: list[MessageIn] | None = Field(default=None, max_length=MAX_ROWS, description="All there are.")
    message_id: LongId | None = None
    author_side: Literal["customer", "vendor", "system"] | None = None
    public: bool | None = None
    author_id: Id | None = None
    sent_at: Time | None = None
    body: Words | None = None


class InAppIn(RowIn):
    """A comment made inside the product."""

    kind: Literal["in_app"]
    comment_id: LongId | None = Field(default=None, description="Made from the content where it is left out.")
    feature: Annotated[str, Field(max_length=200)] | None = None
    commented_at: Time | None = Field(default=None, description="Where left out: now.")
    comment: Words = Field(min_length=1)
    role: Role | None = None
    stage: Stage | None = None


class NoteIn(RowIn):
    """A review note: the vendor's voice, never counted as a respondent."""

    kind: Literal["review_notes"]
    note_id: LongId | None = Field(default=None, description="Made from the content where it is left out.")
    author_id: Id | None = None
    meeting: Annotated[str, Field(max_length=200)] | None = None
    noted_at: Time | None = Field(default=None, description="Where left out: now.")
    text: Words = Field(min_length=1)
    role: Role | None = None
    stage: Stage | None = None


ROWS: dict[str, type[RowIn]] = {
    "responses": AnswerIn,
    "tickets": TicketIn,
    "in_app": InAppIn,
    "review_notes": NoteIn,
}
_DESCRIBED: TypeAdapter[Any] = TypeAdapter(AnswerIn | TicketIn | InAppIn | NoteIn)


class _AnyRow:
    """Anything on the way in, since one broken row must not refuse the others; described as one of the kinds."""

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: object, _handler: object) -> CoreSchema:
        return core_schema.any_schema()

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return handler(_DESCRIBED.core_schema)


class CommentsIn(BaseModel):
    """A batch of comments, of one kind or several."""

    model_config = ConfigDict(extra="forbid")

    comments: list[Annotated[Any, _AnyRow]] = Field(min_length=1, max_length=MAX_ROWS)
