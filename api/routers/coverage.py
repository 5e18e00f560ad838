"""Who answered and who did not."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query

from api.access import StoreDep
from api.deps import READS, SliceDep
from api.schemas.accounts import CoverageOut, QuietAccountOut
from data.store.queries.coverage import coverage
from data.store.queries.quiet import quiet_accounts

router = APIRouter(prefix="/v1/coverage", tags=["scores"], responses=READS)


@router.get("", summary="Accounts, contacts and revenue with an answer, beside all of them")
def get_coverage(
    store: StoreDep,
    filters: SliceDep,
    quiet: Annotated[int, Query(ge=0, le=50, description="Accounts named that are worth asking.")] = 0,
) -> CoverageOut:
    """Give the coverage of the slice by role and by revenue, and name accounts worth asking.

    These are the accounts without an answer, then those within 90 days of renewal where a whole role kept silent.
    """
    with store.read() as session:
        found = CoverageOut.model_validate(asdict(coverage(session, filters)))
        named = quiet_accounts(session, filters, limit=quiet) if quiet else []
    return found.model_copy(update={"quiet": [QuietAccountOut.model_validate(one) for one in named]})
