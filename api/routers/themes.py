"""Themes: what customers speak of, how often, who, and in which words."""

from typing import Annotated

from fastapi import APIRouter, Query

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
from api.pagination import cut_list, decode_cursor, encode_cursor
from api.schemas.comments import CommentOut, CommentPage
from api.schemas.themes import CountsOut, ThemeInfoOut, ThemeOut, ThemePage
from data.errors import NotFoundError
from data.store.queries.comments import ORDERS, POLARITIES, VOICES, CommentQuery, count_comments, list_comments
from data.store.queries.counts import DIMENSIONS, KINDS, Counts, total_counts
from data.store.queries.slices import Slice
from data.store.queries.themes import ThemeRow, theme_info, theme_rows
from data.store.unit_of_work import Session

router = APIRouter(prefix="/v1/themes", tags=["themes"], responses=PROBLEMS)
_GROUPS = tuple(name for name in DIMENSIONS if name != "theme")
_SORTS = ("comments", "negative", "positive", "accounts", "name")


@router.get("", summary="Themes of one kind with the counts behind them")
def list_themes(
    store: StoreDep,
    filters: SliceDep,
    kind: Annotated[str, Query(description="taxonomy or discovered: never both in one list.")] = "taxonomy",
    group_by: Annotated[str, Query(description=f"Also count by any of {', '.join(_GROUPS)}.")] = "",
    parent: Annotated[str | None, Query(description="Only the themes below this one.")] = None,
    emerging: Annotated[bool | None, Query(description="Only themes that are (not) emerging.")] = None,
    sort: Annotated[str, Query(description=f"Most first: {', '.join(_SORTS)}.")] = "comments",
    trend: Annotated[bool, Query(description="Counts by month.")] = True,
    total: Annotated[bool, Query(description="Counts over all themes of the kind.")] = True,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> ThemePage:
    """List the themes that somebody speaks of in the slice."""
    read_choice(kind, "kind", KINDS)
    read_choice(sort, "sort", _SORTS)
    dimensions = read_list(group_by, "group_by", _GROUPS)
    listing = f"themes/{kind}/{sort}"
    after = decode_cursor(cursor, listing=listing)
    with store.read() as session:
        rows = theme_rows(session, filters, kind=kind, group_by=dimensions, trend=trend)
        whole = total_counts(session, filters, kind=kind) if total else None
    chosen = [row for row in rows if _wanted(row, parent, emerging)]
    page, following = cut_list(sorted(chosen, key=lambda row: _place(row, sort)), after, limit)
    return ThemePage(
        period=period_of(filters),
        kind=kind,
        items=[ThemeOut.model_validate(row) for row in page],
        next_cursor=encode_cursor(following, listing=listing),
        total=None if whole is None else CountsOut.model_validate(whole),
    )


def _wanted(row: ThemeRow, parent: str | None, emerging: bool | None) -> bool:
    if parent is not None and row.info.parent_key != parent:
        return False
    return emerging is None or row.info.emerging is emerging


def _place(row: ThemeRow, sort: str) -> tuple[int, int, str]:
    if sort == "name":
        return (0, 0, row.info.name.lower())
    return (-int(getattr(row.counts, sort)), -row.counts.comments, row.info.key)


@router.get("/{key}", summary="One theme with its counts by month, role and stage")
def get_theme(
    store: StoreDep,
    filters: SliceDep,
    key: str,
    group_by: Annotated[str, Query(description=f"Count by any of {', '.join(_GROUPS)}.")] = "role,stage",
) -> ThemeOut:
    """Give one theme; a key of some accounts sees it only where they speak of it."""
    dimensions = read_list(group_by, "group_by", _GROUPS)
    with store.read() as session:
        info = theme_info(session, key)
        rows = theme_rows(session, filters, kind=info.kind, theme_keys=(key,), group_by=dimensions)
        if rows:
            return ThemeOut.model_validate(rows[0])
        _require_visible(session, filters, key)
    return ThemeOut(info=ThemeInfoOut.model_validate(info), counts=CountsOut.model_validate(Counts()))


def _require_visible(session: Session, filters: Slice, key: str) -> None:
    """A discovered theme that none of the caller's accounts ever spoke of does not exist for that caller."""
    info = theme_info(session, key)
    if filters.accounts is None or info.kind == "taxonomy":
        return
    everything = Slice(as_of=filters.as_of, accounts=filters.accounts, anonymous_min_group=filters.anonymous_min_group)
    if not theme_rows(session, everything, kind=info.kind, theme_keys=(key,), trend=False):
        raise NotFoundError(f"no theme {key!r}: GET /v1/themes lists those that you may see")


@router.get("/{key}/comments", summary="The comments behind a theme, detractors first")
def theme_comments(
    store: StoreDep,
    filters: SliceDep,
    key: str,
    polarity: Annotated[str | None, Query(description="negative, positive or neutral on this theme.")] = None,
    voice: Annotated[str, Query(description="customer (as counted), vendor (review notes) or all.")] = "customer",
    order: Annotated[str, Query(description="detractors (first) or newest.")] = "detractors",
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> CommentPage:
    """List exactly the comments that the theme's count says."""
    if polarity is not None:
        read_choice(polarity, "polarity", tuple(POLARITIES))
    query = CommentQuery(
        theme_key=key,
        polarity=polarity,
        voice=read_choice(voice, "voice", VOICES),
        order=read_choice(order, "order", ORDERS),
    )
    listing = f"theme/{key}/{order}"
    after = decode_cursor(cursor, listing=listing)
    with store.read() as session:
        theme_info(session, key)
        _require_visible(session, filters, key)
        page = list_comments(session, filters, query=query, limit=limit, after=after)
        total = count_comments(session, filters, query=query)
    return CommentPage(
        period=period_of(filters),
        items=[CommentOut.model_validate(row) for row in page.rows],
        next_cursor=encode_cursor(page.after, listing=listing),
        total=total,
    )
