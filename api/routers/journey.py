"""The journey: eight stages, what is heard at each, who owns it, and where nobody listens."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from api.access import StoreDep
from api.deps import READS, SliceDep
from api.exports import CSV_ANSWER, Table
from api.journey import journey
from api.kept import kept_answer
from api.listing import FormDep
from api.schemas.journey import JourneyOut, JourneyStageOut
from data.store.queries.accounts import require_account
from data.store.queries.paging import After, Page
from data.store.unit_of_work import Session

router = APIRouter(prefix="/v1/journey", tags=["journey"], responses=READS)
_STAGE = "stage,state,signal,owner,action,n,derived,accounts,flagged,loops,touched,comments_total,reading".split(",")


@router.get(
    "",
    summary="The stages: signals, scores, owners, actions, gaps and the words under them",
    response_model=JourneyOut,
    responses=CSV_ANSWER,
)
def get_journey(
    request: Request,
    store: StoreDep,
    form: FormDep,
    filters: SliceDep,
    account_id: Annotated[str | None, Query(description="Only this account.", max_length=120)] = None,
    comments: Annotated[int, Query(ge=0, le=20, description="Comments shown under each stage.")] = 3,
) -> object:
    """Say of each stage whether it is listened to and acted on; over all accounts of the slice, or of one.

    A stage without a signal is a gap; a signal without an owner or an action is theatre.
    """
    narrowed = filters if account_id is None else filters.of_account(account_id)

    def read(session: Session) -> JourneyOut:
        if account_id is not None:
            require_account(session, filters, account_id)
        return journey(session, narrowed, comments=0 if form.whole else comments)

    def fetch(session: Session, _after: After | None, _limit: int) -> Page[JourneyStageOut]:
        return Page(read(session).stages, None)

    if form.whole:
        return form.export(fetch, table=_table(), name="journey")

    def answer() -> JourneyOut:
        with store.read() as session:
            return read(session)

    return kept_answer(request, answer)


def _table() -> Table[JourneyStageOut]:
    def row(one: JourneyStageOut) -> list[object]:
        heard = "; ".join(f"{source} {n}" for source, n in one.by_source.items())
        told = "; ".join(
            f"{s.type} {s.score.value:.1f} (n {s.score.n}, {s.score.accounts} accounts)" for s in one.scores
        )
        plain = [getattr(one, name) for name in _STAGE]
        return [*plain, "; ".join(one.missing), "; ".join(one.owners), heard, told, one.mismatch.comments]

    return Table([*_STAGE, "missing", "owners", "by_source", "scores", "mismatch_comments"], lambda one: [row(one)])
