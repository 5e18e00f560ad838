"""Drivers: which themes move a score, by how much, and how sure that is."""

from typing import Annotated

from fastapi import APIRouter, Request

from api.deps import READS, SliceDep, one_word, period_of, read_choice
from api.drivers import Question, ranked, rows_of, scale_out
from api.exports import CSV_ANSWER, WHOLE
from api.listing import PagingDep, cut_page
from api.schemas.drivers import DriverOut, DriverPage, DriverScaleOut
from api.tables_counts import drivers_table
from data.store.queries.counts import KINDS
from data.store.queries.drivers import LEVELS
from data.store.queries.paging import After, Page
from data.store.queries.scores import SURVEY_TYPES
from data.store.unit_of_work import Session

router = APIRouter(prefix="/v1/drivers", tags=["themes"], responses=READS)


@router.get(
    "",
    summary="What each theme does to a score, most costly first, with intervals over accounts",
    response_model=DriverPage,
    responses=CSV_ANSWER,
)
def list_drivers(
    request: Request,
    filters: SliceDep,
    paging: PagingDep,
    survey_type: Annotated[str, one_word(SURVEY_TYPES, "Whose score.")] = "nps",
    kind: Annotated[str, one_word(KINDS, "Never both kinds in one ranking.")] = "taxonomy",
    level: Annotated[str, one_word(LEVELS, "fine: the themes themselves; top: those above them.")] = "fine",
) -> object:
    """Rank all themes of a kind as one family (Benjamini-Hochberg), both ways that the field uses.

    Leave-out says how the score would look without the answers that mention a theme; the split shares each answer's
    points among its themes. What goes together is not shown to cause it.
    """
    question = Question(
        read_choice(survey_type, "survey_type", SURVEY_TYPES),
        read_choice(kind, "kind", KINDS),
        read_choice(level, "level", LEVELS),
    )
    scales: list[DriverScaleOut] = []

    def fetch(session: Session, after: After | None, limit: int) -> Page[DriverOut]:
        found = ranked(request, session, filters, question)
        scales[:] = [scale_out(one) for one in found]
        order = [(place, row.theme) for place, one in enumerate(found) for row in one.drivers.themes if row.theme]
        page = cut_page(order, after, limit)
        rows = rows_of(session, filters, found, question, keys=[key for _, key in page.rows])
        return Page([rows[place] for place in page.rows if place in rows], page.after)

    return paging.answer(
        fetch,
        listing=f"drivers/{survey_type}/{kind}/{level}",
        table=drivers_table(),
        name=f"{survey_type}-drivers",
        step=WHOLE,
        kept=True,
        page=lambda items, following, _: DriverPage(
            period=period_of(filters),
            survey_type=survey_type,
            kind=kind,
            scales=scales,
            items=items,
            next_cursor=following,
        ),
    )
