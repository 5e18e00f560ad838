"""Jobs: put down by the API in the transaction of its answer, taken up by the worker, again where one was killed."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from data.errors import NotFoundError
from data.store.models import Job

# A job that a worker began so often without an end kills workers, or fails each time: it is given up.
MAX_ATTEMPTS = 5
OPEN = ("waiting", "running")
ANALYSING = "analysing"
# Problems of rows that a job keeps; the counts hold all of them, and the quarantine every row.
ERRORS_KEPT = 1000


@dataclass(frozen=True)
class JobTask:
    """A job as a worker takes it up."""

    job_id: str
    kind: str
    key_id: str
    accounts: tuple[str, ...] | None
    upload_id: str | None
    options: dict[str, Any]
    payload_encrypted: bytes | None


def add_job(
    session: Session,
    kind: str,
    *,
    key_id: str,
    now: datetime,
    accounts: Sequence[str] | None = None,
    upload_id: str | None = None,
    options: dict[str, Any] | None = None,
    payload: bytes | None = None,
    received: int = 0,
    errors: Sequence[dict[str, Any]] = (),
) -> Job:
    """Put a job down; the caller commits. `errors` are those of rows that were refused at once."""
    job = Job(
        job_id="job_" + secrets.token_hex(8),
        kind=kind,
        state="waiting",
        step=None,
        key_id=key_id,
        accounts=None if accounts is None else list(accounts),
        upload_id=upload_id,
        options=options or {},
        payload_encrypted=payload,
        created_at=now,
        started_at=None,
        finished_at=None,
        attempts=0,
        received=received,
        refused=len({error["row"] for error in errors}),
        counts={},
        errors=list(errors),
        notes=[],
        run=None,
        problem=None,
    )
    session.add(job)
    session.flush()
    return job


def is_waiting(session: Session, kinds: Sequence[str]) -> bool:
    """Say whether a job of these kinds waits to be begun, or was left by a worker that was killed."""
    return session.scalar(select(Job.id).where(_to_begin(kinds)).limit(1)) is not None


def _to_begin(kinds: Sequence[str]) -> Any:  # noqa: ANN401 - a condition
    return Job.state.in_(OPEN) & Job.kind.in_(kinds) & ((Job.step.is_(None)) | (Job.step != ANALYSING))


def take_next(session: Session, kinds: Sequence[str], *, step: str, now: datetime) -> JobTask | None:
    """Begin with the oldest job that waits or was left; None where none does.

    Only who holds the worker's lock may ask: then a job that runs is one whose worker was killed.
    """
    session.execute(
        update(Job)
        .where(_to_begin(kinds), Job.attempts >= MAX_ATTEMPTS)
        .values(
            state="failed",
            step=None,
            finished_at=now,
            payload_encrypted=None,
            problem=f"the worker was ended {MAX_ATTEMPTS} times while it was at it: ask for less at once",
        )
    )
    job = session.scalar(select(Job).where(_to_begin(kinds)).order_by(Job.id).limit(1))
    if job is None:
        return None
    job.state, job.step, job.attempts = "running", step, job.attempts + 1
    job.started_at = job.started_at or now
    accounts = None if job.accounts is None else tuple(str(one) for one in job.accounts)
    return JobTask(job.job_id, job.kind, job.key_id, accounts, job.upload_id, dict(job.options), job.payload_encrypted)


def imported(
    session: Session,
    job_id: str,
    *,
    counts: dict[str, int],
    errors: Sequence[dict[str, Any]] = (),
    notes: Sequence[str] = (),
) -> None:
    """Note what became of a job's rows; the payload is wiped, and the job waits for the run to analyse them."""
    job = get_job(session, job_id)
    job.counts, job.notes = dict(counts), list(notes)
    job.errors = sorted([*job.errors, *errors], key=lambda error: error["row"])[:ERRORS_KEPT]
    job.payload_encrypted, job.step, job.attempts = None, ANALYSING, 0


def begin_analysis(session: Session) -> list[JobTask]:
    """Give the jobs that wait for a run, and count that one is tried for them."""
    jobs = session.scalars(select(Job).where(Job.state == "running", Job.step == ANALYSING).order_by(Job.id)).all()
    for job in jobs:
        job.attempts += 1
    return [JobTask(job.job_id, job.kind, job.key_id, None, job.upload_id, dict(job.options), None) for job in jobs]


def is_owed_a_run(session: Session) -> bool:
    """Say whether a job waits for a run."""
    return session.scalar(select(Job.id).where(Job.state == "running", Job.step == ANALYSING).limit(1)) is not None


def not_begun(session: Session, job_ids: Sequence[str]) -> None:
    """Take back that a run was tried for jobs: another one was at work."""
    session.execute(update(Job).where(Job.job_id.in_(job_ids)).values(attempts=Job.attempts - 1))


def finish(session: Session, job_ids: Sequence[str], *, now: datetime, run: dict[str, Any] | None = None) -> None:
    """Close jobs as done, with what the run did."""
    for job in session.scalars(select(Job).where(Job.job_id.in_(job_ids))):
        job.state, job.step, job.finished_at, job.run = "done", None, now, run
        job.payload_encrypted = None


def fail(session: Session, job_ids: Sequence[str], problem: str, *, now: datetime) -> None:
    """Close jobs as failed, with the reason."""
    for job in session.scalars(select(Job).where(Job.job_id.in_(job_ids))):
        job.state, job.step, job.finished_at, job.problem = "failed", None, now, problem[:2000]
        job.payload_encrypted = None


def fail_hopeless(session: Session, job_ids: Sequence[str], problem: str, *, now: datetime) -> None:
    """Close those of the jobs as failed that were tried often enough; the others are tried again."""
    hopeless = select(Job.job_id).where(Job.job_id.in_(job_ids), Job.attempts >= MAX_ATTEMPTS)
    fail(session, list(session.scalars(hopeless)), problem, now=now)


def get_job(session: Session, job_id: str) -> Job:
    """Give a job.

    Raises:
        NotFoundError: There is none.
    """
    job = session.scalar(select(Job).where(Job.job_id == job_id))
    if job is None:
        raise NotFoundError(f"no job {job_id!r}: GET /v1/jobs lists those that you may see")
    return job


def waiting_sample(session: Session) -> Job | None:
    """Give the job that brings the sample, where one is asked for and not done."""
    return session.scalar(select(Job).where(Job.state.in_(OPEN), Job.kind == "sample").order_by(Job.id).limit(1))


def waiting_run(session: Session, *, key_id: str, refit: bool) -> Job | None:
    """Give a key's job for a run that nobody began yet: a second one would do nothing more."""
    return next((job for job in _waiting(session, "run", key_id) if bool(job.options.get("refit")) == refit), None)


def waiting_issue(session: Session, *, key_id: str, options: dict[str, Any]) -> Job | None:
    """Give a key's job for the same issue that nobody began yet."""
    return next((job for job in _waiting(session, "issue", key_id) if job.options == options), None)


def _waiting(session: Session, kind: str, key_id: str) -> Iterable[Job]:
    of_key = select(Job).where(Job.state == "waiting", Job.kind == kind, Job.key_id == key_id)
    return session.scalars(of_key.order_by(Job.id))
