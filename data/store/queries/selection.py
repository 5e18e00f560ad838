"""Which comments and answers of the columns lie in a slice: the same words as the conditions of SQL, on arrays."""

from collections.abc import Collection, Iterable, Mapping

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from data.store.columns.build import microseconds
from data.store.columns.pack import ANALYSED, NO_BAND, NO_NAME, Column
from data.store.columns.whole import Mask, Numbers, Whole
from data.store.models import Account
from data.store.queries.anonymity import anonymous_surveys
from data.store.queries.bands import SCORE_BANDS
from data.store.queries.slices import UNKNOWN, Slice, account_filters

# A group that is never large enough.
NEVER = np.iinfo(np.int64).max
# Microseconds of a day, and days from 1970 that two bytes hold: to 2059. What lies beyond counts as the last day, whose
# rows are compared to the microsecond.
DAY, LAST_DAY = 86_400_000_000, 32_767


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
    columns = whole.comments
    if not columns:
        return np.zeros(0, bool)
    found = _who(session, whole, filters, columns) & ((columns["flags"] & needed) == needed)
    if filters.sources:
        found &= _has(whole, "sources", filters.sources)[columns["source"]]
    if filters.score_bands:
        wanted = [SCORE_BANDS.get(band, NO_BAND) for band in filters.score_bands]
        found &= band_table(wanted)[columns["band"]]
    return _without_small(session, whole, "comments", found, filters, by_account=by_account, by_role=by_role)


def band_table(bands: Iterable[int]) -> Mask:
    """Say of each score band whether it is wanted; -1 is looked up at the end."""
    found = np.zeros(NO_BAND + 2, bool)
    found[list(bands)] = True
    return found


def answer_mask(
    session: Session, whole: Whole, filters: Slice, *, by_account: bool = False, by_role: bool = False
) -> Mask:
    """Say of each answer whether it has a score and lies in the slice, its source and score band aside, (answers,)."""
    columns = whole.answers
    if not columns:
        return np.zeros(0, bool)
    found = _who(session, whole, filters, columns) & whole.once("scored", lambda: ~np.isnan(columns["score"]))
    return _without_small(session, whole, "answers", found, filters, by_account=by_account, by_role=by_role)


def _who(session: Session, whole: Whole, filters: Slice, columns: Mapping[str, Column]) -> Mask:
    found = _within(whole, filters, columns)
    accounts = account_mask(session, whole, filters)
    if accounts is not None:
        found &= accounts[columns["account"]]
    if filters.roles:
        found &= _has(whole, "roles", filters.roles)[columns["role"]]
    if filters.stages:
        # What has no stage is stored as the empty word.
        stages = (*filters.stages, "") if UNKNOWN in filters.stages else filters.stages
        found &= _has(whole, "stages", stages)[columns["stage"]]
    return found


def _within(whole: Whole, filters: Slice, columns: Mapping[str, Column]) -> Mask:
    """Say of each row whether it lies in the window: whole days by two bytes a row, the days at its ends exactly."""
    at = columns["at"]
    table = "comments" if columns is whole.comments else "answers"
    days = whole.once(("days", table), lambda: np.clip(at // DAY, -LAST_DAY, LAST_DAY).astype(np.int16))
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
        rows = np.flatnonzero(days == end)
        inside = at[rows] <= until
        found[rows] = inside if since is None else inside & (at[rows] >= since)
    return found


def _day(time: int) -> np.int16:
    return np.int16(np.clip(time // DAY, -LAST_DAY, LAST_DAY))


def account_mask(session: Session, whole: Whole, filters: Slice) -> Mask | None:
    """Say of each account whether the filters pick it, (accounts,); None where they pick no accounts."""
    if not filters.by_account:
        return None
    wanted: Collection[str] = filters.accounts or ()
    if filters.by_kind_of_account:
        wanted = set(session.scalars(select(Account.account_id).where(*account_filters(filters))))
    keys = set(wanted) - {""}
    return np.array([key in keys for key in whole.accounts], dtype=bool)


def _has(whole: Whole, table: str, wanted: Collection[str]) -> Mask:
    """Say of each word of a table whether it is wanted; a word more, so that an empty table can be looked up in."""
    return np.array([word in wanted for word in whole.words.get(table, ())] + [False], dtype=bool)


def what_matters(filters: Slice, *, by_account: bool, by_role: bool) -> tuple[bool, bool]:
    """Say whether small groups of anonymous surveys are those of accounts, and of roles in them."""
    role = bool(filters.roles) or by_role
    return filters.by_account or by_account or role, role


def _without_small(
    session: Session, whole: Whole, table: str, found: Mask, filters: Slice, *, by_account: bool, by_role: bool
) -> Mask:
    """Leave out rows of anonymous surveys whose group is too small, in place; see `anonymity.may_show`."""
    surveys = tuple(anonymous_surveys(session))
    account, role = what_matters(filters, by_account=by_account, by_role=by_role)
    rows, ready = _ready(whole, table, surveys, account=account, role=role, least=filters.anonymous_min_group)
    found[rows[ready > microseconds(filters.as_of)]] = False
    return found


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
        ready[~np.array([bool(key) for key in whole.accounts])[own["account"]]] = NEVER
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
