"""Loops: what is owed to whom until when, with the person's words and score, and what was done."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.base import Schema

_Text = Annotated[str, Field(max_length=4000, pattern=r"^[^\x00]*$")]
_Id = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00]*$")]


class StaffOut(Schema):
    """One of the vendor's people."""

    staff_id: str
    name: str
    email: str | None = None


class ClockOut(Schema):
    """One clock: route in 5 minutes, touch in 24 h, close in 48 h, check 7 days after closing."""

    name: str = Field(examples=["touch"])
    due_at: datetime
    met_at: datetime | None = None
    state: str = Field(description="met, late (met after it was due), running, overdue.")


class DueOut(Schema):
    """What is next to do."""

    act: str = Field(examples=["touch"])
    due_at: datetime
    overdue: bool
    reading: str


class LoopOut(Schema):
    """A loop: opened by one answer or message, with an owner or the reason why there is none."""

    loop_id: int
    signal_id: str = Field(description="Id of the comment or answer that opened it.")
    account_id: str | None = None
    account_name: str | None = None
    contact_id: str | None = None
    contact_name: str | None = None
    role: str
    stage: str | None = None
    source: str
    reasons: list[str] = Field(description="Why it was flagged, in words.")
    said_at: datetime
    opened_at: datetime
    score: float | None = None
    scale_min: float | None = None
    scale_max: float | None = None
    comment_id: str | None = Field(default=None, description="Null: the answer has no words, or they are not prepared.")
    comment: str | None = None
    ticket_id: str | None = None
    state: str = Field(description="unowned, open, routed, touched, closed, checked, reopened.")
    owner: StaffOut | None = None
    also_told: list[StaffOut] = Field(default=[])
    why: str = Field(description="Why these people.")
    due: DueOut | None = Field(default=None, description="Null: nothing is left to do.")
    clocks: list[ClockOut]
    acts: int = Field(description="Acts in its history; send it back as `acts_seen`.")


class StaffPage(Schema):
    """Who may own a loop, by name."""

    items: list[StaffOut]
    next_cursor: str | None = None


class LoopPage(Schema):
    """Loops, what is due first first."""

    now: datetime = Field(description="When the clocks were read.")
    items: list[LoopOut]
    next_cursor: str | None = None
    states: dict[str, int] = Field(description="Loops by state, all pages together.")


class LoopActOut(Schema):
    """One act of a loop's history."""

    act: str
    at: datetime
    by: str
    owner: str | None = None
    outcome: str = ""
    note: str = ""


class LoopDetail(LoopOut):
    """A loop with its history, oldest act first, and what may be done now."""

    history: list[LoopActOut]
    legal: list[str] = Field(description="Acts that its state allows.")


class LoopActIn(BaseModel):
    """An act on a loop. `assign` needs an owner, `close` an outcome."""

    model_config = ConfigDict(extra="forbid")

    act: Literal["assign", "route", "touch", "close", "check", "reopen", "note"] = Field(
        description="route: somebody told the owner. A new owner is told by the worker, within a minute."
    )
    owner: _Id | None = Field(default=None, description="Staff id; with assign.")
    outcome: _Text = Field(default="", description="What came of it; with close.")
    note: _Text = ""
    acts_seen: int | None = Field(
        default=None, ge=0, description="`acts` as you read it: refused (409) where somebody acted since."
    )


class HoursOut(Schema):
    """Hours with a 95 % interval; null where too many loops are still open to tell."""

    value: float | None = None
    low: float | None = None
    high: float | None = None


class PartOut(Schema):
    """A percentage with its n, accounts and 95 % interval (null where one answer allows none)."""

    value: float
    n: int
    accounts: int
    low: float | None = None
    high: float | None = None


class LoopTimeOut(Schema):
    """Open to first touch, or open to closed: loops still open count as longer than until now."""

    name: str = Field(examples=["first touch"])
    clock_hours: float
    n: int
    accounts: int
    done: int
    median: HoursOut
    most: HoursOut = Field(description="Nine of ten loops are done by then.")
    within: PartOut | None = Field(
        default=None, description="Percentage done within the clock, of loops that are old enough; null: none is."
    )
    undecided: int = Field(description="Loops younger than the clock.")
    reading: str


class LoopTimesGroup(Schema):
    """How long the loops of one group take."""

    group: dict[str, str] = Field(examples=[{"owner": "S07"}])
    owner: StaffOut | None = Field(default=None, description="With group_by=owner: who that is.")
    times: list[LoopTimeOut]
    signal_ids: list[str] = Field(
        default=[], description="The comments or answers that waited longest, open ones first."
    )


class LoopTimesOut(Schema):
    """How long loops take, by group."""

    now: datetime
    items: list[LoopTimesGroup]
