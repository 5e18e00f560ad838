"""Account-quarters: what every account paid and how it scored, quarter by quarter; what retention is measured on.

Account-level NPS is `cx.committee_score`'s: within a quarter a respondent's last answer counts, each role's own NPS
first, then the weights of the account's motion. Answers to anonymous surveys stay out: a small account's would be read
off them. Scores come from the columns in memory (`data.store.columns`), amounts from the tables.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from cx.committee_score import Weights, weights_for
from cx.quarters import AccountQuarter, Book, Movement, account_quarters, numbered_quarter, quarters_after
from data.store.columns.cache import read_columns
from data.store.columns.pack import NO_PERSON
from data.store.columns.whole import Numbers, Whole
from data.store.models import Account, RevenueEvent
from data.store.queries.answers import Answers, scored_answers
from data.store.queries.detractors import QUARTERS, named_nps, quarters, surveys_mask
from data.store.queries.slices import Slice, account_filters

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class AccountScores:
    """Account-level NPS by (account, quarter), with the number of respondents behind each."""

    nps: dict[tuple[str, date], float] = field(default_factory=dict)
    answers: dict[tuple[str, date], int] = field(default_factory=dict)


@dataclass(frozen=True)
class QuarterBook:
    """Account-quarters with ARR at their start or an NPS, by account and quarter, and what they rest on.

    `names` of the accounts by id; `foreign`: revenue events in another currency than their account's, which no rate
    turns into it: left out. `unknown_arr`: accounts whose ARR is not known and that no event explains.
    """

    rows: list[AccountQuarter]
    scores: AccountScores
    names: dict[str, str]
    foreign: int
    unknown_arr: int


def quarter_book(
    session: Session, filters: Slice, *, first: date, last: date, weights: Mapping[str, Weights] | None = None
) -> QuarterBook:
    """Give the account-quarters of a slice's accounts from the quarter `first` to `last`, both inside.

    The slice's filters on answers (role, stage, source, score band) choose the answers that the NPS is made of.
    """
    accounts = session.execute(
        select(
            Account.account_id,
            Account.name,
            Account.segment,
            Account.currency,
            Account.arr,
            Account.contract_start,
            Account.motion,
        )
        .where(Account.is_stub.is_(False), *account_filters(filters))
        .order_by(Account.account_id)
    ).all()
    motions = {row.account_id: row.motion for row in accounts}
    scores = account_scores(session, filters, motions, first=first, last=last, weights=weights)
    movements, foreign = _movements(session, {row.account_id: row.currency for row in accounts})
    books = [
        Book(
            row.account_id,
            row.segment,
            row.currency or "",
            None if row.arr is None else float(row.arr),
            row.contract_start,
        )
        for row in accounts
    ]
    rows = account_quarters(books, movements, scores.nps, first=first, last=last)
    moved = {one.account for one in movements}
    return QuarterBook(
        rows,
        scores,
        {row.account_id: row.name for row in accounts},
        foreign,
        sum(book.arr is None and book.account not in moved for book in books),
    )


def _movements(session: Session, currencies: Mapping[str, str | None]) -> tuple[list[Movement], int]:
    """Give the revenue events of these accounts, and how many are in a currency that is not their account's."""
    found, foreign = [], 0
    rows = session.execute(
        select(
            RevenueEvent.account_id,
            RevenueEvent.occurred_on,
            RevenueEvent.kind,
            RevenueEvent.amount,
            RevenueEvent.currency,
        ).order_by(RevenueEvent.account_id, RevenueEvent.occurred_on, RevenueEvent.event_id)
    )
    for account, on, kind, amount, currency in rows:
        if account not in currencies:
            continue
        if currency and currencies[account] and currency != currencies[account]:
            foreign += 1
            continue
        found.append(Movement(account, on, kind, float(amount)))
    return found, foreign


def account_scores(
    session: Session,
    filters: Slice,
    motions: Mapping[str, str | None],
    *,
    first: date,
    last: date,
    weights: Mapping[str, Weights] | None = None,
) -> AccountScores:
    """Give the account-level NPS of each account and quarter with an answer of a role that weighs."""
    whole = read_columns(session)
    found = _last_answers(session, whole, filters, first, last)
    if not len(found.rows):
        return AccountScores()
    account, role = (whole.answers[name][found.rows].astype(np.int64) for name in ("account", "role"))
    quarter = quarters(whole.answers["at"][found.rows])
    # By account, quarter and role: n, and promoters less detractors.
    roles = len(whole.words["roles"]) + 1
    keys, group = np.unique((account * QUARTERS + quarter) * roles + role, return_inverse=True)
    n = np.bincount(group)
    share = np.bincount(group, found.points) / n
    weight = _weights(whole, motions, weights)[keys // roles // QUARTERS, keys % roles]
    cells, cell = np.unique(keys // roles, return_inverse=True)
    total = np.bincount(cell, weight)
    value = np.bincount(cell, weight * share)
    heard = np.bincount(cell, n).astype(int)
    nps: dict[tuple[str, date], float] = {}
    behind: dict[tuple[str, date], int] = {}
    for key, weighed, points_sum, count in zip(cells.tolist(), total.tolist(), value.tolist(), heard, strict=True):
        where = (whole.accounts[key // QUARTERS], numbered_quarter(key % QUARTERS))
        if where[0] in motions and weighed > 0:
            nps[where] = 100 * points_sum / weighed
            behind[where] = int(count)
    return AccountScores(nps, behind)


def _last_answers(session: Session, whole: Whole, filters: Slice, first: date, last: date) -> Answers:
    """Give the answers to named NPS surveys with an account, a respondent's last one of each quarter."""
    found = scored_answers(session, whole, between(filters, first, last))
    if not len(found.rows):
        return found
    order, group = _persons_quarters(whole, named_nps(session))
    place = np.zeros(len(whole.answers["at"]), bool)
    place[found.rows] = True
    # The answers of the slice, a person's quarter after the other, oldest first: the last of each is kept.
    ordered = np.flatnonzero(place[order])
    there = group[ordered]
    last_one = order[ordered[np.append(there[1:] != there[:-1], True)]] if len(ordered) else order[:0]
    place[:] = False
    place[last_one] = True
    return found.only(place[found.rows])


def _persons_quarters(whole: Whole, surveys: frozenset[str]) -> tuple[Numbers, Numbers]:
    """Give the answers to some surveys with an account by person and time, with a number for each quarter of a person.

    It says nothing of a slice, so it is worked out once for these columns.
    """

    def work_out() -> tuple[Numbers, Numbers]:
        answers, known = whole.answers, np.array([bool(key) for key in whole.accounts])
        rows = np.flatnonzero(surveys_mask(whole, surveys)[answers["survey"]] & known[answers["account"]])
        person = answers["person"][rows].astype(np.int64)
        # Who is not known is somebody else each time. A person is one at an account.
        person = np.where(person == NO_PERSON, -1 - rows, person)
        order = np.lexsort((answers["at"][rows], person))
        keys = [column[order] for column in (person, quarters(answers["at"][rows]))]
        changed = np.any([column[1:] != column[:-1] for column in keys], axis=0)
        group = np.append(0, np.cumsum(changed)) if len(order) else order
        return rows[order].astype(np.uint32), group.astype(np.uint32)

    found: tuple[Numbers, Numbers] = whole.once(("persons' quarters", surveys), work_out)
    return found


def _weights(whole: Whole, motions: Mapping[str, str | None], settings: Mapping[str, Weights] | None) -> Floats:
    """Give how much each role weighs at each account: (accounts, roles)."""
    by_motion = {
        motion: np.array([weights_for(motion, settings).of(role) for role in whole.words["roles"]] + [0.0])
        for motion in {*motions.values(), None}
    }
    return np.array([by_motion[motions.get(account)] for account in whole.accounts])


def between(filters: Slice, first: date, last: date) -> Slice:
    """Narrow a slice to the days of some quarters, both inside."""
    begin = datetime.combine(first, time.min, UTC)
    end = datetime.combine(quarters_after(last, 1), time.min, UTC) - timedelta(microseconds=1)
    return replace(filters, since=begin, as_of=min(end, filters.as_of))
