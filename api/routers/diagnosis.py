"""The diagnosis of one account: what a CSM reads before a call."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Request

from api.access import CallerDep, StoreDep
from api.deps import READS, AsOf, Since, WholePeriod, Window, beside, get_slice
from api.diagnosis import diagnosis_out
from api.errors import ParameterError
from api.kept import fresh_answer
from api.schemas.diagnosis import DiagnosisOut
from data.store.queries.diagnosis import diagnose
from data.store.queries.slices import Slice
from data.store.queries.standing import day_end

router = APIRouter(prefix="/v1/accounts", tags=["accounts"], responses=READS)
# Two quarterly rounds side by side.
DEFAULT_WINDOW = "90d"


def get_window(
    request: Request,
    store: StoreDep,
    caller: CallerDep,
    as_of: AsOf = None,
    since: Since = None,
    window: Window = None,
    period: WholePeriod = None,
) -> Slice:
    """Read the window; 90 days where none is given. No other filter: a diagnosis is of the whole account.

    Raises:
        ParameterError: An end is not understood, or the window ends before it begins.
    """
    asked = window or (DEFAULT_WINDOW if since is None and period is None else None)
    found = get_slice(request, store, caller, as_of=as_of, since=since, window=asked, period=period)
    if found.since is None or found.since > found.as_of:
        raise ParameterError("the window ends before it begins: give since before as_of")
    if as_of is not None or period is not None:
        return found
    # The whole day of the newest record: as lists by risk have it.
    end = day_end(found.as_of)
    return replace(found, as_of=end, since=found.since if since is not None else end - (found.as_of - found.since))


WindowDep = Annotated[Slice, Depends(beside(get_window))]


@router.get(
    "/{account_id}/diagnosis",
    summary="What to know before a call: findings, scores, themes, risks, next steps",
    response_model=DiagnosisOut,
)
def get_diagnosis(request: Request, store: StoreDep, filters: WindowDep, account_id: str) -> object:
    """Diagnose one account over a window, beside the window of equal length before it.

    Every statement carries the ids of the comments and answers that it stands on, and goes when they go.
    """
    clock = request.app.state.clock()

    def answer() -> DiagnosisOut:
        with store.read() as session:
            found = diagnose(session, filters, account_id, clock=clock)
        return diagnosis_out(found, clock=clock)

    return fresh_answer(request, answer)
