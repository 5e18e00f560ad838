"""Issues of themes in Jira and Linear: ask for one, and see where they are. The worker writes them."""

from datetime import UTC, datetime, time
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from api.access import StoreDep
from api.deps import READS, SliceDep, newest_time
from api.errors import TrackerError
from api.exports import CSV_ANSWER, WHOLE
from api.listing import PagingDep, cut_page
from api.routers.jobs import job_out
from api.schemas.issues import IssueIn, IssueOut, IssuePage
from api.schemas.jobs import JobOut
from api.tables import plain_table
from api.writers import LOOK, AnalystDep, IdempotencyKey, now_of, once
from data.store.queries.paging import After, Page
from data.store.queries.slices import Slice
from data.store.queries.themes import theme_info
from data.store.repositories.audit import record
from data.store.repositories.issues import list_issues
from data.store.repositories.jobs import add_job, waiting_issue
from data.store.unit_of_work import Session

router = APIRouter(prefix="/v1/themes/{key}/issues", tags=["themes"], responses=READS)
_COLUMNS = ("theme_key", "target", "issue_key", "url", "created_at", "updated_at")


@router.get("", summary="Where a theme's issues are", response_model=IssuePage, responses=CSV_ANSWER)
def theme_issues(filters: SliceDep, paging: PagingDep, key: str) -> object:
    """List the issues of a theme, by tracker."""

    def fetch(session: Session, after: After | None, limit: int) -> Page[IssueOut]:
        theme_info(session, key, filters=filters)
        page = cut_page(list_issues(session, key), after, limit)
        return Page([IssueOut.model_validate(one) for one in page.rows], page.after)

    return paging.answer(
        fetch,
        listing=f"issues/{key}",
        table=plain_table(_COLUMNS),
        name=f"{key}-issues",
        step=WHOLE,
        page=lambda items, following, _: IssuePage(items=items, next_cursor=following),
    )


@router.post("", summary="Put a theme into a tracker", status_code=202, response_model=JobOut)
def push_theme(
    request: Request,
    store: StoreDep,
    caller: AnalystDep,
    key: str,
    wanted: IssueIn,
    idempotency_key: IdempotencyKey = None,
) -> JSONResponse:
    """Write the theme's counts and redacted words into one issue, in the background; no name and no account is in it.

    There is one issue a theme and tracker: asked again it gets a comment where the numbers changed. The job's note says
    where it is. Where the same is asked for already and nobody began with it, the answer is that job.
    """
    if wanted.target not in request.app.state.settings.trackers:
        raise TrackerError(f"{wanted.target} is not set up: docs/exports.md says which settings it takes")
    begin = datetime.combine(wanted.since, time.min, UTC).isoformat() if wanted.since else None
    options = {"theme_key": key, "target": wanted.target, "since": begin}
    everything = Slice(as_of=newest_time(request, store, caller))
    with store.write() as session:
        theme_info(session, key, filters=everything)

        def put_down() -> dict[str, Any]:
            job = waiting_issue(session, key_id=caller.key_id, options=options)
            if job is None:
                now = now_of(request)
                job = add_job(session, "issue", key_id=caller.key_id, options=options, now=now)
                detail = {"job_id": job.job_id, **options}
                record(session, actor=caller.key_id, action="ask for issue", detail=detail, now=now)
            return job_out(job, caller).model_dump(mode="json")

        body = {"key": key, **wanted.model_dump(mode="json")}
        answer, _ = once(request, session, caller, chosen=idempotency_key, body=body, act=put_down)
    request.app.state.services.wake(LOOK)
    return JSONResponse(answer, status_code=202, headers={"Location": f"/v1/jobs/{answer['job_id']}"})
