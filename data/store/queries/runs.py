"""Runs with their stages, and how far the one at work has come."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.errors import NotFoundError
from data.store.models import Run, RunProgress, RunStage
from data.store.queries.paging import After, Page, SortKey, after_row

_NEWEST = SortKey(Run.id.expression, descending=True)


@dataclass(frozen=True)
class StageRow:
    """What a stage of a run did."""

    stage: str
    seconds: float | None
    rows_in: int
    rows_out: int
    counts: dict[str, Any]


@dataclass(frozen=True)
class ProgressRow:
    """How far a run has come; `rows_total` None where the stage can't tell."""

    stage: str
    rows_done: int
    rows_total: int | None
    heard_at: datetime


@dataclass(frozen=True)
class RunRow:
    """A run. `progress` None where it is over."""

    run_id: int
    command: str
    state: str
    started_at: datetime
    finished_at: datetime | None
    seconds: float | None
    model_keys: dict[str, Any]
    error: str | None
    progress: ProgressRow | None = None
    stages: list[StageRow] = field(default_factory=list)


def list_runs(session: Session, *, after: After | None = None, limit: int = 50) -> Page[RunRow]:
    """Give runs, the newest first."""
    rows = select(Run).order_by(_NEWEST.ordered()).limit(limit + 1)
    if after is not None:
        rows = rows.where(after_row([_NEWEST], after))
    found = list(session.scalars(rows))
    kept = found[:limit]
    return Page(_read(session, kept), (kept[-1].id,) if len(found) > limit else None)


def run_row(session: Session, run_id: int) -> RunRow:
    """Give a run.

    Raises:
        NotFoundError: There is none.
    """
    run = session.get(Run, run_id)
    if run is None:
        raise NotFoundError(f"no run {run_id}: GET /v1/runs lists them")
    return _read(session, [run])[0]


def _read(session: Session, runs: Sequence[Run]) -> list[RunRow]:
    ids = [run.id for run in runs]
    stages: dict[int, list[StageRow]] = {run_id: [] for run_id in ids}
    of_runs = select(RunStage).where(RunStage.run_id.in_(ids)).order_by(RunStage.id)
    for one in session.scalars(of_runs):
        stages[one.run_id].append(StageRow(one.stage, one.seconds, one.rows_in, one.rows_out, one.counts))
    at_work = [run.id for run in runs if run.state == "running"]
    told = {one.run_id: one for one in session.scalars(select(RunProgress).where(RunProgress.run_id.in_(at_work)))}
    return [
        RunRow(
            run_id=run.id,
            command=run.command,
            state=run.state,
            started_at=run.started_at,
            finished_at=run.finished_at,
            seconds=run.seconds,
            model_keys=run.model_keys,
            error=run.error,
            progress=_progress(told.get(run.id)),
            stages=stages[run.id],
        )
        for run in runs
    ]


def _progress(row: RunProgress | None) -> ProgressRow | None:
    return ProgressRow(row.stage, row.rows_done, row.rows_total, row.heard_at) if row is not None else None
