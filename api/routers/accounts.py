"""Accounts: what a CSM looks up before a call."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from api.access import StoreDep
from api.cards import score_cards
from api.deps import READS, SliceDep, one_word, period_of, read_choice, read_list, some_words
from api.exports import CSV_ANSWER, WHOLE
from api.listing import MAX_LIMIT, PagingDep, cut_page
from api.routers.said import answer_comments
from api.schemas.accounts import (
    AccountDetail,
    AccountOut,
    AccountPage,
    AccountThemeOut,
    AccountThemePage,
    CoverageOut,
)
from api.schemas.comments import CommentPage
from api.tables import account_themes_table, accounts_table
from data.store.queries.accounts import SORTS, account_row, account_rows, account_themes, require_account
from data.store.queries.comments import ORDERS, VOICES, CommentQuery
from data.store.queries.counts import KINDS
from data.store.queries.coverage import coverage
from data.store.queries.paging import After, Page
from data.store.queries.standing import RISKS
from data.store.unit_of_work import Session

router = APIRouter(prefix="/v1/accounts", tags=["accounts"], responses=READS)
# What says itself to which day a list looks back.
_DAYS = ("as_of", "period")
_ORDERS = tuple(sign + name for name in SORTS for sign in ("", "-"))


async def get_risk_day(request: Request, filters: SliceDep) -> datetime | None:
    """Give the day that risk is asked for; None: the day of the last run."""
    return filters.as_of if any(name in request.query_params for name in _DAYS) else None


RiskDay = Annotated[datetime | None, Depends(get_risk_day)]
Ids = Annotated[
    list[str], Query(description="Only these; repeat it. Ids as other answers give them.", max_length=MAX_LIMIT)
]


@router.get(
    "", summary="Accounts with renewal, latest scores and what hurts", response_model=AccountPage, responses=CSV_ANSWER
)
def list_accounts(
    filters: SliceDep,
    paging: PagingDep,
    risk_day: RiskDay,
    search: Annotated[str, Query(description="Part of a name, a domain or an id.", max_length=200)] = "",
    sort: Annotated[str, one_word(_ORDERS, "What to sort by; - in front for descending.")] = "name",
    risk: Annotated[str, some_words(RISKS, "Only these: flagged renewals, or states of the risk.")] = "",
) -> object:
    """List the accounts that the caller may see; what is missing comes last in every order.

    `-risk` puts the riskiest first. Risk and score look at 90 days, whatever the window: as the last run found them or,
    where `as_of` or `period` is given, as they were then (worked out now: about two seconds for a thousand accounts).
    """
    risks = read_list(risk, "risk", RISKS)

    def fetch(session: Session, after: After | None, limit: int) -> Page[AccountOut]:
        page = account_rows(
            session, filters, search=search.strip(), sort=sort, limit=limit, after=after, risks=risks, risk_day=risk_day
        )
        return Page([AccountOut.model_validate(row) for row in page.rows], page.after)

    return paging.answer(
        fetch,
        listing=f"accounts/{read_choice(sort, 'sort', _ORDERS)}",
        table=accounts_table(),
        name="accounts",
        page=lambda items, following, _: AccountPage(period=period_of(filters), items=items, next_cursor=following),
    )


@router.get("/{account_id}", summary="One account: scores with their comments, and who answered")
def get_account(store: StoreDep, filters: SliceDep, risk_day: RiskDay, account_id: str) -> AccountDetail:
    """Give one account with a score card per survey type, and its coverage by role."""
    narrowed = filters.of_account(account_id)
    with store.read() as session:
        row = account_row(session, filters, account_id, risk_day=risk_day)
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


@router.get(
    "/{account_id}/themes",
    summary="The account's themes, the latest spoken of first, with verbatims",
    response_model=AccountThemePage,
    responses=CSV_ANSWER,
)
def list_account_themes(
    filters: SliceDep,
    paging: PagingDep,
    account_id: str,
    kind: Annotated[str, one_word(KINDS, "Never both kinds in one list.")] = "taxonomy",
    verbatims: Annotated[int, Query(ge=0, le=20, description="Comments shown per theme, detractors first.")] = 3,
) -> object:
    """Give what this account speaks of: counts, roles, stages and its own words."""
    read_choice(kind, "kind", KINDS)

    def fetch(session: Session, after: After | None, limit: int) -> Page[AccountThemeOut]:
        themes = account_themes(session, filters, account_id, kind=kind, verbatims=verbatims)
        return cut_page([AccountThemeOut.model_validate(theme) for theme in themes], after, limit)

    return paging.answer(
        fetch,
        listing=f"account/{account_id}/themes/{kind}",
        table=account_themes_table(),
        name=f"{account_id}-themes",
        step=WHOLE,
        page=lambda items, following, _: AccountThemePage(
            period=period_of(filters), items=items, next_cursor=following
        ),
    )


@router.get(
    "/{account_id}/comments",
    summary="The account's comments with their scores and themes",
    response_model=CommentPage,
    responses=CSV_ANSWER,
)
def list_account_comments(
    filters: SliceDep,
    paging: PagingDep,
    account_id: str,
    voice: Annotated[str, one_word(VOICES, "vendor: review notes.")] = "all",
    order: Annotated[str, one_word(ORDERS, "What comes first.")] = "newest",
    id: Ids = [],  # noqa: B006 - FastAPI copies it
) -> object:
    """List comments a page at a time; empty talk is left out."""
    query = CommentQuery(
        voice=read_choice(voice, "voice", VOICES), order=read_choice(order, "order", ORDERS), ids=tuple(id)
    )
    narrowed = filters.of_account(account_id)

    def check(session: Session) -> None:
        require_account(session, filters, account_id)

    listing = f"account/{account_id}/comments/{order}"
    return answer_comments(paging, narrowed, query, listing=listing, name=f"{account_id}-comments", check=check)
