"""Scores, each with the comments under it."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from api.access import StoreDep
from api.cards import score_cards
from api.deps import READS, SliceDep, one_word, period_of, read_choice, read_list, some_words
from api.exports import CSV_ANSWER
from api.kept import kept_answer
from api.listing import FormDep, PagingDep
from api.routers.said import answer_counted
from api.schemas.comments import CommentPage
from api.schemas.scores import ScoreCard, ScoresOut
from api.tables import scores_table
from data.store.queries.comments import CommentQuery
from data.store.queries.paging import After, Page
from data.store.queries.scores import SCORE_DIMENSIONS, SURVEY_TYPES
from data.store.unit_of_work import Session

router = APIRouter(prefix="/v1/scores", tags=["scores"], responses=READS)
BANDS = {"detractor": (-1,), "passive": (0,), "promoter": (1,), "all": (-1, 0, 1)}


@router.get(
    "",
    summary="NPS, CSAT and CES with n, accounts, interval and the detractors' comments",
    response_model=ScoresOut,
    responses=CSV_ANSWER,
)
def list_scores(
    store: StoreDep,
    form: FormDep,
    filters: SliceDep,
    type: Annotated[str, some_words(SURVEY_TYPES, "Several joined with commas.")] = "",
    group_by: Annotated[str, some_words(SCORE_DIMENSIONS, "Also score by these, joined with commas.")] = "",
    comments: Annotated[int, Query(ge=0, le=50, description="Comments shown under each score.")] = 3,
    compare: Annotated[bool, Query(description="Also the window of equal length before.")] = True,
) -> object:
    """Give a card per survey type and scale: the value, the window before, the groups, and who pulled it down."""
    types = read_list(type, "type", SURVEY_TYPES)
    dimensions = read_list(group_by, "group_by", SCORE_DIMENSIONS)

    def fetch(session: Session, _after: After | None, _limit: int) -> Page[ScoreCard]:
        shown = 0 if form.whole else comments
        cards = score_cards(session, filters, types=types, group_by=dimensions, comments=shown, compare=compare)
        return Page(cards, None)

    if form.whole:
        return form.export(fetch, table=scores_table(dimensions), name="scores")

    def answer() -> ScoresOut:
        with store.read() as session:
            return ScoresOut(period=period_of(filters), items=fetch(session, None, 0).rows)

    return kept_answer(form.request, answer)


@router.get(
    "/{survey_type}/comments", summary="The comments under a score", response_model=CommentPage, responses=CSV_ANSWER
)
def score_comments(
    filters: SliceDep,
    paging: PagingDep,
    survey_type: Annotated[str, Path(json_schema_extra={"enum": list(SURVEY_TYPES)})],
    band: Annotated[str, one_word(tuple(BANDS), "detractor: or flagged.")] = "detractor",
    scale_min: float | None = None,
    scale_max: float | None = None,
    high_is_good: bool = True,
) -> object:
    """List the comments of one survey type, newest first; `scale_min` and `scale_max` keep one scale of it."""
    kind = read_choice(survey_type, "survey_type", SURVEY_TYPES)
    bands = BANDS[read_choice(band, "band", tuple(BANDS))]
    scale = None if scale_min is None or scale_max is None else (kind, scale_min, scale_max, high_is_good)
    narrowed = filters.of_source(kind)
    query = CommentQuery(bands=bands, scale=scale)
    return answer_counted(paging, narrowed, query, listing=f"scores/{kind}/{band}", name=f"{kind}-{band}-comments")
