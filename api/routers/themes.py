"""Themes: what customers speak of, how often, who, and in which words."""

from collections.abc import Collection
from typing import Annotated

from fastapi import APIRouter, Query, Request

from api.access import StoreDep
from api.deps import READS, SliceDep, one_word, period_of, read_choice, read_list, some_words
from api.exports import CSV_ANSWER, WHOLE
from api.kept import kept_answer
from api.listing import PagingDep, cut_page
from api.routers.said import answer_counted
from api.schemas.comments import CommentPage
from api.schemas.themes import AlertOut, CountsOut, EmergenceOut, ThemeDetail, ThemeOut, ThemePage
from api.tables import themes_table
from api.themes import alerts_of, alerts_out, emergence_out, theme_detail
from data.store.queries.comments import ORDERS, POLARITIES, VOICES, CommentQuery
from data.store.queries.counts import DIMENSIONS, KINDS
from data.store.queries.paging import After, Page
from data.store.queries.scores import SURVEY_TYPES
from data.store.queries.themes import ThemeRow, theme_info, theme_list
from data.store.unit_of_work import Session

router = APIRouter(prefix="/v1/themes", tags=["themes"], responses=READS)
_GROUPS = tuple(name for name in DIMENSIONS if name != "theme")
_EMERGING = (
    "Only themes that are emerging (new to the taxonomy, or with an alert: said at more accounts in the last five "
    "weeks than their own past explains), or only the others."
)
_SORTS = ("comments", "negative", "positive", "accounts", "name")


@router.get(
    "", summary="Themes of one kind with the counts behind them", response_model=ThemePage, responses=CSV_ANSWER
)
def list_themes(
    request: Request,
    filters: SliceDep,
    paging: PagingDep,
    kind: Annotated[str, one_word(KINDS, "Never both kinds in one list.")] = "taxonomy",
    group_by: Annotated[str, some_words(_GROUPS, "Also count by these, joined with commas.")] = "",
    parent: Annotated[str | None, Query(description="Only the themes below this one.")] = None,
    emerging: Annotated[bool | None, Query(description=_EMERGING)] = None,
    search: Annotated[str, Query(description="Part of a name or a definition.", max_length=200)] = "",
    sort: Annotated[str, one_word(_SORTS, "Most first; names from A.")] = "comments",
    trend: Annotated[bool, Query(description="Counts by month.")] = True,
    total: Annotated[bool, Query(description="Counts over all themes of the kind.")] = True,
) -> object:
    """List the themes that somebody speaks of in the slice."""
    read_choice(kind, "kind", KINDS)
    read_choice(sort, "sort", _SORTS)
    dimensions = read_list(group_by, "group_by", _GROUPS)
    totals: list[CountsOut] = []
    looked: list[EmergenceOut] = []

    def fetch(session: Session, after: After | None, limit: int) -> Page[ThemeOut]:
        shown = trend and not paging.form.whole
        summed = total and not paging.form.whole
        listed = theme_list(session, filters, kind=kind, group_by=dimensions, trend=shown, total=summed)
        if listed.total is not None:
            totals.append(CountsOut.model_validate(listed.total))
        alerts: dict[str, AlertOut] = {}
        if emerging is not None:
            found = alerts_of(request, session, filters, kind)
            alerts = alerts_out(session, filters, found, kind)
            looked.append(emergence_out(found))
        wanted = (row for row in listed.rows if _wanted(row, parent, emerging, alerts) and _found(row, search))
        page = cut_page(sorted(wanted, key=lambda row: _place(row, sort)), after, limit)
        items = [ThemeOut.model_validate(row) for row in page.rows]
        return Page([one.model_copy(update={"alert": alerts.get(one.info.key)}) for one in items], page.after)

    return paging.answer(
        fetch,
        listing=f"themes/{kind}/{sort}",
        table=themes_table(dimensions),
        name=f"{kind}-themes",
        step=WHOLE,
        kept=True,
        page=lambda items, following, _: ThemePage(
            period=period_of(filters),
            kind=kind,
            items=items,
            next_cursor=following,
            total=next(iter(totals), None),
            emergence=next(iter(looked), None),
        ),
    )


def _wanted(row: ThemeRow, parent: str | None, emerging: bool | None, alerts: Collection[str]) -> bool:
    if parent is not None and row.info.parent_key != parent:
        return False
    return emerging is None or (row.info.emerging or row.info.key in alerts) is emerging


def _found(row: ThemeRow, search: str) -> bool:
    said = f"{row.info.name}\n{row.info.definition or ''}"
    return search.strip().casefold() in said.casefold()


def _place(row: ThemeRow, sort: str) -> tuple[int, int, str]:
    if sort == "name":
        return (0, 0, f"{row.info.name.lower()}\x1f{row.info.key}")
    return (-int(getattr(row.counts, sort)), -row.counts.comments, row.info.key)


@router.get(
    "/{key}",
    summary="One theme: counts, lineage, trend, what it does to the scores, and the words behind it",
    response_model=ThemeDetail,
)
def get_theme(
    request: Request,
    store: StoreDep,
    filters: SliceDep,
    key: str,
    group_by: Annotated[str, some_words(_GROUPS, "Count by these, joined with commas.")] = "role,stage",
    drivers: Annotated[str, some_words(SURVEY_TYPES, "What it does to which scores, joined with commas.")] = "nps",
) -> object:
    """Give one theme; a key of some accounts sees it only where they speak of it."""
    dimensions = read_list(group_by, "group_by", _GROUPS)
    survey_types = read_list(drivers, "drivers", SURVEY_TYPES)

    def answer() -> ThemeDetail:
        with store.read() as session:
            info = theme_info(session, key, filters=filters)
            return theme_detail(request, session, filters, info, group_by=dimensions, survey_types=survey_types)

    return kept_answer(request, answer)


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

    return answer_counted(paging, filters, query, listing=f"theme/{key}/{order}", name=f"{key}-comments", check=check)
