"""The journey: what is heard at each stage, by whom it is owned, and whether anybody acts on it."""

from pydantic import Field

from api.schemas.base import Period, Schema
from api.schemas.comments import CommentOut
from api.schemas.retention import ValueOut
from api.schemas.scores import ScoreOut


class JourneyScoreOut(Schema):
    """The score of one survey type and scale at a stage."""

    type: str = Field(examples=["ces"])
    scale_min: float
    scale_max: float
    high_is_good: bool
    score: ScoreOut


class JourneyAgentOut(JourneyScoreOut):
    """The CSAT of one of the vendor's people at a stage."""

    agent_id: str
    name: str | None = Field(default=None, description="Null: not on the staff list.")


class JourneyMismatchOut(Schema):
    """Comments that speak of what was sold and not delivered."""

    comments: int
    negative: int
    respondents: int
    accounts: int


class JourneyMismatchCellOut(Schema):
    """The same at one stage, said by one role."""

    stage: str
    role: str
    counts: JourneyMismatchOut


class JourneyStageOut(Schema):
    """One stage: covered, theatre (a signal that nobody owns or acts on) or gap (no signal)."""

    stage: str = Field(examples=["onboarding"])
    state: str = Field(description="covered, theatre, gap.")
    signal: str = Field(description="The primary signal that the stage asks for.")
    owner: str = Field(description="Who should own it.")
    owners: list[str] = Field(description="Who of the vendor's people does, by name.")
    action: str = Field(description="What a bad signal triggers.")
    missing: list[str] = Field(description="signal, primary signal, owner, action.")
    n: int = Field(description="Signals: scored answers, and comments without a score.")
    by_source: dict[str, int]
    derived: int = Field(description="Of the answers: placed here by the account's dates.")
    accounts: int
    reach: ValueOut | None = Field(default=None, description="Percentage of the slice's accounts heard from.")
    flagged: int = Field(description="Answers at or past their line.")
    loops: int = Field(description="Loops that these opened; imported history opens none.")
    touched: int = Field(description="Of those: somebody took them up.")
    acted: ValueOut | None = Field(default=None, description="Percentage of the loops taken up; null without loops.")
    reading: str
    scores: list[JourneyScoreOut]
    agents: list[JourneyAgentOut] = Field(default=[], description="CSAT by the vendor's people, most answers first.")
    comments_total: int = Field(description="Customers' comments at this stage.")
    comments: list[CommentOut] = Field(description="Detractors first, then the newest; review notes last.")
    mismatch: JourneyMismatchOut


class JourneyOut(Schema):
    """The eight stages in their order."""

    period: Period
    accounts: int = Field(description="Accounts of the slice.")
    reading: str
    gaps: list[str] = Field(description="Stages without a signal.")
    theatre: list[str] = Field(description="Stages with a signal that nobody owns or acts on.")
    unplaced: int = Field(description="Signals that name no stage and that no date places.")
    stages: list[JourneyStageOut]
    mismatch: list[JourneyMismatchCellOut] = Field(description="Sales-delivery mismatch by stage and role.")
    mismatch_comments: list[CommentOut] = Field(description="In whose words, detractors first.")
