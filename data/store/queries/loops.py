"""Loops as a reader needs them: what is owed, by whom, until when, with the score and the words that it is about."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, case, func, null, or_, select
from sqlalchemy.orm import Session

from cx.loop_times import LoopSpan
from cx.loops import CLOSE, TOUCH, Loop
from cx.scores import Scale
from data.errors import NotFoundError
from data.store.models import Account, Comment, Contact, LoopAct, OpenedLoop, Response, Staff, Survey
from data.store.queries.errors import QueryError
from data.store.queries.paging import After, Page, SortKey, after_row, cut
from data.store.queries.slices import UNKNOWN, Slice, who_filters
from data.store.repositories.bulk import chunks
from data.store.repositories.loops import load_loops

ORDERS = ("due", "newest")
# What times of loops may be told apart by.
ACCOUNT_GROUPS = ("segment", "industry", "tier", "motion")
SPAN_GROUPS = ("owner", "stage", "source", "role", *ACCOUNT_GROUPS)
_RESPONSE = "response:"


@dataclass(frozen=True)
class StaffInfo:
    """One of the vendor's people, whatever accounts they serve."""

    staff_id: str
    name: str
    email: str | None


@dataclass(frozen=True)
class LoopView:
    """A loop with its history, and what it is about. `owner` None: needs an owner. `comment` is the redacted text.

    `due_act` and `due_at` say what is next, None when nothing is left. `contact_id` is who gave the answer, None where
    that is not known; `also` are the people who were told beside the owner.
    """

    id: int
    loop: Loop
    state: str
    owner: StaffInfo | None
    account_name: str | None
    source: str
    role: str
    score: float | None
    scale: Scale | None
    ticket_id: str | None
    comment_id: str | None
    comment: str | None
    due_act: str | None
    due_at: datetime | None
    contact_id: str | None = None
    contact_name: str | None = None
    also: tuple[StaffInfo, ...] = ()


@dataclass(frozen=True)
class LoopQuery:
    """Which loops, in which order ("due": what is due first; "newest": opened last).

    `accounts` None is all, () none at all; `due_by`: with something to do until then; times are inclusive, and mean
    when a loop was opened. `like` is a slice whose filters hold too (not its window). `unowned`: without an owner.
    """

    accounts: tuple[str, ...] | None = None
    states: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    due_by: datetime | None = None
    since: datetime | None = None
    as_of: datetime | None = None
    order: str = "due"
    like: Slice | None = None
    unowned: bool = False


def list_loops(session: Session, query: LoopQuery, *, limit: int = 20, after: After | None = None) -> Page[LoopView]:
    """List loops, a page at a time.

    Raises:
        QueryError: The order is not known, or the cursor is another list's.
    """
    order = _order(query.order)
    statement = _selected().where(*_conditions(query)).order_by(*(key.ordered() for key in order)).limit(limit + 1)
    if after is not None:
        statement = statement.where(after_row(order, after))
    rows, following = cut(
        session.execute(statement.add_columns(*(key.expression for key in order))).all(), limit, len(order)
    )
    return Page(_views(session, rows), following)


def account_loops(session: Session, account_id: str, states: Sequence[str], *, limit: int) -> list[LoopView]:
    """List an account's loops in some states, what is due first, as `list_loops` does."""
    asked = {"account": account_id, "states": list(states), "most": limit}
    return _views(session, session.execute(_at_account(), asked).all())


def count_loops(session: Session, query: LoopQuery) -> dict[str, int]:
    """Count loops by state, whatever the order."""
    rows = session.execute(select(OpenedLoop.state, func.count()).where(*_conditions(query)).group_by(OpenedLoop.state))
    return {state: n for state, n in rows}


def get_loop(session: Session, loop_id: int, *, accounts: Collection[str] | None = None) -> LoopView:
    """Give one loop; one of a foreign account does not exist.

    Raises:
        NotFoundError: There is none.
    """
    query = LoopQuery(accounts=None if accounts is None else tuple(accounts))
    row = session.execute(_selected().where(OpenedLoop.id == loop_id, *_conditions(query))).first()
    if row is None:
        raise NotFoundError(f"no loop {loop_id}: list them to see which there are")
    return _views(session, [row])[0]


def loop_spans(
    session: Session, query: LoopQuery, *, group_by: Sequence[str] = ()
) -> dict[tuple[str, ...], dict[str, LoopSpan]]:
    """Give when each loop was opened, first touched and first closed, for `cx.loop_times`, by the groups asked for.

    In each group the spans stand under what opened the loop. Without groups there is one, (). A value that is missing
    is "unknown".

    Raises:
        QueryError: A group is none of `SPAN_GROUPS`.
    """
    unknown = [name for name in group_by if name not in SPAN_GROUPS]
    if unknown:
        raise QueryError(f"can't group loops by {', '.join(unknown)}: use {', '.join(SPAN_GROUPS)}")
    groups = [func.coalesce(_group(name), UNKNOWN) for name in group_by]
    first: dict[str, ColumnElement[Any]] = {
        name: func.min(case((LoopAct.act == name, LoopAct.at))) for name in (TOUCH, CLOSE)
    }
    rows = session.execute(
        select(OpenedLoop.signal_key, OpenedLoop.account_id, OpenedLoop.opened_at, first[TOUCH], first[CLOSE], *groups)
        .outerjoin(LoopAct, LoopAct.loop_id == OpenedLoop.id)
        .outerjoin(Account, Account.account_id == OpenedLoop.account_id)
        .where(*_conditions(query))
        .group_by(OpenedLoop.id, OpenedLoop.signal_key, OpenedLoop.account_id, OpenedLoop.opened_at, *groups)
        .order_by(OpenedLoop.id)
    )
    found: dict[tuple[str, ...], dict[str, LoopSpan]] = {}
    for key, account, opened, touched, closed, *values in rows:
        found.setdefault(tuple(values), {})[key] = LoopSpan(account, opened, touched, closed)
    return dict(sorted(found.items()))


def _group(name: str) -> ColumnElement[Any]:
    if name in ACCOUNT_GROUPS:
        return getattr(Account, name).expression
    return (OpenedLoop.owner_id if name == "owner" else getattr(OpenedLoop, name)).expression


def staff_by_id(session: Session, staff_ids: Collection[str]) -> dict[str, StaffInfo]:
    """Give people of the staff list by id; the newest row with an address holds, where somebody has several."""
    found: dict[str, StaffInfo] = {}
    for part in chunks(sorted(set(staff_ids))):
        rows = session.execute(
            select(Staff.staff_id, Staff.name, Staff.email)
            .where(Staff.staff_id.in_(part))
            .order_by(Staff.email.is_(None).desc(), Staff.imported_at, Staff.account_key)
        )
        found |= {staff_id: StaffInfo(staff_id, name, email) for staff_id, name, email in rows}
    return found


def list_staff(session: Session, *, accounts: Collection[str] | None = None) -> list[StaffInfo]:
    """Give everybody who may own a loop, by name; with `accounts` those who serve one of them or all."""
    statement = select(Staff.staff_id).distinct()
    if accounts is not None:
        statement = statement.where(or_(Staff.account_id.is_(None), Staff.account_id.in_(accounts)))
    found = staff_by_id(session, list(session.scalars(statement)))
    return sorted(found.values(), key=lambda one: (one.name.casefold(), one.staff_id))


@cache
def _selected() -> Select[*tuple[Any, ...]]:
    return (
        select(
            OpenedLoop.id,
            OpenedLoop.state,
            OpenedLoop.owner_id,
            Account.name,
            OpenedLoop.source,
            OpenedLoop.role,
            OpenedLoop.score,
            Survey.type,
            Survey.scale_min,
            Survey.scale_max,
            Survey.high_is_good,
            Survey.flag_line,
            OpenedLoop.ticket_id,
            Comment.comment_id,
            Comment.text,
            OpenedLoop.due_act,
            OpenedLoop.due_at,
            Contact.contact_id,
            Contact.name.label("contact_name"),
        )
        .select_from(OpenedLoop)
        .outerjoin(Account, Account.account_id == OpenedLoop.account_id)
        .outerjoin(Survey, Survey.survey_id == OpenedLoop.survey_id)
        .outerjoin(Comment, Comment.comment_id == OpenedLoop.signal_key)
        .outerjoin(Response, Response.response_id == _response_id())
        # Who wrote it; an answer without words has its person too.
        .outerjoin(Contact, Contact.contact_id == func.coalesce(Comment.contact_id, Response.contact_id))
    )


@cache
def _at_account() -> Select[*tuple[Any, ...]]:
    """Made once: putting the statement together takes longer than an account's few rows."""
    chosen = OpenedLoop.account_id == bindparam("account"), OpenedLoop.state.in_(bindparam("states", expanding=True))
    return _selected().where(*chosen).order_by(*(key.ordered() for key in _order("due"))).limit(bindparam("most"))


def _response_id() -> ColumnElement[str]:
    """Id of the answer that opened a loop, NULL where it was a ticket's message."""
    key = OpenedLoop.signal_key
    return case((key.startswith(_RESPONSE), func.substr(key, len(_RESPONSE) + 1)))


def _conditions(query: LoopQuery) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if query.accounts is not None:
        found.append(OpenedLoop.account_id.in_(query.accounts))
    if query.states:
        found.append(OpenedLoop.state.in_(query.states))
    if query.owners:
        found.append(OpenedLoop.owner_id.in_(query.owners))
    if query.due_by is not None:
        found.append(OpenedLoop.due_at <= query.due_by)
    if query.since is not None:
        found.append(OpenedLoop.opened_at >= query.since)
    if query.as_of is not None:
        found.append(OpenedLoop.opened_at <= query.as_of)
    if query.unowned:
        found.append(OpenedLoop.owner_id.is_(None))
    if query.like is not None:
        found += _like(query.like)
    return found


def _like(filters: Slice) -> list[ColumnElement[bool]]:
    """Give the conditions of a slice; a score that opened a loop was flagged, so its band is known."""
    return who_filters(
        filters,
        account=OpenedLoop.account_id.expression,
        role=OpenedLoop.role.expression,
        stage=OpenedLoop.stage.expression,
        source=OpenedLoop.source.expression,
        score_band=case((OpenedLoop.score.is_(None), null()), else_=-1),
    )


@cache
def _order(name: str) -> list[SortKey]:
    opened = SortKey(OpenedLoop.opened_at.expression, descending=name == "newest", is_time=True)
    number = SortKey(OpenedLoop.id.expression, descending=name == "newest")
    if name == "newest":
        return [opened, number]
    if name != "due":
        raise QueryError(f"order {name!r} is not known: use {', '.join(ORDERS)}")
    # What has nothing left to do comes last, and needs a time to be compared by.
    settled = case((OpenedLoop.due_at.is_(None), 1), else_=0)
    due_at = func.coalesce(OpenedLoop.due_at, OpenedLoop.opened_at)
    return [SortKey(settled), SortKey(due_at, is_time=True), number]


def _views(session: Session, rows: Collection[Any]) -> list[LoopView]:
    loops = load_loops(session, [row.id for row in rows])
    told = {one for loop in loops.values() for one in loop.also}
    people = staff_by_id(session, {row.owner_id for row in rows if row.owner_id} | told)
    return [_view(row, loops[row.id], people) for row in rows]


def _view(row: Any, loop: Loop, people: dict[str, StaffInfo]) -> LoopView:  # noqa: ANN401 - a result row
    scale = None
    if row.type is not None:
        scale = Scale(row.type, row.scale_min, row.scale_max, row.high_is_good, row.flag_line)

    def person(staff_id: str) -> StaffInfo:
        return people.get(staff_id) or StaffInfo(staff_id, staff_id, None)

    return LoopView(
        row.id,
        loop,
        row.state,
        person(row.owner_id) if row.owner_id else None,
        row.name,
        row.source,
        row.role,
        row.score,
        scale,
        row.ticket_id,
        row.comment_id,
        row.text,
        row.due_act,
        row.due_at,
        row.contact_id,
        row.contact_name,
        tuple(person(one) for one in loop.also),
    )
