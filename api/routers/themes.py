"""Themes: what customers speak of, how often, who, and in which words."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.access import StoreDep
from api.deps import READS, SliceDep, one_word, period_of, read_choice, read_list, some_words
from api.exports import CSV_ANSWER, WHOLE
from api.listing import PagingDep, cut_page
from api.routers.said import answer_comments
from api.schemas.comments import CommentPage
from api.schemas.themes import CountsOut, ThemeInfoOut, ThemeOut, ThemePage
from api.tables import themes_table
from data.store.queries.comments import ORDERS, POLARITIES, VOICES, CommentQuery
from data.store.queries.counts import DIMENSIONS, KINDS, Counts, total_counts
from data.store.queries.paging import After, Page
from data.store.queries.themes import ThemeRow, theme_info, theme_rows
from data.store.unit_of_work import Session

router = APIRouter(prefix="/v1/themes", tags=["themes"], responses=READS)
_GROUPS = tuple(name for name in DIMENSIONS if name != "theme")
_SORTS = ("comments", "negative", "positive", "accounts", "name")


@router.get(
    "", summary="Themes of one kind with the counts behind them", response_model=ThemePage, responses=CSV_ANSWER
)
def list_themes(
    filters: SliceDep,
    paging: PagingDep,
    kind: Annotated[str, one_word(KINDS, "Never both kinds in one list.")] = "taxonomy",
    group_by: Annotated[str, some_words(_GROUPS, "Also count by these, joined with commas.")] = "",
    parent: Annotated[str | None, Query(description="Only the themes below this one.")] = None,
    emerging: Annotated[bool | None, Query(description="Only themes that are (not) emerging.")] = None,
    sort: Annotated[str, one_word(_SORTS, "Most first; names from A.")] = "comments",
    trend: Annotated[bool, Query(description="Counts by month.")] = True,
    total: Annotated[bool, Query(description="Counts over all themes of the kind.")] = True,
) -> object:
    """List the themes that somebody speaks of in the slice."""
    read_choice(kind, "kind", KINDS)
    read_choice(sort, "sort", _SORTS)
    dimensions = read_list(group_by, "group_by", _GROUPS)
    totals: list[CountsOut] = []

    def fetch(session: Session, after: After | None, limit: int) -> Page[ThemeOut]:
        shown = trend and not paging.form.csv
        rows = theme_rows(session, filters, kind=kind, group_by=dimensions, trend=shown)
        if total and not paging.form.csv:
            totals.append(CountsOut.model_validate(total_counts(session, filters, kind=kind)))
        chosen = sorted((row for row in rows if _wanted(row, parent, emerging)), key=lambda row: _place(row, sort))
        page = cut_page(chosen, after, limit)
        return Page([ThemeOut.model_validate(row) for row in page.rows], page.after)

    return paging.answer(
        fetch,
        listing=f"themes/{kind}/{sort}",
        table=themes_table(dimensions),
        name=f"{kind}-themes",
        step=WHOLE,
        page=lambda items, following, _: ThemePage(
            period=period_of(filters), kind=kind, items=items, next_cursor=following, total=next(iter(totals), None)
        ),
    )


def _wanted(row: ThemeRow, parent: str | None, emerging: bool | None) -> bool:
    if parent is not None and row.info.parent_key != parent:
        return False
    return emerging is None or row.info.emerging is emerging


def _place(row: ThemeRow, sort: str) -> tuple[int, int, str]:
    if sort == "name":
        return (0, 0, f"{row.info.name.lower()}\x1f{row.info.key}")
    return (-int(getattr(row.counts, sort)), -row.counts.comments, row.info.key)


@router.get("/{key}", summary="One theme with its counts by month, role and stage")
def get_theme(
    store: StoreDep,
    filters: SliceDep,
    key: str,
    group_by: Annotated[str, some_words(_GROUPS, "Count by these, joined with commas.")] = "role,stage",
) -> ThemeOut:
    """Give one theme; a key of some accounts sees it only where they speak of it."""
    dimensions = read_list(group_by, "group_by", _GROUPS)
    with store.read() as session:
        info = theme_info(session, key, filters=filters)
        rows = theme_rows(session, filters, kind=info.kind, theme_keys=(key,), group_by=dimensions)
    own = [row for row in rows if row.info.key == key]
    if own:
        return ThemeOut.model_validate(own[0])
    return ThemeOut(info=ThemeInfoOut.model_validate(info), counts=CountsOut.model_validate(Counts()))


@router.get(
    "/{key}/comments",
    summary="The comments behind a theme, detractors first",
    response_model=CommentPage,
    responses=CSV_ANSWER,
)
def theme_comments(
    filters: SliceDep,
    paging: PagingDep,
    key: str,
    polarity: Annotated[str | None, one_word(tuple(POLARITIES), "On this theme.")] = None,
    voice: Annotated[str, one_word(VOICES, "customer: as counted; vendor: review notes.")] = "customer",
    order: Annotated[str, one_word(ORDERS, "What comes first.")] = "detractors",
) -> object:
    """List exactly the comments that the theme's count says."""
    if polarity is not None:
        read_choice(polarity, "polarity", tuple(POLARITIES))
    query = CommentQuery(
        theme_key=key,
        polarity=polarity,
        voice=read_choice(voice, "voice", VOICES),
        order=read_choice(order, "order", ORDERS),
    )

    def check(session: Session) -> None:
        theme_info(session, key, filters=filters)

    return answer_comments(paging, filters, query, listing=f"theme/{key}/{order}", name=f"{key}-comments", check=check)
