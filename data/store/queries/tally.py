"""Count groups over the columns, some accounts at a time: memory stays bounded, and every sum is exact.

Accounts do not overlap, nor do people at an account, so what is distinct within some accounts is distinct over all of
them; only who spoke at two accounts is looked at once more.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.store.columns.grouping import MOST_PLACES, pairs, unique
from data.store.columns.pack import LISTED, NEGATIVE, NEUTRAL, POSITIVE, Column
from data.store.columns.whole import Numbers, Whole
from data.store.queries.chosen import blocks
from data.store.queries.money import CENTS, Layer, Money, layers_of

Integers = NDArray[np.integer]
# Rows counted at once: some 8 MiB of numbers.
AT_ONCE = 250_000
NUMBERS = "comments respondents accounts negative positive neutral review_notes open_opportunities".split()
# Detractors' words first, then those without a score, then the newest: above all times in microseconds. By score band,
# of which -1 is the last.
_AHEAD = (1 << 52) * np.array([0, 0, 1, 2], dtype=np.int64)
LATEST = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Rows:
    """What is counted: one row a comment and theme, or one a comment, in the order of comments, with its joint key.

    `place` points into `base`, rows of the columns of comments; without it, into these columns themselves.
    """

    whole: Whole
    base: Integers | None
    place: Integers
    rank: Column
    key: Integers

    def column(self, name: str) -> Column:
        """Give a column of comments, to be looked up by `place`."""
        column = self.whole.comments[name]
        return column if self.base is None else column[self.base]


@dataclass
class Tally:
    """Sums by group, in the order of `keys`; `revenue` and `open_amount` are NaN where there is none."""

    keys: Numbers
    numbers: dict[str, NDArray[np.int32]]
    revenue: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    open_amount: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    seen: dict[str, Numbers] = field(default_factory=dict)


@dataclass
class _Work:
    """What is being counted: sums by group, and columns to look up."""

    number: int
    numbers: dict[str, NDArray[np.int32]]
    columns: dict[str, Column]
    several: NDArray[np.bool_] | None
    worth: Money | None
    people: bool
    # Cents by (group, currency).
    revenue: NDArray[np.float64]
    open_amount: NDArray[np.float64]
    seen: dict[str, Numbers]
    twice: list[Numbers]

    def add(self, name: str, counts: NDArray[Any]) -> None:
        """Add to one of the counts."""
        np.add(self.numbers[name], counts, out=self.numbers[name], casting="unsafe")


def tally(
    whole: Whole, rows: Rows, notes: Integers, size: int, *, worth: Money | None, spoken: bool, people: bool = True
) -> Tally:
    """Count the groups that occur; keys are under `size`. Without rows there is one group, of nothing, if `size` is 1.

    `notes` are the keys of review notes, which `rows` leave out. `worth` adds revenue and open opportunities; `spoken`
    first and last time, and a comment to read first; without `people` respondents are not counted.
    """
    present, lookup = _present(rows.key, notes, size)
    work = _begun(whole, rows, len(present), worth=worth, spoken=spoken, people=people)
    if len(notes):
        work.add("review_notes", np.bincount(_places(present, lookup, notes), minlength=len(present)))
    for some in _blocks(rows, work.columns):
        _add(work, whole, rows, some, _places(present, lookup, rows.key[some]))
    if work.twice:
        _count_twice(work, np.concatenate(work.twice), len(whole.person_number))
    work.seen.pop("ahead", None)
    found = Tally(present, work.numbers, seen=work.seen)
    if worth is not None:
        found.revenue = _by_currency(worth.revenue, work.revenue)
        found.open_amount = _by_currency(worth.open_amounts, work.open_amount)
    return found


def _begun(whole: Whole, rows: Rows, number: int, *, worth: Money | None, spoken: bool, people: bool) -> _Work:
    names = ["account", *(["person"] if people else []), *(["at", "band", "flags", "pk"] if spoken else [])]
    seen = {name: np.zeros(number, np.int64) for name in ("first", "last", "example", "ahead")} if spoken else {}
    if spoken:
        seen["first"] += LATEST
    return _Work(
        number,
        {name: np.zeros(number, np.int32) for name in NUMBERS},
        {name: rows.column(name) for name in names} if len(rows.key) else {},
        _several(whole),
        worth,
        people,
        np.zeros((number, len(worth.revenue) if worth else 0)),
        np.zeros((number, len(worth.open_amounts) if worth else 0)),
        seen,
        [],
    )


def _by_currency(amounts: dict[str, NDArray[np.float64]], sums: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    return {
        currency: np.where(sums[:, place] == 0, np.nan, sums[:, place] / CENTS)
        for place, currency in enumerate(sorted(amounts))
    }


def _present(keys: Integers, notes: Integers, size: int) -> tuple[Numbers, NDArray[np.int32] | None]:
    """Give the keys that occur, and a table of their places where that is not too large."""
    if size == 1:
        return np.zeros(1, np.int64), np.zeros(1, np.int32)
    if size > MOST_PLACES:
        return unique(np.concatenate((unique(keys), notes))).astype(np.int64), None
    there = np.zeros(size, bool)
    for some in blocks(len(keys)):
        there[keys[some]] = True
    there[notes] = True
    present = np.flatnonzero(there)
    lookup = np.zeros(size, np.int32)
    lookup[present] = np.arange(len(present), dtype=np.int32)
    return present, lookup


def _places(present: Numbers, lookup: NDArray[np.int32] | None, keys: Integers) -> Integers:
    return lookup[keys] if lookup is not None else np.searchsorted(present, keys)


def _blocks(rows: Rows, columns: dict[str, Column]) -> Iterator[slice]:
    """Cut rows where one account ends and another begins."""
    start, number, place = 0, len(rows.key), rows.place
    while start < number:
        end = start + AT_ONCE
        if end < number:
            # Numbers must be of the columns' own types, or a whole column is copied into another.
            account = columns["account"]
            ends = np.searchsorted(account, account[place[end - 1]], side="right")
            end = int(np.searchsorted(place, place.dtype.type(ends)))
        yield slice(start, min(end, number))
        start = min(end, number)


def _several(whole: Whole) -> NDArray[np.bool_] | None:
    """Say of each person at an account whether they spoke at another too; None where nobody did."""
    number = whole.person_number
    if "several" not in whole.worked_out:
        times = np.bincount(number) if len(number) else np.zeros(0, np.int64)
        whole.worked_out["several"] = times[number] > 1 if (times > 1).any() else None
    found: NDArray[np.bool_] | None = whole.worked_out["several"]
    return found


def _add(work: _Work, whole: Whole, rows: Rows, some: slice, groups: Integers) -> None:
    """Add some accounts' rows."""
    place, rank = rows.place[some], rows.rank[some]
    if work.number == 1:
        polarity = np.bincount(rank, minlength=3).reshape(1, 3)
    else:
        polarity = np.bincount(groups * 3 + rank, minlength=work.number * 3).reshape(work.number, 3)
    work.add("comments", polarity.sum(axis=1))
    for name, column in (("negative", NEGATIVE), ("positive", POSITIVE), ("neutral", NEUTRAL)):
        work.add(name, polarity[:, column])
    if work.seen:
        _add_spoken(work, groups, place)
    if work.people:
        at, account = _add_people(work, whole, groups, work.columns["person"][place])
    else:
        at, account = pairs(
            groups, work.columns["account"][place], groups_at_most=work.number, number=len(whole.accounts)
        )
    if whole.nobody >= 0:
        named = np.flatnonzero(account != whole.nobody)
        at, account = at[named], account[named]
    work.add("accounts", np.bincount(at, minlength=work.number))
    if work.worth is not None:
        _add_worth(work, work.worth, at, account)


def _add_people(work: _Work, whole: Whole, groups: Integers, person: Column) -> tuple[Integers, Integers]:
    """Count people; gives each (group, account) once."""
    # People are numbered by account: those of some accounts lie together.
    first, last = int(person.min()), int(person.max())
    at, who = pairs(groups, person - person.dtype.type(first), groups_at_most=work.number, number=last - first + 1)
    who += who.dtype.type(first)
    account = whole.person_account[who]
    # Ordered by group and person, and so by group and account.
    new = np.flatnonzero(np.concatenate(([True], (at[1:] != at[:-1]) | (account[1:] != account[:-1]))))
    if work.several is None:
        work.add("respondents", np.bincount(at, minlength=work.number))
        return at[new], account[new]
    several = work.several[who]
    work.add("respondents", np.bincount(at[~several], minlength=work.number))
    twice = at[several].astype(np.int64)
    work.twice.append(twice * len(whole.person_number) + whole.person_number[who[several]])
    return at[new], account[new]


def _count_twice(work: _Work, keys: Numbers, persons: int) -> None:
    work.add("respondents", np.bincount(unique(keys) // max(persons, 1), minlength=work.number))


def _add_worth(work: _Work, worth: Money, groups: Integers, accounts: Integers) -> None:
    """Add what distinct (group, account) are worth."""
    some = np.flatnonzero((worth.open_count > 0)[accounts])
    counted = np.bincount(groups[some], weights=worth.open_count[accounts[some]], minlength=work.number)
    work.add("open_opportunities", counted)
    _add_cents(work.revenue, layers_of(worth.revenue), groups, accounts)
    _add_cents(work.open_amount, layers_of(worth.open_amounts), groups[some], accounts[some])


def _add_cents(sums: NDArray[np.float64], layers: list[Layer], groups: Integers, accounts: Integers) -> None:
    for layer in layers:
        if not layer.has.all():
            some = np.flatnonzero(layer.has[accounts])
            groups, accounts = groups[some], accounts[some]
        cells = groups * sums.shape[1] + layer.currency[accounts]
        sums += np.bincount(cells, weights=layer.cents[accounts], minlength=sums.size).reshape(sums.shape)


def _add_spoken(work: _Work, groups: Integers, place: Integers) -> None:
    seen, columns = work.seen, work.columns
    listed = np.flatnonzero((columns["flags"][place] & LISTED) > 0)
    if len(listed) < len(place):
        groups, place = groups[listed], place[listed]
    at = columns["at"][place]
    np.minimum.at(seen["first"], groups, at)
    np.maximum.at(seen["last"], groups, at)
    at += _AHEAD[columns["band"][place]]
    before = seen["ahead"].copy()
    np.maximum.at(seen["ahead"], groups, at)
    better = seen["ahead"] > before
    chosen = np.flatnonzero(at == seen["ahead"][groups])
    chosen = chosen[better[groups[chosen]]]
    seen["example"][groups[chosen]] = columns["pk"][place[chosen]]
