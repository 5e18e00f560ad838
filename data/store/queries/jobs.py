"""Jobs and uploads as a reader sees them, newest first."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, defer

from data.errors import NotFoundError
from data.store.models import Job, Upload
from data.store.queries.paging import After, Page, SortKey, after_row

_NEWEST_JOB = SortKey(Job.id.expression, descending=True)
_NEWEST_UPLOAD = SortKey(Upload.id.expression, descending=True)
# A payload may have megabytes, and nobody but the worker reads it.
_NO_PAYLOAD = defer(Job.payload_encrypted, raiseload=True)


@dataclass(frozen=True)
class JobQuery:
    """Which jobs; `key_id` None: those of every key."""

    key_id: str | None = None
    kind: str | None = None
    state: str | None = None


def list_jobs(session: Session, query: JobQuery, *, after: After | None = None, limit: int = 50) -> Page[Job]:
    """Give jobs, the newest first."""
    wanted = {"key_id": query.key_id, "kind": query.kind, "state": query.state}
    rows = (
        select(Job)
        .options(_NO_PAYLOAD)
        .where(*(getattr(Job, name) == value for name, value in wanted.items() if value is not None))
    )
    return _page(session, rows, _NEWEST_JOB, after, limit)


def job_of(session: Session, job_id: str, *, key_id: str | None) -> Job:
    """Give a job; one of another key is as if it were not.

    Raises:
        NotFoundError: There is none that the key may see.
    """
    job = session.scalar(select(Job).options(_NO_PAYLOAD).where(Job.job_id == job_id))
    if job is None or (key_id is not None and job.key_id != key_id):
        raise NotFoundError(f"no job {job_id!r}: GET /v1/jobs lists those that you may see")
    return job


def list_uploads(session: Session, *, after: After | None = None, limit: int = 50) -> Page[Upload]:
    """Give uploads, the newest first."""
    return _page(session, select(Upload), _NEWEST_UPLOAD, after, limit)


def newest_jobs(session: Session, upload_ids: list[str]) -> dict[str, Job]:
    """Give the newest job of each upload, by its id."""
    jobs = session.scalars(select(Job).options(_NO_PAYLOAD).where(Job.upload_id.in_(upload_ids)).order_by(Job.id))
    return {job.upload_id: job for job in jobs if job.upload_id is not None}


def _page(session: Session, rows: Select[Any], key: SortKey, after: After | None, limit: int) -> Page[Any]:
    if after is not None:
        rows = rows.where(after_row([key], after))
    found = list(session.scalars(rows.order_by(key.ordered()).limit(limit + 1)))
    kept = found[:limit]
    return Page(kept, (kept[-1].id,) if len(found) > limit else None)
