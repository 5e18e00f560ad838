"""Counts of every account at once, from the columns: answers, flagged ones, NPS, comments, and the latest answers."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Select, and_, bindparam, or_, select
from sqlalchemy.orm import Session

from data.store.columns.cache import read_columns
from data.store.columns.pack import LISTED, VENDOR, Column
from data.store.columns.whole import Numbers, Whole
from data.store.models import Response, Survey
from data.store.queries.anonymity import anonymous_surveys
from data.store.queries.answers import Answers, scored_answers
from data.store.queries.selection import comment_mask
from data.store.queries.slices import Slice
from data.store.repositories.bulk import chunks

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Slices whose counts are kept: some 64 KiB each at 2,000 accounts.
MOST_KEPT = 32
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

    def values(self, name: str, account_ids: Iterable[str]) -> dict[str, float | None]:
        """Give one count of many accounts; an NPS of nobody is None."""
        numbers: list[float] = getattr(self, name).tolist()
        nothing = None if name == "nps" else 0
        found = {key: numbers[self.place[key]] if key in self.place else nothing for key in account_ids}
        return {key: None if value is None or math.isnan(value) else value for key, value in found.items()}


def tallies(session: Session, filters: Slice) -> Tallies:
    """Count every account of a slice: customers' comments with something to say, and scored answers.

    A list is asked for page by page: the counts are kept as long as the columns are.
    """
    whole = read_columns(session)
    key = ("tallies", filters)
    if key not in whole.worked_out:
        kept = [one for one in whole.worked_out if isinstance(one, tuple) and one[0] == "tallies"]
        for old in kept[: max(0, len(kept) + 1 - MOST_KEPT)]:
            whole.worked_out.pop(old, None)
        found = scored_answers(session, whole, filters, by_account=True)
        whole.worked_out[key] = _count(session, whole, filters, found)
    counted: Tallies = whole.worked_out[key]
    return counted


def page_tallies(
    session: Session, filters: Slice, account_ids: Sequence[str]
) -> tuple[Tallies, dict[str, list[LatestScore]]]:
    """Count some accounts only, and give their newest answer per survey type; anonymous surveys give none."""
    whole = read_columns(session)
    own = of_accounts(whole, account_ids)
    found = scored_answers(session, own, filters, by_account=True)
    # A list sorted by counts has counted everybody already.
    counted: Tallies | None = whole.worked_out.get(("tallies", filters))
    return counted or _count(session, own, filters, found), _latest(session, own, found)


def of_accounts(whole: Whole, account_ids: Sequence[str]) -> Whole:
    """Take some accounts out of the columns, without their mentions; rows stand account by account."""
    place = _place(whole)
    kept = sorted(place[key] for key in set(account_ids) if key in place)
    comments, answers = (_taken(columns, kept) for columns in (whole.comments, whole.answers))
    names = tuple(whole.accounts[at] for at in kept)
    return replace(whole, accounts=names, comments=comments, answers=answers, mentions={}, worked_out={})


def _taken(columns: Mapping[str, Column], kept: Sequence[int]) -> dict[str, Column]:
    if not columns:
        return {}
    starts, ends = (
        np.searchsorted(columns["account"], np.array(kept, np.uint32), side=side) for side in ("left", "right")
    )
    rows = np.concatenate([np.arange(a, b) for a, b in zip(starts, ends, strict=True)] or [np.zeros(0, np.int64)])
    found = {name: column[rows] for name, column in columns.items()}
    found["account"] = np.repeat(np.arange(len(kept)), ends - starts).astype(np.uint32)
    return found


def _place(whole: Whole) -> dict[str, int]:
    return {key: at for at, key in enumerate(whole.accounts)}


def _count(session: Session, whole: Whole, filters: Slice, found: Answers) -> Tallies:
    size = len(whole.accounts)
    account = _accounts_of(whole, found)
    of_nps = np.flatnonzero(np.array([scale.type == "nps" for scale in found.scales] + [False])[found.scale])
    number = np.bincount(account[of_nps], minlength=size)
    with np.errstate(invalid="ignore"):
        nps = 100 * np.bincount(account[of_nps], weights=found.points[of_nps], minlength=size) / number
    return Tallies(
        _place(whole),
        np.bincount(account, minlength=size),
        np.bincount(account[found.band == -1], minlength=size),
        _comments(session, whole, filters, size),
        nps,
    )


def _accounts_of(whole: Whole, found: Answers) -> NDArray[np.integer]:
    return whole.answers["account"][found.rows] if whole.answers else np.zeros(0, np.int64)


def _comments(session: Session, whole: Whole, filters: Slice, size: int) -> Numbers:
    if not whole.comments:
        return np.zeros(size, np.int64)
    mask = comment_mask(session, whole, filters, by_account=True, needed=LISTED)
    mask &= (whole.comments["flags"] & VENDOR) == 0
    return np.bincount(whole.comments["account"][mask], minlength=size)


def _latest(session: Session, whole: Whole, found: Answers) -> dict[str, list[LatestScore]]:
    if not len(found.rows):
        return {}
    hidden = set(anonymous_surveys(session))
    open_ = np.array([word not in hidden for word in whole.words.get("surveys", ())] + [False])
    found = found.only(open_[whole.answers["survey"][found.rows]])
    account, at = _accounts_of(whole, found), whole.answers["at"][found.rows]
    times: set[tuple[str, datetime, str]] = set()
    for kind in {scale.type for scale in found.scales}:
        of_kind = np.flatnonzero(np.array([scale.type == kind for scale in found.scales])[found.scale])
        newest = np.full(len(whole.accounts), -1, np.int64)
        np.maximum.at(newest, account[of_kind], at[of_kind])
        for place in np.flatnonzero(newest >= 0).tolist():
            times.add((whole.accounts[place], _EPOCH + timedelta(microseconds=int(newest[place])), kind))
    return _read(session, times)


def _read(session: Session, times: set[tuple[str, datetime, str]]) -> dict[str, list[LatestScore]]:
    """Read the answers given at these times; of two at one time the one with the later id."""
    newest: dict[tuple[str, str], LatestScore] = {}
    of_account: dict[str, list[datetime]] = {}
    for account_id, at, _ in sorted(times):
        of_account.setdefault(account_id, []).append(at)
    for part in chunks(sorted(of_account), ACCOUNTS_AT_ONCE):
        asked = {f"account_{place}": key for place, key in enumerate(part)}
        when = {f"times_{place}": of_account[key] for place, key in enumerate(part)}
        rows: Iterable[Any] = session.execute(_answers_at(len(part)), {**asked, **when})
        for account_id, *values in rows:
            one = LatestScore(*values)
            # At the same time somebody may have answered another survey, too.
            if (account_id, one.answered_at, one.type) in times:
                newest[account_id or "", one.type] = one
    found: dict[str, list[LatestScore]] = {}
    for (account_id, _), one in sorted(newest.items(), key=lambda pair: pair[0][1], reverse=True):
        found.setdefault(account_id, []).append(one)
    return found


@cache
def _answers_at(accounts: int) -> Select[*tuple[Any, ...]]:
    """Ask for the answers of so many accounts at their times. Made once: it takes longer than its rows do."""
    # Account by account: of pairs in one list SQLite makes a scan over all answers.
    pairs = [
        and_(
            Response.account_id == bindparam(f"account_{place}"),
            Response.responded_at.in_(bindparam(f"times_{place}", expanding=True)),
        )
        for place in range(accounts)
    ]
    columns = (Response.account_id, Survey.type, Response.score, Survey.scale_min, Survey.scale_max, Response.role)
    return (
        select(*columns, Response.responded_at, Response.response_id)
        .join(Survey, Survey.survey_id == Response.survey_id)
        .where(or_(*pairs), Response.score.is_not(None), Survey.anonymous.is_(False))
        .order_by(Response.responded_at, Response.response_id)
    )
