"""Comments that come in: a batch is checked row by row, kept, and analysed in the background within a minute."""

import json
from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import ValidationError

from api.access import StoreDep
from api.deps import READS
from api.errors import RowsRefusedError
from api.incoming import check_rows, in_words, problem
from api.routers.jobs import job_out
from api.schemas.incoming import MAX_ROWS, CommentsIn
from api.schemas.jobs import JobOut
from api.writers import WORK, IdempotencyKey, PosterDep, chunks_of, now_of, once, read_json
from data.store.repositories.audit import record
from data.store.repositories.jobs import add_job
from data.store.repositories.keys import KeyInfo
from data.store.repositories.owned import FOREIGN, foreign_columns
from data.store.unit_of_work import Session, Store

router = APIRouter(prefix="/v1/comments", tags=["comments"], responses={k: v for k, v in READS.items() if k != 304})
_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/CommentsIn"}}},
    }
}


@router.post(
    "",
    summary=f"Post comments, at most {MAX_ROWS} at once",
    status_code=202,
    response_model=JobOut,
    openapi_extra=_BODY,
)
async def post_comments(
    request: Request, store: StoreDep, caller: PosterDep, idempotency_key: IdempotencyKey = None
) -> JSONResponse:
    """Take answers, ticket messages, in-app comments and review notes, each with its `kind`, as an import has them.

    Good rows are kept, the answer lists the others with column, reason and next step; where no row is good the answer
    is 422. A row with an id that is there already is changed, or left alone where nothing differs. The rows are
    imported and analysed in the background: poll `GET /v1/jobs/{job_id}`; what only the import can refuse (a survey
    that is not known, a score outside its scale) stands there too, and waits in the quarantine.
    """
    # By hand and not by FastAPI: whoever shows no key has no body read, and one broken row must not refuse the others.
    raw = b"".join([chunk async for chunk in chunks_of(request)])
    answer, repeated = await run_in_threadpool(_accept, request, store, caller, raw, idempotency_key)
    headers = {"Location": f"/v1/jobs/{answer['job_id']}"} | ({"Idempotent-Replayed": "true"} if repeated else {})
    return JSONResponse(answer, status_code=202, headers=headers)


def _accept(
    request: Request, store: Store, caller: KeyInfo, raw: bytes, chosen: str | None
) -> tuple[dict[str, Any], bool]:
    body = read_json(raw)
    try:
        rows = CommentsIn.model_validate(body).comments
    except ValidationError as error:
        found = [{**one, "loc": ("body", *one["loc"])} for one in error.errors(include_url=False, include_input=False)]
        raise RequestValidationError(found) from error
    accepted, problems = check_rows(rows, now=now_of(request))
    if caller.accounts is not None:
        accepted, foreign = _own(store, accepted, caller.accounts)
        problems = sorted([*problems, *foreign], key=lambda one: one["row"])
    if not accepted:
        raise RowsRefusedError(f"none of the {len(rows)} rows can be kept", in_words(problems[:MAX_ROWS]))
    payload = request.app.state.vault.encrypt(json.dumps(accepted))
    with store.write() as session:

        def put_down() -> dict[str, Any]:
            return _put_down(session, request, caller, payload, received=len(rows), problems=problems)

        answer, repeated = once(request, session, caller, chosen=chosen, body=body, act=put_down)
    if not repeated:
        request.app.state.services.wake(WORK)
    return answer, repeated


def _put_down(
    session: Session,
    request: Request,
    caller: KeyInfo,
    payload: bytes,
    *,
    received: int,
    problems: list[dict[str, Any]],
) -> dict[str, Any]:
    now = now_of(request)
    job = add_job(
        session,
        "comments",
        key_id=caller.key_id,
        accounts=caller.accounts,
        now=now,
        payload=payload,
        received=received,
        errors=problems[:MAX_ROWS],
    )
    detail = {"job_id": job.job_id, "rows": received, "refused": job.refused}
    record(session, actor=caller.key_id, action="post comments", detail=detail, now=now)
    return job_out(job, caller).model_dump(mode="json")


def _own(
    store: Store, rows: list[dict[str, Any]], accounts: tuple[str, ...]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Part the rows of a key's own accounts from those that name what others own."""
    foreign: dict[int, str] = {}
    with store.read() as session:
        for kind in {row["kind"] for row in rows}:
            of_kind = [row for row in rows if row["kind"] == kind]
            found = foreign_columns(session, kind, [row["values"] for row in of_kind], accounts)
            foreign |= {of_kind[place]["row"]: column for place, column in found.items()}
    named = {row["row"]: row["values"].get("account_id") for row in rows}
    step = "a key of some accounts posts rows that name one of these, and only what is theirs"
    problems = [
        problem(row, column, None, FOREIGN if named[row] else "missing, but needed", step)
        for row, column in foreign.items()
    ]
    return [row for row in rows if row["row"] not in foreign], problems
