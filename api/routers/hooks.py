"""Webhooks of survey and support products: taken at once where the signature fits, imported in the background.

No key is shown here: whoever holds the product's secret may post, and nothing is read.
"""

import hashlib
import json
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.concurrency import run_in_threadpool

from api.access import StoreDep
from api.deps import PROBLEMS
from api.errors import BodyError, ParameterError, RateError
from api.hooks import SOURCES, Signed, verify
from api.schemas.hooks import HookOut
from api.writers import WORK, chunks_of, now_of, once, read_json
from data.errors import NotFoundError
from data.store.repositories.audit import record
from data.store.repositories.jobs import add_job
from data.store.repositories.keys import KeyInfo
from data.store.unit_of_work import Store

_REFUSALS = {
    **PROBLEMS,
    400: {**PROBLEMS[400], "description": "The body is not JSON."},
    401: {**PROBLEMS[401], "description": "The signature does not fit, or is too old."},
    404: {**PROBLEMS[404], "description": "No webhook of this product is set up here."},
}
router = APIRouter(prefix="/v1/hooks", tags=["imports"], responses=_REFUSALS)
_BODY = {"requestBody": {"required": True, "content": {"application/json": {"schema": {}}}}}
HookSource = Annotated[str, Path(max_length=40, description=f"{', '.join(SOURCES[:-1])} or {SOURCES[-1]}.")]


@router.post("/{source}", summary="Take a product's webhook", status_code=202, openapi_extra=_BODY)
async def take_hook(request: Request, store: StoreDep, source: HookSource) -> HookOut:
    """Take what Zendesk, Intercom, HubSpot, Delighted or Typeform sends, as it sends it, by its own signature.

    What is posted is imported in the background, as a file of the same objects would be: known ids are changed, or left
    alone. The same body again within a day makes no second job. A product without a secret in the settings is not
    there (docs/connect.md).
    """
    settings = request.app.state.settings
    secret = dict(settings.hooks).get(source)
    if not secret:
        raise NotFoundError(f"no webhook of {source[:40]!r} is set up here: docs/connect.md says how")
    raw = b"".join([chunk async for chunk in chunks_of(request)])
    url = f"{settings.hooks_url.rstrip('/')}{request.url.path}" if settings.hooks_url else str(request.url)
    verify(source, secret, Signed(dict(request.headers), raw, url), now=now_of(request))
    return await run_in_threadpool(_put_down, request, store, source, raw)


def _put_down(request: Request, store: Store, source: str, raw: bytes) -> HookOut:
    now, sender = now_of(request), f"hook/{source}"
    wait_s = request.app.state.buckets.take(sender)
    if wait_s > 0:
        raise RateError(wait_s)
    payload = request.app.state.vault.encrypt(_read(raw))
    caller = KeyInfo(sender, sender, "csm", None, now, None)
    # The body stands for the name of the request: what is sent again, or replayed, makes no second job.
    digest = hashlib.sha256(raw).hexdigest()
    with store.write() as session:

        def put_down() -> dict[str, Any]:
            job = add_job(session, "hook", key_id=sender, options={"source": source}, now=now, payload=payload)
            detail = {"source": source, "job_id": job.job_id, "bytes": len(raw)}
            record(session, actor=sender, action="take webhook", detail=detail, now=now)
            return {"job_id": job.job_id}

        answer, repeated = once(request, session, caller, chosen=digest, body=digest, act=put_down)
    if not repeated:
        request.app.state.services.wake(WORK)
    return HookOut(**answer)


def _read(raw: bytes) -> str:
    """Give the body as JSON in ASCII, which every database and the worker can hold."""
    try:
        return json.dumps(read_json(raw))
    except ParameterError as error:
        raise BodyError(str(error)) from error
    except RecursionError as error:
        raise BodyError("the body nests too deeply: send one event") from error
