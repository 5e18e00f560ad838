"""Accounts with what a reader looks for first: money, renewal, latest scores, comments and what hurts."""

import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Float, Select, bindparam, case, cast, func, literal, select
from sqlalchemy.orm import Session

from data.errors import NotFoundError
from data.store.columns.cache import read_columns
from data.store.columns.whole import Whole
from data.store.models import Account, AccountStanding
from data.store.queries.account_tallies import LatestScore, page_tallies, tallied
from data.store.queries.chosen import Chooser
from data.store.queries.comments import CommentRow
from data.store.queries.counts import Counts, count_said
from data.store.queries.errors import QueryError
from data.store.queries.known_accounts import accounts_like
from data.store.queries.money import money
from data.store.queries.own_rows import of_accounts, places_of
from data.store.queries.own_themes import last_said, spread, words_on
from data.store.queries.paging import After, Page, SortKey, after_row, cut
from data.store.queries.slices import Slice, account_filters
from data.store.queries.standing import (
    StandingRow,
    day_end,
    is_of_risks,
    of_risks,
    risk_slice,
    standings_day,
    standings_now,
    stored_standings,
)
from data.store.queries.themes import ThemeInfo, theme_infos
from data.store.repositories.standing import risk_line

SORTS = ("name", "arr", "renewal", "comments", "flagged", "nps", "risk", "score")
# Orders by what the run keeps of where accounts stand: risk, and account-level NPS over 90 days.
BY_STANDING = {"risk": AccountStanding.risk_rank, "score": AccountStanding.score}
# Orders by what is counted in the columns.
BY_TALLY = ("comments", "flagged", "nps")
# After every real date, so that accounts without a renewal date come last.
_NO_DATE = "9999-12-31"


@dataclass(frozen=True)
class HurtingTheme:
    """A theme with negative comments at an account."""

    key: str
    name: str
    negative: int
    comments: int


@dataclass(frozen=True)
class AccountRow:
    """An account in a list. Counts are of the slice's window; `flagged` answers are those past their survey's line.

    `standing` is its risk over 90 days, whatever the window; None: not worked out yet (the next run does).
    """

    account_id: str
    name: str
    domain: str | None
    industry: str | None
    segment: str | None
    tier: str | None
    motion: str | None
    arr: float | None
    currency: str | None
    contract_start: date | None
    first_value_date: date | None
    renewal_date: date | None
    is_stub: bool
    answers: int = 0
    flagged: int = 0
    comments: int = 0
    latest_scores: list[LatestScore] = field(default_factory=list)
    top_negative: list[HurtingTheme] = field(default_factory=list)
    standing: StandingRow | None = None


_COLUMNS = (
    Account.account_id,
    Account.name,
    Account.domain,
    Account.industry,
    Account.segment,
    Account.tier,
    Account.motion,
    Account.arr,
    Account.currency,
    Account.contract_start,
    Account.first_value_date,
    Account.renewal_date,
    Account.is_stub,
)
_ACCOUNTS: Select[*tuple[Any, ...]] = select(*_COLUMNS)
_ACCOUNT = _ACCOUNTS.where(Account.account_id == bindparam("account"))


def account_rows(
    session: Session,
    filters: Slice,
    *,
    search: str = "",
    sort: str = "name",
    limit: int = 50,
    after: After | None = None,
    risks: Sequence[str] = (),
    risk_day: datetime | None = None,
) -> Page[AccountRow]:
    """List accounts; `sort` is one of `SORTS`, with a minus in front for descending; what is missing comes last.

    `risks` keeps accounts of any of `standing.RISKS`. Risk and score are those that the last run left; with `risk_day`
    they are worked out for that day, where it is another: about two milliseconds an account.

    Raises:
        QueryError: The order is not known, or the cursor is another list's.
    """
    name, descending = sort.removeprefix("-"), sort.startswith("-")
    if name not in SORTS:
        raise QueryError(f"can't sort accounts by {name!r}: use {', '.join(SORTS)}, with - in front for descending")
    statement = _ACCOUNTS.where(*account_filters(filters))
    if search:
        statement = statement.where(_matches(search))
    day = _live_day(session, risk_day)
    worked: Mapping[str, StandingRow] = {}
    if day is not None and (risks or name in BY_STANDING):
        worked = _worked_out(session, filters, statement, day, risks)
        statement = statement.where(Account.account_id.in_(list(worked)))
    elif risks:
        statement = statement.where(Account.account_id.in_(select(AccountStanding.account_id).where(of_risks(risks))))
    if name in BY_TALLY or (day is not None and name in BY_STANDING):
        values = _values(session, filters, statement, name, worked, bool(search or risks))
        return _page_by_values(session, filters, statement, values, sort=sort, limit=limit, after=after, day=day)
    key, statement = _sort_key(name, statement)
    missing = case((key.is_(None), 1), else_=0)
    blank: Any = "" if name == "name" else date.fromisoformat(_NO_DATE) if name == "renewal" else 0
    order = [
        SortKey(missing),
        SortKey(func.coalesce(key, blank), descending=descending),
        SortKey(Account.account_id.expression),
    ]
    if after is not None:
        statement = statement.where(after_row(order, _read(after, name)))
    keyed = statement.add_columns(*(one.expression for one in order)).order_by(*(one.ordered() for one in order))
    rows, following = cut(session.execute(keyed.limit(limit + 1)).all(), limit, len(order))
    page = [_account(tuple(row)) for row in rows]
    return Page(
        _completed(session, filters, page, standings=_standings(session, filters, page, day)), _written(following)
    )


def _live_day(session: Session, risk_day: datetime | None) -> datetime | None:
    """Give the day to work standings out for; None where those that are kept will do."""
    if risk_day is None or standings_day(session) == day_end(risk_day):
        return None
    return day_end(risk_day)


def _worked_out(
    session: Session, filters: Slice, statement: Select[*tuple[Any, ...]], day: datetime, risks: Sequence[str]
) -> dict[str, StandingRow]:
    """Work out where the accounts of a list stand on a day; those of the risks asked for."""
    ids = list(session.scalars(statement.with_only_columns(Account.account_id)))
    found = standings_now(session, risk_slice(filters, day), ids, line=risk_line(session))
    return {one.account_id: one for one in found if not risks or is_of_risks(one, risks)}


def _values(
    session: Session,
    filters: Slice,
    statement: Select[*tuple[Any, ...]],
    name: str,
    worked: Mapping[str, StandingRow],
    narrowed: bool,
) -> dict[str, float | None]:
    """Give what accounts are sorted by where the database does not hold it; `narrowed`: by more than the slice."""
    plain = name in BY_TALLY and not narrowed
    ids = accounts_like(session, filters) if plain else session.scalars(statement.with_only_columns(Account.account_id))
    if name in BY_TALLY:
        return tallied(session, filters, name, ids)
    if name == "risk":
        return {key: worked[key].rank for key in ids}
    levels = {key: worked[key].account_nps for key in ids}
    return {key: None if level is None else level.value for key, level in levels.items()}


def _page_by_values(
    session: Session,
    filters: Slice,
    statement: Select[*tuple[Any, ...]],
    values: Mapping[str, float | None],
    *,
    sort: str,
    limit: int,
    after: After | None,
    day: datetime | None,
) -> Page[AccountRow]:
    """Cut a page out of a list that is sorted by values at hand: what is missing last, then by value, then by id."""
    sign = -1 if sort.startswith("-") else 1
    places = sorted((1, 0.0, key) if value is None else (0, sign * value, key) for key, value in values.items())
    if after is not None and len(after) != 3:
        raise QueryError(f"cursor has {len(after)} values, this list is ordered by 3")
    start = bisect.bisect_right(places, tuple(after)) if after is not None else 0
    shown = places[start : start + limit]
    ids = [key for _, _, key in shown]
    rows = {row[0]: _account(tuple(row)) for row in session.execute(statement.where(Account.account_id.in_(ids)))}
    page = [rows[key] for key in ids]
    standings = _standings(session, filters, page, day)
    return Page(
        _completed(session, filters, page, standings=standings), shown[-1] if start + limit < len(places) else None
    )


def _matches(search: str) -> ColumnElement[bool]:
    columns = (Account.name, Account.domain, Account.account_id)
    first, *rest = (column.icontains(search, autoescape=True) for column in columns)
    for one in rest:
        first = first | one
    return first


def _read(after: After, name: str) -> list[Any]:
    values = list(after)
    if name == "renewal" and len(values) == 3:
        values[1] = date.fromisoformat(str(values[1]))
    return values


def _written(after: tuple[Any, ...] | None) -> tuple[Any, ...] | None:
    if after is None:
        return None
    return tuple(value if isinstance(value, int | float | str) else str(value) for value in after)


def _sort_key(name: str, statement: Select[*tuple[Any, ...]]) -> tuple[ColumnElement[Any], Select[*tuple[Any, ...]]]:
    """Give the key's expression."""
    if name in BY_STANDING:
        joined = statement.outerjoin(AccountStanding, AccountStanding.account_id == Account.account_id)
        return BY_STANDING[name].expression, joined
    plain: dict[str, ColumnElement[Any]] = {
        "name": func.lower(Account.name),
        # A cursor is JSON: a float holds sums of money to the cent up to 10^13.
        "arr": cast(Account.arr, Float),
        "renewal": Account.renewal_date.expression,
    }
    return plain[name], statement


def _account(row: tuple[Any, ...]) -> AccountRow:
    values = list(row[: len(_COLUMNS)])
    values[7] = None if values[7] is None else float(values[7])
    return AccountRow(*values)


def _completed(
    session: Session, filters: Slice, page: list[AccountRow], *, standings: Mapping[str, StandingRow]
) -> list[AccountRow]:
    """Add counts, latest scores, hurting themes and standings: one query each for the whole page."""
    ids = [row.account_id for row in page]
    if not ids:
        return page
    whole = read_columns(session)
    own = of_accounts(whole, ids)
    counted, latest = page_tallies(session, filters, whole, own)
    hurting = _hurting(session, filters, own)
    return [
        replace(
            row,
            answers=one.answers,
            flagged=one.flagged,
            comments=one.comments,
            latest_scores=latest.get(row.account_id, []),
            top_negative=hurting.get(row.account_id, []),
            standing=standings.get(row.account_id),
        )
        for row in page
        for one in (counted.of(row.account_id),)
    ]


def _standings(
    session: Session, filters: Slice, page: Sequence[AccountRow], day: datetime | None
) -> dict[str, StandingRow]:
    """Give the standings of a page's accounts: as kept, or as they were on a day."""
    ids = [row.account_id for row in page]
    if day is None:
        return stored_standings(session, ids)
    worked = standings_now(session, risk_slice(filters, day), ids, line=risk_line(session))
    return {one.account_id: one for one in worked}


def _hurting(session: Session, filters: Slice, own: Whole, *, each: int = 3) -> dict[str, list[HurtingTheme]]:
    """Give the taxonomy themes with the most negative comments of each account; `own` are their columns."""
    allowed = own.accounts if filters.accounts is None else set(own.accounts) & set(filters.accounts)
    narrowed = replace(filters, accounts=tuple(allowed))
    table = count_said(Chooser(session, own, narrowed, "taxonomy"), ("account", "theme"), with_people=False)
    negative, comments = (table.whole_numbers[name].astype(np.int64) for name in ("negative", "comments"))
    bad = np.flatnonzero(negative)
    account, theme = table.groups[bad].T
    best: dict[str, list[int]] = {}
    for place in bad[np.lexsort((theme, -comments[bad], -negative[bad], account))].tolist():
        ours = best.setdefault(table.labels[0][table.groups[place, 0]], [])
        if len(ours) < each:
            ours.append(place)
    keys = {place: table.labels[1][table.groups[place, 1]] for places in best.values() for place in places}
    infos = theme_infos(session, set(keys.values()))
    return {
        account: [
            HurtingTheme(keys[place], infos[keys[place]].name, int(negative[place]), int(comments[place]))
            for place in places
            if keys[place] in infos
        ]
        for account, places in best.items()
    }


def account_base(session: Session, filters: Slice, account_id: str) -> AccountRow:
    """Give one account without its counts.

    Raises:
        NotFoundError: There is none with this id in the reader's scope.
    """
    narrowed = filters.of_account(account_id)
    like = account_filters(replace(narrowed, accounts=None))
    row = session.execute(_ACCOUNT.where(*like), {"account": account_id}).one_or_none() if narrowed.accounts else None
    if row is None:
        raise NotFoundError(f"no account {account_id!r}: GET /v1/accounts or `sottovoce import` an accounts file")
    return _account(tuple(row))


def account_row(session: Session, filters: Slice, account_id: str, *, risk_day: datetime | None = None) -> AccountRow:
    """Give one account; `risk_day` as in `account_rows`.

    Raises:
        NotFoundError: There is none with this id in the reader's scope.
    """
    account = account_base(session, filters, account_id)
    narrowed = filters.of_account(account_id)
    standings = _standings(session, narrowed, [account], _live_day(session, risk_day))
    return _completed(session, narrowed, [account], standings=standings)[0]


@dataclass(frozen=True)
class AccountTheme:
    """A theme at one account: counts, who said it and when, newest first, and in whose words."""

    info: ThemeInfo
    counts: Counts
    roles: dict[str, int]
    stages: dict[str, int]
    last_said_at: datetime | None
    verbatims: list[CommentRow]


def account_themes(
    session: Session, filters: Slice, account_id: str, *, kind: str = "taxonomy", verbatims: int = 3
) -> list[AccountTheme]:
    """Give the themes of one account in the window: the latest spoken of first.

    Raises:
        NotFoundError: There is no such account in the reader's scope.
    """
    require_account(session, filters, account_id)
    narrowed, whole = filters.of_account(account_id), read_columns(session)
    place = places_of(whole).get(account_id)
    worth = None if place is None else money(session, whole, narrowed.as_of).at(place)
    reader = Chooser(session, of_accounts(whole, [account_id]), narrowed, kind)
    counted = {one.group["theme"]: one.counts for one in count_said(reader, ("theme",), worth=worth).rows()}
    infos = theme_infos(session, counted, filters=filters)
    roles, stages, last = spread(reader, "role"), spread(reader, "stage"), last_said(reader)
    words = words_on(reader, account_id, infos, each=verbatims)
    themes = [
        AccountTheme(infos[key], counts, roles.get(key, {}), stages.get(key, {}), last.get(key), words.get(key, []))
        for key, counts in counted.items()
        if key in infos
    ]
    return sorted(themes, key=lambda theme: theme.last_said_at or _EARLIEST, reverse=True)


_EARLIEST = datetime.fromisoformat("1900-01-01T00:00:00+00:00")


def require_account(session: Session, filters: Slice, account_id: str) -> None:
    """Check that an account exists in the reader's scope.

    Raises:
        NotFoundError: It does not.
    """
    narrowed = account_filters(filters.of_account(account_id))
    found = session.scalar(select(literal(1)).where(Account.account_id == account_id, *narrowed))
    if found is None:
        raise NotFoundError(f"no account {account_id!r}: GET /v1/accounts lists those that you may see")
