"""Accounts: what a CSM looks up before a call."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query

from api.cards import score_cards
from api.deps import DEFAULT_LIMIT, PROBLEMS, Cursor, Limit, SliceDep, StoreDep, period_of, read_choice
from api.pagination import cut_list, decode_cursor, encode_cursor
from api.schemas.accounts import (
    AccountDetail,
    AccountOut,
    AccountPage,
    AccountThemeOut,
    AccountThemePage,
    CoverageOut,
)
from api.schemas.comments import CommentOut, CommentPage
from data.store.queries.accounts import SORTS, account_row, account_rows, account_themes, require_account
from data.store.queries.comments import ORDERS, VOICES, CommentQuery, count_comments, list_comments
from data.store.queries.counts import KINDS
from data.store.queries.coverage import coverage

router = APIRouter(prefix="/v1/accounts", tags=["accounts"], responses=PROBLEMS)
_ORDERS = tuple(sign + name for name in SORTS for sign in ("", "-"))


@router.get("", summary="Accounts with renewal, latest scores and what hurts")
def list_accounts(
    store: StoreDep,
    filters: SliceDep,
    search: Annotated[str, Query(description="Part of a name, a domain or an id.", max_length=200)] = "",
    sort: Annotated[str, Query(description=f"One of {', '.join(SORTS)}; - in front for descending.")] = "name",
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> AccountPage:
    """List the accounts that the caller may see; what is missing comes last in every order."""
    listing = f"accounts/{read_choice(sort, 'sort', _ORDERS)}"
    after = decode_cursor(cursor, listing=listing)
    with store.read() as session:
        page = account_rows(session, filters, search=search.strip(), sort=sort, limit=limit, after=after)
    return AccountPage(
        period=period_of(filters),
        items=[AccountOut.model_validate(row) for row in page.rows],
        next_cursor=encode_cursor(page.after, listing=listing),
    )


@router.get("/{account_id}", summary="One account: scores with their comments, and who answered")
def get_account(store: StoreDep, filters: SliceDep, account_id: str) -> AccountDetail:
    """Give one account with a score card per survey type, and its coverage by role."""
    narrowed = filters.of_account(account_id)
    with store.read() as session:
        row = account_row(session, filters, account_id)
        cards = score_cards(session, narrowed, group_by=("role",))
        covered = coverage(session, narrowed)
    plain = AccountOut.model_validate(row).model_dump()
    return AccountDetail(
        **plain,
        period_since=filters.since,
        period_as_of=filters.as_of,
        scores=cards,
        coverage=CoverageOut.model_validate(asdict(covered)),
    )


@router.get("/{account_id}/themes", summary="The account's themes, the latest spoken of first, with verbatims")
def list_account_themes(
    store: StoreDep,
    filters: SliceDep,
    account_id: str,
    kind: Annotated[str, Query(description="taxonomy or discovered: never both in one list.")] = "taxonomy",
    verbatims: Annotated[int, Query(ge=0, le=20, description="Comments shown per theme, detractors first.")] = 3,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> AccountThemePage:
    """Give what this account speaks of: counts, roles, stages and its own words."""
    listing = f"account/{account_id}/themes/{read_choice(kind, 'kind', KINDS)}"
    after = decode_cursor(cursor, listing=listing)
    with store.read() as session:
        themes = account_themes(session, filters, account_id, kind=kind, verbatims=verbatims)
    page, following = cut_list(themes, after, limit)
    return AccountThemePage(
        period=period_of(filters),
        items=[AccountThemeOut.model_validate(theme) for theme in page],
        next_cursor=encode_cursor(following, listing=listing),
    )


@router.get("/{account_id}/comments", summary="The account's comments with their scores and themes")
def list_account_comments(
    store: StoreDep,
    filters: SliceDep,
    account_id: str,
    voice: Annotated[str, Query(description="customer, vendor (review notes) or all.")] = "all",
    order: Annotated[str, Query(description="newest or detractors (first).")] = "newest",
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> CommentPage:
    """List comments a page at a time; empty talk is left out."""
    query = CommentQuery(voice=read_choice(voice, "voice", VOICES), order=read_choice(order, "order", ORDERS))
    listing = f"account/{account_id}/comments/{order}"
    narrowed = filters.of_account(account_id)
    after = decode_cursor(cursor, listing=listing)
    with store.read() as session:
        require_account(session, filters, account_id)
        page = list_comments(session, narrowed, query=query, limit=limit, after=after)
        total = count_comments(session, narrowed, query=query)
    return CommentPage(
        period=period_of(filters),
        items=[CommentOut.model_validate(row) for row in page.rows],
        next_cursor=encode_cursor(page.after, listing=listing),
        total=total,
    )
