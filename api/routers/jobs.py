"""Jobs: poll what was asked for. A key sees its own; an admin of all accounts sees everybody's."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Path

from api.access import CallerDep, StoreDep
from api.deps import READS, one_word, read_choice
from api.exports import CSV_ANSWER, Table
from api.listing import PagingDep
from api.schemas.jobs import KINDS, STATES, JobOut, JobPage, RunDoneOut, StageDoneOut
from data.store.models import Job
from data.store.queries.jobs import JobQuery, job_of, list_jobs
from data.store.queries.paging import After, Page
from data.store.repositories.keys import KeyInfo
from data.store.unit_of_work import Session

router = APIRouter(prefix="/v1/jobs", tags=["jobs"], responses=READS)
# Problems of rows that a list shows of each job.
SHOWN = 10
_COLUMNS = (
    "job_id,kind,state,step,key_id,import_id,created_at,started_at,finished_at,received,refused,errors_total,problem"
).split(",")
_COUNTS = ("new", "changed", "same", "quarantined")
JobId = Annotated[str, Path(max_length=40, description="As the answer that promised it says.")]


def job_out(job: Job, caller: KeyInfo, *, errors: int | None = None) -> JobOut:
    """Show a job; what a run did over all accounts is not for a key of some."""
    return JobOut(
        job_id=job.job_id,
        kind=job.kind,
        state=job.state,
        step=job.step,
        key_id=job.key_id,
        import_id=job.upload_id,
        created_at=job.created_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
        received=job.received,
        refused=job.refused,
        counts={name: int(count) for name, count in job.counts.items() if count},
        errors=job.errors if errors is None else job.errors[:errors],
        errors_total=len(job.errors),
        notes=job.notes,
        run=_run(job.run, caller),
        problem=job.problem,
    )


def _run(run: Mapping[str, Any] | None, caller: KeyInfo) -> RunDoneOut | None:
    if not run:
        return None
    stages = [
        StageDoneOut(
            stage=one["stage"], seconds=one["seconds"], rows_in=one["in"], rows_out=one["out"], counts=one["counts"]
        )
        for one in run["stages"]
    ]
    return RunDoneOut(run_id=run["run"], seconds=run["seconds"], stages=stages if caller.accounts is None else [])


def whose(caller: KeyInfo) -> str | None:
    """Say whose jobs a key sees: its own, or everybody's (None)."""
    return None if caller.role == "admin" and caller.accounts is None else caller.key_id


@router.get("", summary="Jobs that the key sees, newest first", response_model=JobPage, responses=CSV_ANSWER)
def list_all_jobs(
    caller: CallerDep,
    paging: PagingDep,
    kind: Annotated[str | None, one_word(KINDS, "Only jobs of this kind.")] = None,
    state: Annotated[str | None, one_word(STATES, "Only jobs in this state.")] = None,
) -> object:
    """List the jobs that the caller's key asked for, or everybody's for an admin of all accounts."""
    query = JobQuery(
        whose(caller),
        read_choice(kind, "kind", KINDS) if kind is not None else None,
        read_choice(state, "state", STATES) if state is not None else None,
    )

    def fetch(session: Session, after: After | None, limit: int) -> Page[JobOut]:
        found = list_jobs(session, query, after=after, limit=limit)
        return Page([job_out(job, caller, errors=SHOWN) for job in found.rows], found.after)

    def row(one: JobOut) -> list[list[object]]:
        return [[*(getattr(one, name) for name in _COLUMNS), *(one.counts.get(name, 0) for name in _COUNTS)]]

    return paging.answer(
        fetch,
        listing=f"jobs {kind} {state}",
        table=Table([*_COLUMNS, *_COUNTS], row),
        name="jobs",
        page=lambda items, following, _: JobPage(items=items, next_cursor=following),
    )


@router.get("/{job_id}", summary="A job: its state, what became of each row, what the run did")
def one_job(store: StoreDep, caller: CallerDep, job_id: JobId) -> JobOut:
    """Show a job with every problem of its rows; poll it until it is done or failed."""
    with store.read() as session:
        return job_out(job_of(session, job_id, key_id=whose(caller)), caller)
