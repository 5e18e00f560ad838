"""What a reader can filter by, and who the reader is."""

from fastapi import APIRouter, Request

from api.access import CallerDep, StoreDep
from api.deps import READS, newest_time
from api.schemas.slices import MeOut, SlicesOut, SliceValueOut
from data.store.queries.clock import EMPTY
from data.store.queries.slice_values import slice_values

router = APIRouter(prefix="/v1", tags=["keys"], responses=READS)


@router.get("/slices", summary="Segments, industries, tiers and motions that accounts have")
def get_slices(store: StoreDep, caller: CallerDep) -> SlicesOut:
    """Give the values that the filters of the same names take, with the number of accounts behind each."""
    with store.read() as session:
        found = slice_values(session, caller.accounts)
    return SlicesOut.model_validate(
        {name: [SliceValueOut(value=value, accounts=number) for value, number in some] for name, some in found.items()}
    )


@router.get("/me", summary="Who asks, and what they see")
def get_me(request: Request, store: StoreDep, caller: CallerDep) -> MeOut:
    """Give the role and accounts of the key that was shown."""
    newest = newest_time(request, store, caller)
    accounts = None if caller.accounts is None else sorted(caller.accounts)
    return MeOut(name=caller.name, role=caller.role, accounts=accounts, as_of=newest, has_data=newest.year > EMPTY.year)
