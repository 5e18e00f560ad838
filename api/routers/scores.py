"""Scores, each with the comments under it."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.cards import score_cards
from api.deps import (
    DEFAULT_LIMIT,
    PROBLEMS,
    Cursor,
    Limit,
    SliceDep,
    StoreDep,
    period_of,
    read_choice,
    read_list,
)
from api.pagination import decode_cursor, encode_cursor
from api.schemas.comments import CommentOut, CommentPage
from api.schemas.scores import ScoresOut
from data.store.queries.comments import CommentQuery, count_comments, list_comments
from data.store.queries.scores import SCORE_DIMENSIONS, SURVEY_TYPES

router = APIRouter(prefix="/v1/scores", tags=["scores"], responses=PROBLEMS)
BANDS = {"detractor": (-1,), "passive": (0,), "promoter": (1,), "all": (-1, 0, 1)}


@router.get("", summary="NPS, CSAT and CES with n, accounts, interval and the detractors' comments")
def list_scores(
    store: StoreDep,
    filters: SliceDep,
    type: Annotated[str, Query(description="nps, csat, ces; several joined with commas.")] = "",
    group_by: Annotated[str, Query(description=f"Any of {', '.join(SCORE_DIMENSIONS)}, joined with commas.")] = "",
    comments: Annotated[int, Query(ge=0, le=50, description="Comments shown under each score.")] = 3,
    compare: Annotated[bool, Query(description="Also the window of equal length before.")] = True,
) -> ScoresOut:
    """Give a card per survey type and scale: the value, the window before, the groups, and who pulled it down."""
    types = read_list(type, "type", SURVEY_TYPES)
    dimensions = read_list(group_by, "group_by", SCORE_DIMENSIONS)
    with store.read() as session:
        cards = score_cards(session, filters, types=types, group_by=dimensions, comments=comments, compare=compare)
    return ScoresOut(period=period_of(filters), items=cards)


@router.get("/{survey_type}/comments", summary="The comments under a score")
def score_comments(
    store: StoreDep,
    filters: SliceDep,
    survey_type: str,
    band: Annotated[str, Query(description="detractor (or flagged), passive, promoter, all.")] = "detractor",
    scale_min: float | None = None,
    scale_max: float | None = None,
    high_is_good: bool = True,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> CommentPage:
    """List the comments of one survey type, newest first; `scale_min` and `scale_max` keep one scale of it."""
    kind = read_choice(survey_type, "survey_type", SURVEY_TYPES)
    bands = BANDS[read_choice(band, "band", tuple(BANDS))]
    scale = None if scale_min is None or scale_max is None else (kind, scale_min, scale_max, high_is_good)
    narrowed = filters.of_source(kind)
    query = CommentQuery(bands=bands, scale=scale)
    listing = f"scores/{kind}/{band}"
    with store.read() as session:
        page = list_comments(session, narrowed, query=query, limit=limit, after=decode_cursor(cursor, listing=listing))
        total = count_comments(session, narrowed, query=query)
    return CommentPage(
        period=period_of(filters),
        items=[CommentOut.model_validate(row) for row in page.rows],
        next_cursor=encode_cursor(page.after, listing=listing),
        total=total,
    )
