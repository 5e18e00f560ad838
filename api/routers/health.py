"""Is it up, can it answer, and how much does it do; without a key."""

import threading

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST

from api.access import StoreDep
from api.deps import PROBLEMS
from api.errors import NotReadyError
from api.schemas.base import Ready, Up
from data.errors import DataError

router = APIRouter(tags=["health"], responses={422: PROBLEMS[422]})
_lock = threading.Lock()


@router.get("/healthz", summary="The process is up")
def healthz() -> Up:
    """Answer as long as the process runs."""
    return Up()


@router.get("/readyz", summary="The database and the query embedder can be used", responses={503: PROBLEMS[503]})
def readyz(request: Request, store: StoreDep) -> Ready:
    """Answer once the database has this version's tables and the query embedder, where there is one, embeds."""
    try:
        store.require_current()
    except DataError:
        raise
    except Exception as error:
        raise NotReadyError(f"the database can't be read ({type(error).__name__}): run `sottovoce doctor`") from error
    return Ready(embedder=_try_embedder(request))


def _try_embedder(request: Request) -> str:
    state = request.app.state
    if state.embedder is None:
        return "none"
    with _lock:
        if not getattr(state, "embedder_works", False):
            try:
                state.embedder.embed(["ready"])
            except Exception as error:
                raise NotReadyError(
                    f"the query embedder can't be loaded ({type(error).__name__}): run `sottovoce doctor`"
                ) from error
            state.embedder_works = True
    return "ready"


@router.get(
    "/metrics",
    summary="Counts for Prometheus",
    response_class=PlainTextResponse,
    responses={200: {"description": "Requests, seconds and exports by route.", "content": {"text/plain": {}}}},
)
def metrics(request: Request) -> PlainTextResponse:
    """Give counts by route and status: no ids, names or keys."""
    return PlainTextResponse(request.app.state.metrics.text(), media_type=CONTENT_TYPE_LATEST)
