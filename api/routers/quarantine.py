"""The quarantine: rows that could not be imported, with the reason; try them again, mended or not, or drop them."""

import json
from typing import Annotated

from fastapi import APIRouter, Query, Request

from api.access import StoreDep
from api.columns import TEXT
from api.deps import READS, one_word, read_choice
from api.errors import ParameterError
from api.exports import CSV_ANSWER
from api.listing import PagingDep
from api.routers.jobs import job_out
from api.schemas.jobs import JobOut
from api.schemas.quarantine import (
    ChosenRows,
    DismissedOut,
    QuarantinedFileOut,
    QuarantinedOut,
    QuarantinePage,
    RetryIn,
)
from api.tables import plain_table
from api.writers import WORK, AnalystDep, now_of
from data.store.queries.paging import After, Page
from data.store.queries.quarantine import STATES, SetAsideQuery, count_files, count_set_aside, list_set_aside
from data.store.repositories.audit import record
from data.store.repositories.jobs import add_job
from data.store.repositories.quarantine import dismiss
from data.store.unit_of_work import Session

router = APIRouter(prefix="/v1/quarantine", tags=["imports"], responses=READS)
_COLUMNS = "id,file,row_number,kind,column,value,reason,state,set_aside_at,settled_at".split(",")


@router.get("", summary="Rows that were set aside", response_model=QuarantinePage, responses=CSV_ANSWER)
def list_quarantine(
    store: StoreDep,
    _caller: AnalystDep,
    paging: PagingDep,
    state: Annotated[str, one_word(STATES, "open: they wait to be mended.")] = "open",
    file: Annotated[str | None, Query(max_length=400, description="Rows of this file, or api/JOB, only.")] = None,
    kind: Annotated[str | None, Query(max_length=40, description="Rows of this kind only.")] = None,
) -> object:
    """List rows with column, value and reason; the rows themselves are kept encrypted."""
    query = SetAsideQuery(read_choice(state, "state", STATES), file, kind)

    def fetch(session: Session, after: After | None, limit: int) -> Page[QuarantinedOut]:
        found = list_set_aside(session, query, after=after, limit=limit)
        return Page([QuarantinedOut.model_validate(one) for one in found.rows], found.after)

    def page(items: list[QuarantinedOut], following: str | None, _: Page[QuarantinedOut]) -> QuarantinePage:
        with store.read() as session:
            total, files = count_set_aside(session, query), count_files(session)
        counted = [QuarantinedFileOut(file=name, kind=of, rows=rows) for name, of, rows in files]
        return QuarantinePage(items=items, next_cursor=following, total=total, files=counted)

    return paging.answer(
        fetch,
        listing=f"quarantine {state} {file} {kind}",
        table=plain_table(_COLUMNS, {"value": TEXT}),
        name="quarantine",
        page=page,
    )


@router.post("/retry", summary="Try rows again", status_code=202)
def retry(request: Request, store: StoreDep, caller: AnalystDep, wanted: RetryIn) -> JobOut:
    """Try rows again in the background: as they are, once what they lacked was imported, or with mended cells."""
    if wanted.rows is not None and (wanted.ids is not None or wanted.file is not None):
        raise ParameterError("rows says which rows: leave out ids and file")
    now = now_of(request)
    options = wanted.model_dump(include={"ids", "file"}, exclude_none=True)
    mended = {row.id: row.cells for row in wanted.rows or ()}
    with store.write() as session:
        job = add_job(
            session,
            "retry",
            key_id=caller.key_id,
            now=now,
            options=options,
            # Mended cells hold people's words.
            payload=request.app.state.vault.encrypt(json.dumps(mended)) if mended else None,
        )
        detail = {"job_id": job.job_id, **options, "mended": sorted(mended)}
        record(session, actor=caller.key_id, action="retry quarantine", detail=detail, now=now)
    request.app.state.services.wake(WORK)
    return job_out(job, caller)


@router.post("/dismiss", summary="Leave rows out for good")
def dismiss_rows(request: Request, store: StoreDep, caller: AnalystDep, wanted: ChosenRows) -> DismissedOut:
    """Leave rows out for good, also when their file is imported again. Rows or a file must be named."""
    if wanted.ids is None and wanted.file is None:
        raise ParameterError("name rows (ids) or a file: nothing is dismissed by default")
    now = now_of(request)
    with store.write() as session:
        done = dismiss(session, file=wanted.file, ids=wanted.ids, now=now)
        detail = {**wanted.model_dump(exclude_none=True), "dismissed": done}
        record(session, actor=caller.key_id, action="dismiss quarantine", detail=detail, now=now)
    return DismissedOut(dismissed=done)
