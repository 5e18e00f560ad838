"""Runs and their stages, facts about the whole store, and the lock that lets one run at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from data.errors import BusyError
from data.store.models import Fact, Run, RunStage
from data.store.repositories.locks import try_lock
from data.store.unit_of_work import Store


def begin_run(session: Session, command: str, *, settings: dict[str, Any], now: datetime) -> int:
    """Store a run that begins; runs that a kill left open are closed as interrupted. Returns its id."""
    session.execute(update(Run).where(Run.state == "running").values(state="interrupted", finished_at=now))
    run = Run(
        command=command,
        state="running",
        started_at=now,
        settings=settings,
        model_keys={},
        counts={},
        finished_at=None,
        seconds=None,
        error=None,
    )
    session.add(run)
    session.flush()
    return run.id


def finish_run(
    session: Session,
    run_id: int,
    *,
    state: str,
    now: datetime,
    model_keys: dict[str, Any],
    counts: dict[str, Any],
    error: str | None = None,
) -> None:
    """Close a run with its counts."""
    run = session.get_one(Run, run_id)
    run.state, run.finished_at, run.error = state, now, error
    run.model_keys, run.counts = model_keys, counts
    run.seconds = (now - run.started_at).total_seconds()


def record_stage(
    session: Session,
    run_id: int,
    stage: str,
    *,
    started: datetime,
    seconds: float,
    rows_in: int,
    rows_out: int,
    counts: dict[str, Any],
) -> None:
    """Store what a stage of a run did."""
    session.add(
        RunStage(
            run_id=run_id,
            stage=stage,
            state="done",
            started_at=started,
            seconds=seconds,
            rows_in=rows_in,
            rows_out=rows_out,
            counts=counts,
        )
    )


def last_runs(session: Session, limit: int = 10) -> list[Run]:
    """Give the newest runs first."""
    return list(session.scalars(select(Run).order_by(Run.id.desc()).limit(limit)))


def get_fact(session: Session, name: str) -> dict[str, Any] | None:
    """Give a named fact, or None."""
    fact = session.get(Fact, name)
    return fact.value if fact else None


def put_fact(session: Session, name: str, value: dict[str, Any], *, now: datetime) -> None:
    """Store a named fact over an older one."""
    session.merge(Fact(name=name, value=value, updated_at=now))


@contextmanager
def one_at_a_time(store: Store, folder: Path) -> Iterator[None]:
    """Hold the run lock.

    Raises:
        BusyError: Another run holds it.
    """
    with try_lock(store, folder, "run") as free:
        if not free:
            raise BusyError("another run is at work on this database: wait for it, or end it and run again")
        yield
