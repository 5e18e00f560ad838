"""Account-quarters: what an account paid and how it scored in one quarter; the rows that retention is measured on.

A quarter is written as its first day. Amounts are annual recurring revenue (ARR) in the account's own currency.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from cx.errors import CxError

# What is left of an account's ARR after rounding and fees to the end of a contract still counts as gone.
GONE_SHARE = 0.01


class AccountQuarter(NamedTuple):
    """One account in one quarter: account-level NPS (None without answers), ARR at its start, and what moved.

    `contraction` and `churned` are 0 or more. Rows without ARR at the start may be given for their NPS.
    """

    account: str
    segment: str | None
    quarter: date
    nps: float | None
    start: float
    expansion: float
    contraction: float
    churned: float
    currency: str = ""

    @property
    def end(self) -> float:
        """ARR at the end, of what was there at the start."""
        return self.start + self.expansion - self.contraction - self.churned

    @property
    def gone(self) -> bool:
        """Whether the account left in this quarter: it had ARR and has none at its end, not only less."""
        return self.start > 0 and self.end <= GONE_SHARE * self.start


class Book(NamedTuple):
    """An account as the customer list has it: ARR now (None where unknown), customer since (None where unknown)."""

    account: str
    segment: str | None
    currency: str
    arr: float | None
    since: date | None


class Movement(NamedTuple):
    """Revenue events of one account, quarter and kind, added up; `amount` signed, as imported."""

    account: str
    quarter: date
    kind: str
    amount: float


def quarter_of(day: date) -> date:
    """Give the first day of a day's quarter."""
    return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)


def quarter_number(quarter: date) -> int:
    """Number quarters one after the other."""
    return quarter.year * 4 + (quarter.month - 1) // 3


def numbered_quarter(number: int) -> date:
    """Give the quarter that `quarter_number` gave this number."""
    return date(number // 4, 3 * (number % 4) + 1, 1)


def quarters_after(quarter: date, count: int) -> date:
    """Move on by some quarters, back where negative."""
    return numbered_quarter(quarter_number(quarter) + count)


def last_finished(as_of: date) -> date:
    """Give the last quarter that is over at the end of `as_of`: an unfinished one would hide churn still to come."""
    return quarters_after(quarter_of(as_of + timedelta(days=1)), -1)


def quarter_name(quarter: date) -> str:
    """Write a quarter: "2026 Q1"."""
    return f"{quarter.year} Q{(quarter.month + 2) // 3}"


def span_name(first: date, last: date) -> str:
    """Write a span of quarters: "2025 Q4 to 2026 Q3", or the one quarter."""
    return quarter_name(first) if first == last else f"{quarter_name(first)} to {quarter_name(last)}"


def in_currency(rows: Iterable[AccountQuarter], currency: str, rates: Mapping[str, float]) -> list[AccountQuarter]:
    """Turn amounts into one currency: `rates` says what one unit of each other currency is worth, for all quarters.

    One rate for all quarters, so that a moving exchange rate is neither growth nor churn (constant currency).

    Raises:
        CxError: A currency has no rate.
    """
    found = list(rows)
    known = {**rates, currency: 1.0}
    missing = sorted({row.currency for row in found} - known.keys())
    if missing:
        raise CxError(f"no rate from {', '.join(map(repr, missing))} to {currency}: add one, or read currencies apart")
    return [
        row._replace(
            start=row.start * known[row.currency],
            expansion=row.expansion * known[row.currency],
            contraction=row.contraction * known[row.currency],
            churned=row.churned * known[row.currency],
            currency=currency,
        )
        for row in found
    ]


def account_quarters(
    books: Iterable[Book],
    movements: Iterable[Movement],
    nps: Mapping[tuple[str, date], float],
    *,
    first: date,
    last: date,
) -> list[AccountQuarter]:
    """Turn revenue events into account-quarters from `first` to `last`, by account and quarter.

    ARR at a quarter's start is the account's opening balance plus every earlier movement. The opening is ARR now less
    all movements (hand in all of them, later ones too), and never so low that ARR would fall under 0; an ARR that is
    still what the last churn took is out of date and counts as 0. A balance that no event explains begins after the
    quarter that the account is a customer since.
    `churn` counts as churned; any other movement down as contraction. A movement up of an account that had ARR at the
    quarter's start is expansion, `new` too: another contract of the same customer. `new` of the others is none.
    """
    by_account: dict[str, list[Movement]] = defaultdict(list)
    for one in movements:
        by_account[one.account].append(one)
    return [row for book in books for row in _rows(book, by_account.get(book.account, []), nps, first=first, last=last)]


def _rows(
    book: Book, events: Sequence[Movement], nps: Mapping[tuple[str, date], float], *, first: date, last: date
) -> list[AccountQuarter]:
    by_quarter: dict[date, list[Movement]] = defaultdict(list)
    for one in events:
        by_quarter[quarter_of(one.quarter)].append(one)
    opening, begins = _opening(book, by_quarter), quarters_after(quarter_of(book.since), 1) if book.since else None
    earlier = sum(one.amount for quarter, found in by_quarter.items() if quarter < first for one in found)
    rows, quarter, balance = [], first, earlier
    while quarter <= last:
        start = balance + (opening if begins is None or quarter >= begins else 0.0)
        moved = by_quarter.get(quarter, [])
        row = _row(book, quarter, nps.get((book.account, quarter)), max(0.0, start), moved)
        if row.start > 0 or row.nps is not None:
            rows.append(row)
        balance += sum(one.amount for one in moved)
        quarter = quarters_after(quarter, 1)
    return rows


def _opening(book: Book, by_quarter: Mapping[date, Sequence[Movement]]) -> float:
    balance = lowest = taken = 0.0
    for quarter in sorted(by_quarter):
        balance += sum(one.amount for one in by_quarter[quarter])
        lowest = min(lowest, balance)
        taken = -sum(one.amount for one in by_quarter[quarter] if one.kind == "churn")
    arr = book.arr or 0.0
    stale = taken > 0 and abs(arr - taken) <= GONE_SHARE * taken
    return max(-lowest, (0.0 if stale else arr) - balance if book.arr is not None else 0.0)


def _row(book: Book, quarter: date, nps: float | None, start: float, moved: Sequence[Movement]) -> AccountQuarter:
    if not moved:
        nothing = 0 if start > 0 else 0.0  # sums of nothing
        return AccountQuarter(book.account, book.segment, quarter, nps, start, nothing, nothing, nothing, book.currency)
    up = sum(one.amount for one in moved if one.amount > 0) if start > 0 else 0.0
    down = -sum(one.amount for one in moved if one.amount < 0 and one.kind != "churn") if start > 0 else 0.0
    churned = -sum(one.amount for one in moved if one.amount < 0 and one.kind == "churn") if start > 0 else 0.0
    return AccountQuarter(book.account, book.segment, quarter, nps, start, up, down, churned, book.currency)
