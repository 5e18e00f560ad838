"""One account over time: what the page of an account draws."""

from fastapi import APIRouter

from api.access import StoreDep
from api.deps import READS, SliceDep, period_of
from api.schemas.timeline import (
    ContractEventOut,
    GivenScoreOut,
    PersonOut,
    TicketWeekOut,
    TimelineOut,
    UsageWeekOut,
)
from cx.answers import Answer
from cx.scores import score_band
from data.store.queries.timeline import account_timeline

router = APIRouter(prefix="/v1/accounts", tags=["accounts"], responses=READS)


@router.get("/{account_id}/timeline", summary="One account over time: people, scores, tickets, usage, contract")
def get_timeline(store: StoreDep, filters: SliceDep, account_id: str) -> TimelineOut:
    """Give what came in at one account in a window: each score with the id of the comment beside it.

    Small groups of anonymous surveys are left out.
    """
    with store.read() as session:
        found = account_timeline(session, filters, account_id)
    account = found.account
    return TimelineOut(
        period=period_of(filters),
        contract_start=account.contract_start,
        first_value_date=account.first_value_date,
        renewal_date=account.renewal_date,
        people=[PersonOut.model_validate(one) for one in found.people],
        scores=[_score(one) for one in found.answers],
        tickets=[TicketWeekOut(week_start=week, tickets=n) for week, n in found.tickets],
        usage=[UsageWeekOut.model_validate(one) for one in found.usage],
        events=[ContractEventOut.model_validate(one) for one in found.events],
    )


def _score(one: Answer) -> GivenScoreOut:
    scale = one.scale
    return GivenScoreOut(
        answer_id=one.answer_id,
        type=scale.type,
        score=one.score,
        scale_min=scale.low,
        scale_max=scale.high,
        high_is_good=scale.high_is_good,
        band=score_band(one.score, scale),
        answered_at=one.at,
        role=one.role,
        stage=one.stage,
        contact_id=one.contact_id,
        comment_id=one.comment_id,
    )
