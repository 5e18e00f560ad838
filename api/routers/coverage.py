"""Who answered and who did not."""

from dataclasses import asdict

from fastapi import APIRouter

from api.access import StoreDep
from api.deps import READS, SliceDep
from api.schemas.accounts import CoverageOut
from data.store.queries.coverage import coverage

router = APIRouter(prefix="/v1/coverage", tags=["scores"], responses=READS)


@router.get("", summary="Accounts, contacts and revenue with an answer, beside all of them")
def get_coverage(store: StoreDep, filters: SliceDep) -> CoverageOut:
    """Give the coverage of the slice by role and by revenue."""
    with store.read() as session:
        return CoverageOut.model_validate(asdict(coverage(session, filters)))
