"""Is it up, and can it answer; without a key."""

from fastapi import APIRouter

from api.deps import PROBLEMS, StoreDep

router = APIRouter(tags=["health"])


@router.get("/healthz", summary="The process is up")
def healthz() -> dict[str, str]:
    """Answer as long as the process runs."""
    return {"status": "up"}


@router.get("/readyz", summary="The database can be read", responses={503: PROBLEMS[503]})
def readyz(store: StoreDep) -> dict[str, str]:
    """Answer once the database has this version's tables."""
    store.require_current()
    return {"status": "ready"}
