"""Retention: does the score foretell who leaves, where is the line, and is revenue kept?"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request

from api.access import StoreDep
from api.deps import READS, SliceDep, period_of
from api.exports import CSV_ANSWER, WHOLE, Table
from api.kept import data_key, kept_answer, kept_of
from api.listing import FormDep, PagingDep, cut_page
from api.retention import MOST_QUARTERS, Asked, account_rows, ask, read_book, retention_out
from api.schemas.retention import AccountQuarterOut, AccountQuarterPage, RetentionOut, RetentionRow
from api.tables import plain_table
from cx.retention_study import DEFAULT_QUARTERS
from data.store.queries.paging import After, Page
from data.store.unit_of_work import Session

router = APIRouter(prefix="/v1/retention", tags=["retention"], responses=READS)
_ROW = "segment,currency,first,last,accounts,start,expansion,contraction,churned,churned_accounts".split(",")
# What an account-quarter takes in memory, with its place in two tables.
ROW_BYTES = 600
_SCORES = ("nrr", "grr", "churn_rate")
_QUARTER = tuple(name for name in AccountQuarterOut.model_fields)


def get_asked(
    filters: SliceDep,
    quarters: Annotated[
        int, Query(ge=1, le=MOST_QUARTERS, description="Finished quarters looked at, where no beginning is given.")
    ] = DEFAULT_QUARTERS,
    currency: Annotated[
        str, Query(pattern="^([A-Za-z]{3})?$", description="Turn amounts into this currency, with `rates`.")
    ] = "",
    rates: Annotated[
        str,
        Query(
            max_length=400,
            json_schema_extra={
                "pattern": r"^$|^[A-Z]{3}:[1-9]\d{0,4}(\.\d{1,4})?(,[A-Z]{3}:[1-9]\d{0,4}(\.\d{1,4})?)*$"
            },
            description="What one unit of each other currency is worth, as GBP:1.17,USD:0.92; for all quarters.",
        ),
    ] = "",
) -> Asked:
    """Read the question."""
    return ask(filters, quarters=quarters, currency=currency, rates=rates)


AskedDep = Annotated[Asked, Depends(get_asked)]


@router.get(
    "",
    summary="Account NPS against churn, NRR and GRR, with the line found",
    response_model=RetentionOut,
    responses=CSV_ANSWER,
)
def get_retention(request: Request, store: StoreDep, form: FormDep, asked: AskedDep) -> object:
    """Give the line under which accounts churn, correlations at lags of 0 to 4 quarters, NRR and GRR with benchmarks.

    Every value has its n, its accounts and a 95 % interval; with too little data it says so, and prints the line used
    by default. As CSV: NRR and GRR, a line a cohort.
    """
    kept = kept_of(request)

    def keep(mark: str, make: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]:
        return kept.counted(("retention", mark), make, size=lambda found: len(repr(found)))

    def answer() -> RetentionOut:
        with store.read() as session:
            return retention_out(session, asked, keep=keep)

    def fetch(session: Session, _after: After | None, _limit: int) -> Page[RetentionRow]:
        return Page(retention_out(session, asked, keep=keep).retention, None)

    if form.whole:
        return form.export(fetch, table=_retention_table(), name="retention")
    return kept_answer(request, answer)


def _retention_table() -> Table[RetentionRow]:
    def row(one: RetentionRow) -> list[object]:
        scores = [getattr(one, name) for name in _SCORES]
        ends = [None if score is None else getattr(score, end) for score in scores for end in ("value", "low", "high")]
        return [one.segment or "all", *(getattr(one, name) for name in _ROW[1:]), *ends]

    spread = [name if end == "value" else f"{name}_{end}" for name in _SCORES for end in ("value", "low", "high")]
    return Table([*_ROW, *spread], lambda one: [row(one)])


@router.get(
    "/accounts",
    summary="Every account-quarter that retention is measured on",
    response_model=AccountQuarterPage,
    responses=CSV_ANSWER,
)
def list_account_quarters(request: Request, paging: PagingDep, asked: AskedDep) -> object:
    """List each account's NPS and revenue by quarter, by account and quarter."""
    kept, key = kept_of(request), data_key(request, "account quarters", asked)

    def fetch(session: Session, after: After | None, limit: int) -> Page[AccountQuarterOut]:
        book = kept.get(key, lambda: read_book(session, asked), size=lambda found: ROW_BYTES * len(found.rows))
        page = cut_page(book.rows, after, limit)
        return Page(account_rows(replace(book, rows=page.rows)), page.after)

    return paging.answer(
        fetch,
        listing="retention/accounts",
        table=plain_table(_QUARTER),
        name="account-quarters",
        step=WHOLE,
        page=lambda items, following, _: AccountQuarterPage(
            period=period_of(asked.filters), items=items, next_cursor=following
        ),
    )
