"""Runs of the analysis: what each stage did, how far the one at work has come, and a new one."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse

from api.access import CallerDep, StoreDep
from api.deps import READS
from api.exports import CSV_ANSWER, Table
from api.listing import PagingDep
from api.routers.jobs import job_out
from api.schemas.jobs import JobOut, StageDoneOut
from api.schemas.runs import ProgressOut, RunIn, RunOut, RunPage
from api.writers import WORK, AnalystDep, IdempotencyKey, now_of, once
from data.store.queries.paging import After, Page
from data.store.queries.runs import RunRow, list_runs, run_row
from data.store.repositories.audit import record
from data.store.repositories.jobs import add_job, waiting_run
from data.store.repositories.keys import KeyInfo
from data.store.unit_of_work import Session

router = APIRouter(prefix="/v1/runs", tags=["runs"], responses=READS)
_COLUMNS = "run_id,command,state,started_at,finished_at,seconds,error".split(",")
_STAGE = "stage,seconds,rows_in,rows_out".split(",")
RunId = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("", summary="Runs with their stages, newest first", response_model=RunPage, responses=CSV_ANSWER)
def list_all_runs(caller: CallerDep, paging: PagingDep) -> object:
    """List runs; CSV has a line a stage. How many rows there were is only for keys of all accounts."""

    def fetch(session: Session, after: After | None, limit: int) -> Page[RunOut]:
        found = list_runs(session, after=after, limit=limit)
        return Page([_out(one, caller) for one in found.rows], found.after)

    return paging.answer(
        fetch,
        listing="runs",
        table=Table([*_COLUMNS, *(f"stage_{name}" if name == "seconds" else name for name in _STAGE)], _rows),
        name="runs",
        page=lambda items, following, _: RunPage(items=items, next_cursor=following),
    )


@router.get("/{run_id}", summary="A run: its stages, and how far it has come")
def one_run(store: StoreDep, caller: CallerDep, run_id: RunId) -> RunOut:
    """Show a run; while it is at work `progress` says which stage it is at, and how many rows of it are done."""
    with store.read() as session:
        return _out(run_row(session, run_id), caller)


@router.post("", summary="Ask for a run", status_code=202, response_model=JobOut)
def ask_for_run(
    request: Request, store: StoreDep, caller: AnalystDep, wanted: RunIn, idempotency_key: IdempotencyKey = None
) -> JSONResponse:
    """Analyse what is new and, with `refit`, find the discovered themes again. One run is at work at a time.

    Where the same is asked for already and nobody began with it, the answer is that job.
    """
    with store.write() as session:

        def put_down() -> dict[str, Any]:
            job = waiting_run(session, key_id=caller.key_id, refit=wanted.refit)
            if job is None:
                now = now_of(request)
                job = add_job(session, "run", key_id=caller.key_id, options=wanted.model_dump(), now=now)
                detail = {"job_id": job.job_id, **wanted.model_dump()}
                record(session, actor=caller.key_id, action="ask for run", detail=detail, now=now)
            return job_out(job, caller).model_dump(mode="json")

        answer, _ = once(request, session, caller, chosen=idempotency_key, body=wanted.model_dump(), act=put_down)
    request.app.state.services.wake(WORK)
    return JSONResponse(answer, status_code=202, headers={"Location": f"/v1/jobs/{answer['job_id']}"})


def _out(run: RunRow, caller: KeyInfo) -> RunOut:
    """Show a run; how much there is to analyse in all is not for a key of some accounts."""
    whole = caller.accounts is None
    stages = [
        StageDoneOut(
            stage=one.stage,
            seconds=one.seconds,
            rows_in=one.rows_in if whole else None,
            rows_out=one.rows_out if whole else None,
            counts=one.counts if whole else {},
        )
        for one in run.stages
    ]
    told = run.progress
    progress = None
    if told is not None:
        progress = ProgressOut(
            stage=told.stage,
            rows_done=told.rows_done if whole else None,
            rows_total=told.rows_total if whole else None,
            heard_at=told.heard_at,
        )
    return RunOut(
        run_id=run.run_id,
        command=run.command,
        state=run.state,
        started_at=run.started_at,
        finished_at=run.finished_at,
        seconds=run.seconds,
        stages=stages,
        progress=progress,
        model_keys=run.model_keys if whole else {},
        error=run.error if whole else None,
    )


def _rows(run: RunOut) -> list[list[object]]:
    own = [getattr(run, name) for name in _COLUMNS]
    return [[*own, *(getattr(stage, name) for name in _STAGE)] for stage in run.stages] or [[*own, *[None] * 4]]
