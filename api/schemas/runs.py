"""Runs of the analysis: asked for, watched, looked back on."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.base import Schema
from api.schemas.jobs import StageDoneOut


class RunIn(BaseModel):
    """A run to make: what is new is analysed; `refit` finds the discovered themes again, too."""

    model_config = ConfigDict(extra="forbid")

    refit: bool = Field(default=False, description="Find the discovered themes again; their keys are kept.")


class ProgressOut(Schema):
    """How far the run at work has come."""

    stage: str
    rows_done: int | None = None
    rows_total: int | None = Field(default=None, description="Null where the stage can't tell.")
    heard_at: datetime = Field(description="When it last said so; long ago: the process that ran it is gone.")


class RunOut(Schema):
    """A run. Rows, counts and errors only for keys of all accounts."""

    run_id: int
    command: str
    state: str = Field(description="running, done, failed or interrupted.")
    started_at: datetime
    finished_at: datetime | None = None
    seconds: float | None = None
    stages: list[StageDoneOut] = Field(default=[])
    progress: ProgressOut | None = None
    model_keys: dict[str, Any] = Field(default={})
    error: str | None = None


class RunPage(Schema):
    """Runs, the newest first."""

    items: list[RunOut]
    next_cursor: str | None = None
