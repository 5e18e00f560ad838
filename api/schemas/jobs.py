"""Jobs: what was asked for and is worked on in the background, and what became of each row."""

from datetime import datetime
from typing import Any

from pydantic import Field

from api.schemas.base import Schema

KINDS = ("comments", "preview", "import", "run", "retry", "sample", "hook", "issue")
STATES = ("waiting", "running", "done", "failed")


class RowErrorOut(Schema):
    """Why a row stays out."""

    row: int = Field(description="Its place in the batch, from 1; 0: several rows of a file.")
    column: str | None = None
    value: str | None = Field(default=None, description="What stood there; words and addresses are not shown.")
    reason: str
    next_step: str


class StageDoneOut(Schema):
    """What one stage of a run did; rows and counts only for keys of all accounts."""

    stage: str
    seconds: float | None = None
    rows_in: int | None = None
    rows_out: int | None = None
    counts: dict[str, Any] = Field(default={})


class RunDoneOut(Schema):
    """The run that analysed a job's rows."""

    run_id: int
    seconds: float
    stages: list[StageDoneOut] = Field(description="What it did over all accounts; empty for a key of some.")


class JobOut(Schema):
    """A job. Poll it until `state` is done or failed; `If-None-Match` makes that cheap."""

    job_id: str
    kind: str = Field(description="comments, preview, import, run, retry, sample, hook or issue.")
    state: str = Field(description="waiting, running, done or failed.")
    step: str | None = Field(default=None, description="While running: importing, reading, pushing or analysing.")
    key_id: str = Field(description="The key that asked for it.")
    import_id: str | None = None
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    received: int = Field(default=0, description="Rows that came in.")
    refused: int = Field(default=0, description="Rows that the API refused; the others are kept.")
    counts: dict[str, int] = Field(
        default={}, description="Rows by what became of them: new, changed, same, quarantined, refused."
    )
    errors: list[RowErrorOut] = Field(default=[], description="In a list of jobs the first ten of each.")
    errors_total: int = 0
    notes: list[str] = Field(
        default=[], description="What an import chose where the file did not tell, or where an issue is."
    )
    run: RunDoneOut | None = Field(default=None, description="The run that analysed the rows, once done.")
    problem: str | None = Field(default=None, description="Why it failed, and the next step.")


class JobPage(Schema):
    """Jobs, the newest first."""

    items: list[JobOut]
    next_cursor: str | None = None
