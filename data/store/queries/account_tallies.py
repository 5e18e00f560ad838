"""Counts of every account at once, from the columns: answers, flagged ones, NPS, comments, and the latest answers."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ARRAY, Select, String, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from data.store.columns.build import microseconds
from data.store.columns.cache import read_columns
from data.store.columns.pack import LISTED, VENDOR
from data.store.columns.whole import Numbers, Whole
from data.store.models import Response, Survey
from data.store.models.base import UtcDateTime
from data.store.queries.anonymity import anonymous_surveys
from data.store.queries.answers import Answers, scored_answers, survey_scales
from data.store.queries.own_rows import places_of
from data.store.queries.selection import comment_mask
from data.store.queries.slices import Slice
from data.store.repositories.bulk import chunks

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Slices whose counts are kept: some 64 KiB each at 2,000 accounts.
MOST_KEPT = 32
# Newest answers that are kept, some 500 bytes each: those of all accounts, by type of survey.
MOST_REMEMBERED = 10_000
# A page of accounts.
ACCOUNTS_AT_ONCE = 50


@dataclass(frozen=True)
class LatestScore:
    """The newest answer of one survey type: one person's, so it has no interval."""

    type: str
    score: float
    scale_min: float
    scale_max: float
    role: str
    answered_at: datetime
    response_id: str


@dataclass(frozen=True)
class Tally:
    """One account in a slice. `nps` is user-level over all answers, None without any."""

    answers: int = 0
    flagged: int = 0
    comments: int = 0
    nps: float | None = None


@dataclass(frozen=True)
class Tallies:
    """Accounts of the columns in a slice, (accounts,) each; small anonymous groups are left out."""

    place: Mapping[str, int]
    answers: Numbers
    flagged: Numbers
    comments: Numbers
    nps: NDArray[np.float64]

    def of(self, account_id: str) -> Tally:
        """Give one account's counts; none where it never said anything."""
        at = self.place.get(account_id)
        if at is None:
            return Tally()
        nps = float(self.nps[at])
        return Tally(
            int(self.answers[at]), int(self.flagged[at]), int(self.comments[at]), None if np.isnan(nps) else nps
        )


def tallied(session: Session, filters: Slice, name: str, account_ids: Iterable[str]) -> dict[str, float | None]:
    """Give one count of many accounts: `comments`, `flagged` or `nps`; an NPS of nobody is None.

    A list is asked for page by page: the counts are kept as long as the columns are.
    """
    whole = read_columns(session)
    key = ("tallied", name, filters)
    if key not in whole.worked_out:
        kept = [one for one in whole.worked_out if isinstance(one, tuple) and one[0] == "tallied"]
        for old in kept[: max(0, len(kept) + 1 - MOST_KEPT)]:
            whole.worked_out.pop(old, None)
        whole.worked_out[key] = _of_all(session, whole, filters, name)
    numbers, places = whole.worked_out[key].tolist(), places_of(whole)
    nothing = None if name == "nps" else 0
    found = {key: numbers[places[key]] if key in places else nothing for key in account_ids}
    return {key: None if value is None or math.isnan(value) else value for key, value in found.items()}


def _of_all(session: Session, whole: Whole, filters: Slice, name: str) -> NDArray[Any]:
    if name == "comments":
        return _comments(session, whole, filters, len(whole.accounts))
    if name == "nps":
        return _nps(whole, scored_answers(session, whole, filters, by_account=True, types=("nps",)))
    return _flagged(whole, scored_answers(session, whole, filters, by_account=True))


def page_tallies(
    session: Session, filters: Slice, whole: Whole, own: Whole
) -> tuple[Tallies, dict[str, list[LatestScore]]]:
    """Count some accounts, `own` of the `whole` columns, and give their newest answer per survey type.

    Anonymous surveys give none.
    """
    found = scored_answers(session, own, filters, by_account=True)
    return _count(session, own, filters, found), _latest(session, whole, own, found)


def _count(session: Session, whole: Whole, filters: Slice, found: Answers) -> Tallies:
    size = len(whole.accounts)
    answers = np.bincount(_accounts_of(whole, found), minlength=size)
    comments = _comments(session, whole, filters, size)
    return Tallies(places_of(whole), answers, _flagged(whole, found), comments, _nps(whole, found))


def _flagged(whole: Whole, found: Answers) -> Numbers:
    return np.bincount(_accounts_of(whole, found)[found.band == -1], minlength=len(whole.accounts))


def _nps(whole: Whole, found: Answers) -> NDArray[np.float64]:
    of_nps = np.flatnonzero(np.array([scale.type == "nps" for scale in found.scales] + [False])[found.scale])
    account, size = _accounts_of(whole, found)[of_nps], len(whole.accounts)
    with np.errstate(invalid="ignore"):
        sums = np.bincount(account, weights=found.points[of_nps], minlength=size).astype(np.float64)
        return 100 * sums / np.bincount(account, minlength=size)


def _accounts_of(whole: Whole, found: Answers) -> NDArray[np.integer]:
    return whole.answers["account"][found.rows] if whole.answers else np.zeros(0, np.int64)


def _comments(session: Session, whole: Whole, filters: Slice, size: int) -> Numbers:
    if not whole.comments:
        return np.zeros(size, np.int64)
    mask = comment_mask(session, whole, filters, by_account=True, needed=LISTED)
    mask &= (whole.comments["flags"] & VENDOR) == 0
    return np.bincount(whole.comments["account"][mask], minlength=size)


def _latest(session: Session, whole: Whole, own: Whole, found: Answers) -> dict[str, list[LatestScore]]:
    if not len(found.rows):
        return {}
    hidden = set(anonymous_surveys(session))
    open_ = np.array([word not in hidden for word in own.words.get("surveys", ())] + [False])
    found = found.only(open_[own.answers["survey"][found.rows]])
    account, at = _accounts_of(own, found), own.answers["at"][found.rows]
    times: set[_Time] = set()
    for kind in {scale.type for scale in found.scales}:
        of_kind = np.flatnonzero(np.array([scale.type == kind for scale in found.scales])[found.scale])
        newest = np.full(len(own.accounts), -1, np.int64)
        np.maximum.at(newest, account[of_kind], at[of_kind])
        for place in np.flatnonzero(newest >= 0).tolist():
            times.add((own.accounts[place], int(newest[place]), kind))
    answers = _remembered(session, whole, (survey_scales(own), hidden), times)
    given: dict[str, list[LatestScore]] = {}
    for time in sorted(times, key=lambda time: time[2], reverse=True):
        one = answers[time]
        if one is not None:
            given.setdefault(time[0], []).append(one)
    return given


# An account, microseconds since 1970 and a survey's type.
_Time = tuple[str, int, str]


def _remembered(
    session: Session, whole: Whole, surveys: object, times: set[_Time]
) -> Mapping[_Time, LatestScore | None]:
    """Give the answers at these times. Accounts' newest ones are asked for again and again: kept with the columns."""
    seen, kept = whole.worked_out.get("latest", (None, {}))
    if seen != surveys or len(kept) > MOST_REMEMBERED:
        kept = {}
        whole.worked_out["latest"] = surveys, kept
    missing = {one for one in times if one not in kept}
    if missing:
        kept.update(dict.fromkeys(missing) | _read(session, missing))
    return {one: kept[one] for one in times}


def _read(session: Session, times: set[_Time]) -> dict[_Time, LatestScore]:
    """Read the answers given at these times; of two at one time the one with the later id."""
    found: dict[_Time, LatestScore] = {}
    pairs = [(account_id, _EPOCH + timedelta(microseconds=at)) for account_id, at, _ in sorted(times)]
    read = _rows_of_pairs if session.get_bind().dialect.name == "postgresql" else _rows_by_account
    for account_id, *values in read(session, pairs):
        one = LatestScore(*values)
        # At the same time somebody may have answered another survey, too.
        time = (account_id or "", microseconds(one.answered_at), one.type)
        if time in times:
            found[time] = one
    return found


def _rows_by_account(session: Session, pairs: Iterable[tuple[str, datetime]]) -> Iterator[Any]:
    """Account by account: of pairs in one list SQLite makes a scan over all answers."""
    of_account: dict[str, list[datetime]] = {}
    for account_id, at in pairs:
        of_account.setdefault(account_id, []).append(at)
    for part in chunks(sorted(of_account), ACCOUNTS_AT_ONCE):
        asked = {f"account_{place}": key for place, key in enumerate(part)}
        when = {f"times_{place}": of_account[key] for place, key in enumerate(part)}
        yield from session.execute(_answers_at(len(part)), {**asked, **when})


def _rows_of_pairs(session: Session, pairs: Iterable[tuple[str, datetime]]) -> Iterator[Any]:
    """All pairs as two lists: conditions account by account would be planned anew for each page."""
    accounts, times = zip(*pairs, strict=True)
    yield from session.execute(_ANSWERS_OF_PAIRS, {"accounts": list(accounts), "times": list(times)})


@cache
def _answers_at(accounts: int) -> Select[*tuple[Any, ...]]:
    """Ask for the answers of so many accounts at their times. Made once: it takes longer than its rows do."""
    pairs = [
        and_(
            Response.account_id == bindparam(f"account_{place}"),
            Response.responded_at.in_(bindparam(f"times_{place}", expanding=True)),
        )
        for place in range(accounts)
    ]
    return _ANSWERS.where(or_(*pairs))


_ANSWERS = (
    select(
        Response.account_id,
        Survey.type,
        Response.score,
        Survey.scale_min,
        Survey.scale_max,
        Response.role,
        Response.responded_at,
        Response.response_id,
    )
    .join(Survey, Survey.survey_id == Response.survey_id)
    .where(Response.score.is_not(None), Survey.anonymous.is_(False))
    .order_by(Response.responded_at, Response.response_id)
)
_PAIR = (
    func.unnest(bindparam("accounts", type_=ARRAY(String)), bindparam("times", type_=ARRAY(UtcDateTime)))
    .table_valued("account_id", "at")
    .render_derived()
)
_ANSWERS_OF_PAIRS = _ANSWERS.join(
    _PAIR, and_(Response.account_id == _PAIR.c.account_id, Response.responded_at == _PAIR.c.at)
)
