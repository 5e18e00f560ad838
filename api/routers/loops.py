"""Loops: who owes a customer an answer, until when, and what was done."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request

from api.access import CallerDep, StoreDep
from api.deps import READS, SliceDep, read_list, some_words
from api.errors import ForbiddenError
from api.exports import CSV_ANSWER, WHOLE
from api.listing import FormDep, PagingDep, cut_page
from api.loops import loop_detail, loop_out, times_groups
from api.schemas.loops import (
    LoopActIn,
    LoopDetail,
    LoopOut,
    LoopPage,
    LoopTimesGroup,
    LoopTimesOut,
    StaffOut,
    StaffPage,
)
from api.tables import plain_table
from api.tables_loops import loop_times_table, loops_table
from cx.loops import STATES, LoopEvent
from data.store.queries.accounts import require_account
from data.store.queries.loops import (
    SPAN_GROUPS,
    LoopQuery,
    count_loops,
    get_loop,
    list_loops,
    list_staff,
    loop_spans,
    staff_by_id,
)
from data.store.queries.paging import After, Page
from data.store.repositories.audit import record
from data.store.repositories.keys import KeyInfo
from data.store.repositories.loops import record_act
from data.store.unit_of_work import Session

router = APIRouter(prefix="/v1/loops", tags=["loops"], responses=READS)
ACTORS = ("csm", "analyst", "admin")
_CONFLICT: dict[int | str, dict[str, Any]] = {
    409: {
        "description": "The loop's state does not allow it, or somebody acted since `acts_seen`.",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
}
_ENDS = ("as_of", "period")
# Stands for "without an owner" among the owners asked for.
NOBODY = "none"
_STAFF = ("staff_id", "name", "email")
LoopId = Annotated[int, Path(ge=1, le=2**31 - 1)]


def get_query(
    request: Request,
    store: StoreDep,
    filters: SliceDep,
    state: Annotated[str, some_words(STATES, "Several joined with commas; all of them.")] = "",
    owner: Annotated[str, Query(description="A staff id; `none`: without an owner.", max_length=120)] = "",
    account_id: Annotated[str | None, Query(description="Only this account.", max_length=120)] = None,
) -> LoopQuery:
    """Read which loops are asked for. The window is that of their opening, without an end unless one is given.

    Raises:
        NotFoundError: The caller does not see the account.
        ParameterError: A state is not known.
    """
    narrowed = filters if account_id is None else filters.of_account(account_id)
    if account_id is not None:
        with store.read() as session:
            require_account(session, filters, account_id)
    return LoopQuery(
        accounts=narrowed.accounts,
        states=read_list(state, "state", STATES),
        owners=(owner,) if owner not in ("", NOBODY) else (),
        # A loop opens when its answer comes in, later than the newest record: that is no end here.
        as_of=filters.as_of if any(name in request.query_params for name in _ENDS) else None,
        since=filters.since,
        like=narrowed,
        unowned=owner == NOBODY,
    )


QueryDep = Annotated[LoopQuery, Depends(get_query)]


def needs_actor(caller: CallerDep) -> KeyInfo:
    """Let pass the keys that may act on loops; a bound one acts on its own accounts' only, as it sees no others.

    Raises:
        ForbiddenError: It is a viewer's.
    """
    if caller.role not in ACTORS:
        raise ForbiddenError(f"a {caller.role} key reads only: acting on loops needs one of {', '.join(ACTORS)}")
    return caller


ActorDep = Annotated[KeyInfo, Depends(needs_actor)]


@router.get("", summary="Loops: what is due first first", response_model=LoopPage, responses=CSV_ANSWER)
def list_all_loops(
    request: Request,
    paging: PagingDep,
    query: QueryDep,
    overdue: Annotated[bool, Query(description="Only those with something overdue.")] = False,
) -> object:
    """List loops with the person's words and score; those with nothing left to do come last."""
    now: datetime = request.app.state.clock()
    asked = replace(query, due_by=now) if overdue else query
    states: dict[str, int] = {}

    def fetch(session: Session, after: After | None, limit: int) -> Page[LoopOut]:
        page = list_loops(session, asked, limit=limit, after=after)
        if not paging.form.whole:
            states.update(count_loops(session, asked))
        return Page([loop_out(view, now) for view in page.rows], page.after)

    return paging.answer(
        fetch,
        listing="loops/due",
        table=loops_table(),
        name="loops",
        page=lambda items, following, _: LoopPage(now=now, items=items, next_cursor=following, states=states),
    )


@router.get(
    "/times",
    summary="How long loops take to the first touch and to closing",
    response_model=LoopTimesOut,
    responses=CSV_ANSWER,
)
def get_loop_times(
    request: Request,
    store: StoreDep,
    form: FormDep,
    query: QueryDep,
    group_by: Annotated[str, some_words(SPAN_GROUPS, "Also by these, joined with commas.")] = "",
) -> object:
    """Give median, slowest tenth and the share in time, with intervals: over all loops and, if asked for, by group."""
    dimensions = read_list(group_by, "group_by", SPAN_GROUPS)
    now: datetime = request.app.state.clock()
    asked = query if query.as_of is not None else replace(query, as_of=now)

    def fetch(session: Session, _after: After | None, _limit: int) -> Page[LoopTimesGroup]:
        spans = loop_spans(session, asked, group_by=dimensions)
        owners = {values[dimensions.index("owner")] for values in spans} if "owner" in dimensions else set()
        people: Mapping[str, Any] = staff_by_id(session, owners)
        return Page(times_groups(spans, dimensions, now=now, people=people), None)

    if form.whole:
        return form.export(fetch, table=loop_times_table(dimensions), name="loop-times")
    with store.read() as session:
        return LoopTimesOut(now=now, items=fetch(session, None, 0).rows)


@router.get("/staff", summary="Who may own a loop", response_model=StaffPage, responses=CSV_ANSWER)
def get_staff(caller: CallerDep, paging: PagingDep) -> object:
    """List the vendor's people by name; to a bound key those who serve its accounts."""

    def fetch(session: Session, after: After | None, limit: int) -> Page[StaffOut]:
        found = list_staff(session, accounts=caller.accounts)
        return cut_page([StaffOut.model_validate(one) for one in found], after, limit)

    return paging.answer(
        fetch,
        listing="staff",
        table=plain_table(_STAFF),
        name="staff",
        step=WHOLE,
        page=lambda items, following, _: StaffPage(items=items, next_cursor=following),
    )


@router.get("/{loop_id}", summary="One loop with its history and what may be done now")
def read_loop(request: Request, store: StoreDep, caller: CallerDep, loop_id: LoopId) -> LoopDetail:
    """Give one loop; one of an account that the caller does not see does not exist."""
    with store.read() as session:
        view = get_loop(session, loop_id, accounts=caller.accounts)
    return loop_detail(view, request.app.state.clock())


@router.patch("/{loop_id}", summary="Act on a loop", responses=_CONFLICT)
def act_on_loop(request: Request, store: StoreDep, caller: ActorDep, loop_id: LoopId, wanted: LoopActIn) -> LoopDetail:
    """Assign, touch, close, check, reopen or note; an act that the state does not allow is refused (409)."""
    now: datetime = request.app.state.clock()
    event = LoopEvent(
        wanted.act, now, caller.name, owner=wanted.owner, outcome=wanted.outcome.strip(), note=wanted.note.strip()
    )
    with store.write() as session:
        get_loop(session, loop_id, accounts=caller.accounts)
        loop = record_act(session, loop_id, event, seen=wanted.acts_seen)
        detail = {"loop_id": loop_id, "act": wanted.act, "owner": wanted.owner, "state": loop.state}
        record(session, actor=caller.key_id, action="act on loop", detail=detail, now=now)
        view = get_loop(session, loop_id, accounts=caller.accounts)
    return loop_detail(view, now)
