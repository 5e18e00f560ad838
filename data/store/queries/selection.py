"""Which comments and answers of the columns lie in a slice: the same words as the conditions of SQL, on arrays."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from sqlalchemy.orm import Session

from data.store.columns.build import microseconds
from data.store.columns.pack import ANALYSED, NO_BAND, NO_NAME, Column
from data.store.columns.whole import Mask, Numbers, Whole
from data.store.queries.anonymity import anonymous_surveys
from data.store.queries.bands import SCORE_BANDS
from data.store.queries.known_accounts import accounts_like
from data.store.queries.slices import UNKNOWN, Slice

# Where fewer than this part of the accounts are picked, only their rows are looked at.
FEW = 4
# Words that are compared one by one.
MOST_COMPARED = 8
# A group that is never large enough.
NEVER = np.iinfo(np.int64).max
# Microseconds of a day, and days from 1970 that two bytes hold: to 2059. What lies beyond counts as the last day, whose
# rows are compared to the microsecond.
DAY, LAST_DAY = 86_400_000_000, 32_767


@dataclass(frozen=True)
class _Rows:
    """Rows of comments or answers that are looked at; `some` None is all of them."""

    whole: Whole
    table: str
    some: Numbers | None = None

    @property
    def columns(self) -> Mapping[str, Column]:
        """Give the columns of all rows."""
        return self.whole.comments if self.table == "comments" else self.whole.answers

    def column(self, name: str) -> Column:
        """Give a column of these rows."""
        return self.take(self.columns[name])

    def take(self, column: Column) -> Column:
        """Take these rows out of a column of all."""
        return column if self.some is None else column[self.some]

    def spread(self, found: Mask) -> Mask:
        """Say of every row what was found of these, and no of the others."""
        if self.some is None:
            return found
        mask = np.zeros(len(self.columns["at"]), bool)
        mask[self.some[found]] = True
        return mask


def comment_mask(
    session: Session,
    whole: Whole,
    filters: Slice,
    *,
    by_account: bool = False,
    by_role: bool = False,
    needed: int = ANALYSED,
) -> Mask:
    """Say of each comment whether it was analysed (or has the flags needed) and lies in the slice, (comments,).

    `by_account` and `by_role`: what is counted shows which account or role it is, so that too small groups of anonymous
    surveys are left out.
    """
    if not whole.comments:
        return np.zeros(0, bool)
    accounts = account_mask(session, whole, filters)
    rows = _Rows(whole, "comments", _few(whole, "comments", accounts))
    found = _fitting(session, rows, filters, accounts, by_account=by_account, by_role=by_role, needed=needed)
    return rows.spread(found)


def comments_among(session: Session, whole: Whole, filters: Slice, rows: Numbers, *, needed: int) -> Numbers:
    """Give those of some comments that have the flags needed and lie in the slice; see `comment_mask`."""
    if not whole.comments:
        return rows
    accounts = account_mask(session, whole, filters)
    looked = _Rows(whole, "comments", rows)
    return rows[_fitting(session, looked, filters, accounts, by_account=False, by_role=False, needed=needed)]


def _fitting(
    session: Session,
    rows: _Rows,
    filters: Slice,
    accounts: Mask | None,
    *,
    by_account: bool,
    by_role: bool,
    needed: int,
) -> Mask:
    found = _who(rows, filters, accounts)
    found &= (rows.column("flags") & needed) == needed
    if filters.sources:
        found &= _is(_has(rows.whole, "sources", filters.sources), rows.column("source"))
    if filters.score_bands:
        wanted = [SCORE_BANDS.get(band, NO_BAND) for band in filters.score_bands]
        found &= band_table(wanted).take(rows.column("band"))
    return _without_small(session, rows, found, filters, by_account=by_account, by_role=by_role)


def _few(whole: Whole, table: str, accounts: Mask | None) -> Numbers | None:
    """Give the rows of the accounts picked where these are few."""
    if accounts is None:
        return None
    picked = np.flatnonzero(accounts)
    return rows_of(whole, table, picked) if len(picked) * FEW <= len(accounts) else None


def rows_of(whole: Whole, table: str, accounts: Numbers) -> Numbers:
    """Give the comments or answers of some accounts, in order: an account's rows lie together."""
    column = whole.comments["account"] if table == "comments" else whole.answers["account"]
    # Of the column's own type, or all of it is copied into another.
    first, last = (np.searchsorted(column, accounts.astype(column.dtype), side=side) for side in ("left", "right"))
    return np.concatenate([np.zeros(0, np.int64), *map(np.arange, first.tolist(), last.tolist())])


def band_table(bands: Iterable[int]) -> Mask:
    """Say of each score band whether it is wanted; -1 is looked up at the end."""
    found = np.zeros(NO_BAND + 2, bool)
    found[list(bands)] = True
    return found


def answer_mask(
    session: Session, whole: Whole, filters: Slice, *, by_account: bool = False, by_role: bool = False
) -> Mask:
    """Say of each answer whether it has a score and lies in the slice, its source and score band aside, (answers,)."""
    if not whole.answers:
        return np.zeros(0, bool)
    accounts = account_mask(session, whole, filters)
    rows = _Rows(whole, "answers", _few(whole, "answers", accounts))
    found = _who(rows, filters, accounts)
    found &= rows.take(whole.once("scored", lambda: ~np.isnan(whole.answers["score"])))
    return rows.spread(_without_small(session, rows, found, filters, by_account=by_account, by_role=by_role))


def _who(rows: _Rows, filters: Slice, accounts: Mask | None) -> Mask:
    found = _within(rows, filters)
    if accounts is not None:
        found &= accounts.take(rows.column("account")) if rows.some is not None else _repeated(rows, accounts)
    if filters.roles:
        found &= _is(_has(rows.whole, "roles", filters.roles), rows.column("role"))
    if filters.stages:
        # What has no stage is stored as the empty word.
        stages = (*filters.stages, "") if UNKNOWN in filters.stages else filters.stages
        found &= _is(_has(rows.whole, "stages", stages), rows.column("stage"))
    return found


def _within(rows: _Rows, filters: Slice) -> Mask:
    """Say of each row whether it lies in the window: whole days by two bytes a row, the days at its ends exactly."""
    at = rows.columns["at"]
    days = rows.take(
        rows.whole.once(("days", rows.table), lambda: np.clip(at // DAY, -LAST_DAY, LAST_DAY).astype(np.int16))
    )
    until = microseconds(filters.as_of)
    since = None if filters.since is None else microseconds(filters.since)
    last = _day(until)
    found: Mask = days <= last
    ends = [last]
    if since is not None:
        first = _day(since)
        found &= days >= first
        ends.append(first)
    for end in ends:
        places = np.flatnonzero(days == end)
        times = at[places if rows.some is None else rows.some[places]]
        inside = times <= until
        found[places] = inside if since is None else inside & (times >= since)
    return found


def _day(time: int) -> np.int16:
    return np.int16(np.clip(time // DAY, -LAST_DAY, LAST_DAY))


def account_mask(session: Session, whole: Whole, filters: Slice) -> Mask | None:
    """Say of each account whether the filters pick it, (accounts,); None where they pick no accounts."""
    if not filters.by_account:
        return None
    wanted: Collection[str] = filters.accounts or ()
    if filters.by_kind_of_account:
        wanted = accounts_like(session, filters)
    keys = set(wanted) - {""}
    return np.array([key in keys for key in whole.accounts], dtype=bool)


def _has(whole: Whole, table: str, wanted: Collection[str]) -> Mask:
    """Say of each word of a table whether it is wanted; a word more, so that an empty table can be looked up in."""
    return np.array([word in wanted for word in whole.words.get(table, ())] + [False], dtype=bool)


def _is(wanted: Mask, column: Column) -> Mask:
    """Say of each value whether it is wanted: few of them are compared, in a fiftieth of the time of looking up."""
    places = np.flatnonzero(wanted)
    if len(places) > MOST_COMPARED:
        return wanted.take(column)
    found = np.zeros(len(column), bool)
    for place in places:
        found |= column == column.dtype.type(place)
    return found


def _repeated(rows: _Rows, accounts: Mask) -> Mask:
    """Give each row what is said of its account: an account's rows lie together."""
    column = rows.columns["account"]
    sizes = rows.whole.once(("rows", rows.table), lambda: np.bincount(column, minlength=len(accounts)))
    return np.repeat(accounts, sizes)


def what_matters(filters: Slice, *, by_account: bool, by_role: bool) -> tuple[bool, bool]:
    """Say whether small groups of anonymous surveys are those of accounts, and of roles in them."""
    role = bool(filters.roles) or by_role
    return filters.by_account or by_account or role, role


def _without_small(
    session: Session, rows: _Rows, found: Mask, filters: Slice, *, by_account: bool, by_role: bool
) -> Mask:
    """Leave out rows of anonymous surveys whose group is too small, in place; see `anonymity.may_show`."""
    surveys = tuple(anonymous_surveys(session))
    account, role = what_matters(filters, by_account=by_account, by_role=by_role)
    least = filters.anonymous_min_group
    theirs, ready = _ready(rows.whole, rows.table, surveys, account=account, role=role, least=least)
    hidden = theirs[ready > microseconds(filters.as_of)]
    if rows.some is None:
        found[hidden] = False
    elif len(hidden):
        hides = np.zeros(len(rows.columns["at"]), bool)
        hides[hidden] = True
        found &= ~hides[rows.some]
    return found


@dataclass(frozen=True)
class Settled:
    """What time changes no more of the comments of all accounts: `hidden` are those of too small anonymous groups."""

    key: tuple[tuple[str, ...], int]
    hidden: Numbers


def settled(session: Session, whole: Whole, filters: Slice) -> Settled | None:
    """Say which comments stay hidden, whatever is asked; None where the slice ends before the last one, or is narrowed.

    With the columns, `key` is what the answer rests on.
    """
    surveys, least = tuple(anonymous_surveys(session)), filters.anonymous_min_group
    rows, ready = _ready(whole, "comments", surveys, account=False, role=False, least=least)
    until, newest = microseconds(filters.as_of), whole.once("newest", lambda: int(whole.comments["at"].max()))
    if until < newest or ((ready > until) & (ready < NEVER)).any():
        return None
    return Settled((surveys, least), rows[ready == NEVER])


def unnamed(session: Session, whole: Whole, filters: Slice) -> Numbers:
    """Give the comments of anonymous surveys whose account is not shown: its group is too small."""
    surveys, least = tuple(anonymous_surveys(session)), filters.anonymous_min_group
    rows, ready = _ready(whole, "comments", surveys, account=True, role=False, least=least)
    return rows[ready > microseconds(filters.as_of)]


def _ready(
    whole: Whole, table: str, surveys: tuple[str, ...], *, account: bool, role: bool, least: int
) -> tuple[Numbers, Numbers]:
    """Give the rows of anonymous surveys, and since when each one's group is large enough, microseconds.

    A group grows with time only, so that this holds for every slice: worked out once for these columns.
    """
    key = ("ready", table, account, role, least)
    kept = whole.worked_out.get(key)
    if kept is None or kept[0] != surveys:
        kept = (surveys, *_grown(whole, table, surveys, account=account, role=role, least=least))
        whole.worked_out[key] = kept
    rows: Numbers = kept[1]
    ready: Numbers = kept[2]
    return rows, ready


def _grown(
    whole: Whole, table: str, surveys: tuple[str, ...], *, account: bool, role: bool, least: int
) -> tuple[Numbers, Numbers]:
    lookup = np.zeros(NO_NAME + 1, bool)
    lookup[[place for place, word in enumerate(whole.words.get("surveys", ())) if word in surveys]] = True
    columns = whole.comments if table == "comments" else whole.answers
    rows = np.flatnonzero(lookup[columns["survey"]])
    answers = _taken(whole.answers, np.flatnonzero(lookup[whole.answers["survey"]]) if whole.answers else rows[:0])
    codes = _groups(answers, whole, account=account, role=role)
    order = np.lexsort((answers["at"], codes))
    codes, times = codes[order], answers["at"][order]
    own = _taken(columns, rows)
    wanted = _groups(own, whole, account=account, role=role)
    first = np.searchsorted(codes, wanted, side="left")
    enough = first + max(least, 1) - 1 < np.searchsorted(codes, wanted, side="right")
    ready = np.full(len(rows), NEVER)
    ready[enough] = times[first[enough] + max(least, 1) - 1]
    if account:
        # Who has no account stands in no group.
        ready[~np.array([bool(key) for key in whole.accounts], bool)[own["account"]]] = NEVER
    return rows, ready


def _taken(columns: Mapping[str, Column], rows: Numbers) -> dict[str, Column]:
    """Take some rows of the columns that groups of anonymous answers are made of."""
    if not columns:
        return {name: np.zeros(0, np.int64) for name in ("survey", "account", "role", "at")}
    return {name: columns[name][rows] for name in ("survey", "account", "role", "at")}


def _groups(columns: Mapping[str, Column], whole: Whole, *, account: bool, role: bool) -> Numbers:
    code: Numbers = columns["survey"].astype(np.int64)
    if account:
        code = code * len(whole.accounts) + columns["account"]
    return code * (len(whole.words["roles"]) + 1) + columns["role"] if role else code
