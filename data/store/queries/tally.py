"""Count groups over the columns, some accounts at a time: memory stays bounded, and every sum is exact.

Accounts do not overlap, nor do people at an account, so what is distinct within some accounts is distinct over all of
them; only who spoke at two accounts is looked at once more.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from data.store.columns.grouping import MOST_PLACES, pairs, unique
from data.store.columns.pack import LISTED, NEGATIVE, NEUTRAL, POSITIVE, Column
from data.store.columns.whole import Numbers, Whole
from data.store.queries.chosen import Stretch, blocks, stretch_of
from data.store.queries.money import CENTS, Layer, Money, layers_of

Integers = NDArray[np.integer]
Places = NDArray[np.intp]
# Rows counted at once: some megabytes of numbers, which stay in the processor's cache.
AT_ONCE = 65_536
NUMBERS = "comments respondents accounts negative positive neutral review_notes open_opportunities".split()
# Detractors' words first, then those without a score, then the newest: above all times in microseconds. By score band,
# of which -1 is the last.
_AHEAD = (1 << 52) * np.array([0, 0, 1, 2], dtype=np.int64)
LATEST = np.iinfo(np.int64).max
# Of a column's type: a plain 1 would be turned into it row by row.
_ONE = np.int32(1)


@dataclass(frozen=True)
class Rows:
    """What is counted: one row a comment and theme, or one a comment, in the order of comments, with its joint key.

    `place` points into `base`, rows of the columns of comments; without it, into these columns themselves.
    """

    base: Integers | None
    place: Integers
    rank: Column
    key: Integers


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
    """What is being counted: sums by group."""

    whole: Whole
    number: int
    numbers: dict[str, NDArray[np.int32]]
    # Rows by (group, polarity).
    polarity: NDArray[np.int32]
    several: NDArray[np.bool_] | None
    worth: Money | None
    people: bool
    # One amount an account, and cents by (group, currency).
    layers: tuple[list[Layer], list[Layer]]
    revenue: NDArray[np.float64]
    open_amount: NDArray[np.float64]
    seen: dict[str, Numbers]
    twice: list[Numbers]

    def count(self, name: str, groups: Places) -> None:
        """Add one to one of the counts of each of these groups, as often as it stands there."""
        np.add.at(self.numbers[name], groups, _ONE)


def tally(
    whole: Whole, rows: Rows, notes: Integers, size: int, *, worth: Money | None, spoken: bool, people: bool = True
) -> Tally:
    """Count the groups that occur; keys are under `size`. Without rows there is one group, of nothing, if `size` is 1.

    `notes` are the keys of review notes, which `rows` leave out. `worth` adds revenue and open opportunities; `spoken`
    first and last time, and a comment to read first; without `people` respondents are not counted.
    """
    present, lookup = _present(rows.key, notes, size)
    work = _begun(whole, len(present), worth=worth, spoken=spoken, people=people)
    work.count("review_notes", _places(present, lookup, notes))
    for some in _blocks(whole, rows):
        stretch = stretch_of(rows.base, rows.place, some)
        _add(work, stretch, _places(present, lookup, rows.key[some]), rows.rank[some])
    for name, rank in (("negative", NEGATIVE), ("positive", POSITIVE), ("neutral", NEUTRAL)):
        work.numbers[name] = np.ascontiguousarray(work.polarity[:, rank])
        work.numbers["comments"] += work.numbers[name]
    if work.twice:
        _count_twice(work, np.concatenate(work.twice), len(whole.person_number))
    work.seen.pop("ahead", None)
    found = Tally(present, work.numbers, seen=work.seen)
    if worth is not None:
        found.revenue = _by_currency(worth.revenue, work.revenue)
        found.open_amount = _by_currency(worth.open_amounts, work.open_amount)
    return found


def _begun(whole: Whole, number: int, *, worth: Money | None, spoken: bool, people: bool) -> _Work:
    seen = {name: np.zeros(number, np.int64) for name in ("first", "last", "example", "ahead")} if spoken else {}
    if spoken:
        seen["first"] += LATEST
    return _Work(
        whole,
        number,
        {name: np.zeros(number, np.int32) for name in NUMBERS},
        np.zeros((number, 3), np.int32),
        _several(whole),
        worth,
        people,
        (layers_of(worth.revenue), layers_of(worth.open_amounts)) if worth else ([], []),
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
        there[keys[some].astype(np.intp)] = True
    there[notes] = True
    present = np.flatnonzero(there)
    lookup = np.zeros(size, np.int32)
    lookup[present] = np.arange(len(present), dtype=np.int32)
    return present, lookup


def _places(present: Numbers, lookup: NDArray[np.int32] | None, keys: Integers) -> Places:
    found = lookup.take(keys) if lookup is not None else np.searchsorted(present, keys)
    # What is looked up by, again and again, is of the type that numpy looks up by.
    return found.astype(np.intp, copy=False)


def _blocks(whole: Whole, rows: Rows) -> Iterator[slice]:
    """Cut rows where one account ends and another begins."""
    start, number, place = 0, len(rows.key), rows.place
    account = whole.comments.get("account", np.zeros(0, np.uint32))
    while start < number:
        end = start + AT_ONCE
        if end < number:
            comment = place[end - 1] if rows.base is None else rows.base[place[end - 1]]
            # Numbers must be of the columns' own types, or a whole column is copied into another.
            ends = np.searchsorted(account, account[comment], side="right")
            if rows.base is not None:
                ends = np.searchsorted(rows.base, rows.base.dtype.type(ends))
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


def _add(work: _Work, stretch: Stretch, groups: Places, rank: Column) -> None:
    """Add some accounts' rows."""
    if work.number == 1:
        work.polarity += np.bincount(rank, minlength=3).astype(np.int32)
    else:
        np.add.at(work.polarity.reshape(-1), groups * 3 + rank, _ONE)
    columns = work.whole.comments
    if work.seen:
        _add_spoken(work, stretch, groups)
    if work.people:
        at, account = _add_people(work, groups, stretch.spread(stretch.column(columns["person"])))
    else:
        at, account = _pairs(groups, stretch.spread(stretch.column(columns["account"])), number=work.number)
    if work.whole.nobody >= 0:
        named = np.flatnonzero(account != work.whole.nobody)
        at, account = at.take(named), account.take(named)
    work.count("accounts", at)
    if work.worth is not None:
        _add_worth(work, work.worth, at, account)


def _pairs(groups: Places, things: Column, *, number: int) -> tuple[Places, Places]:
    """Give each (group, thing) once, ordered. Things of some accounts have numbers that lie together."""
    first, last = int(things.min()), int(things.max())
    if number == 1:
        there = np.zeros(last - first + 1, bool)
        there[things.astype(np.intp) - first] = True
        what = np.flatnonzero(there) + first
        return np.zeros(len(what), np.intp), what
    keys = pairs(groups, things - things.dtype.type(first), groups_at_most=number, number=last - first + 1)
    return keys[0].astype(np.intp, copy=False), keys[1].astype(np.intp) + first


def _add_people(work: _Work, groups: Places, person: Column) -> tuple[Places, Places]:
    """Count people; gives each (group, account) once."""
    at, who = _pairs(groups, person, number=work.number)
    account = work.whole.person_account.take(who)
    # Ordered by group and person, and so by group and account.
    new = np.flatnonzero(np.concatenate(([True], (at[1:] != at[:-1]) | (account[1:] != account[:-1]))))
    if work.several is None:
        work.count("respondents", at)
    else:
        several = work.several.take(who)
        work.count("respondents", at[~several])
        number = work.whole.person_number
        work.twice.append(at[several] * len(number) + number[who[several]])
    return at.take(new), account.take(new).astype(np.intp)


def _count_twice(work: _Work, keys: Numbers, persons: int) -> None:
    work.count("respondents", (unique(keys) // max(persons, 1)).astype(np.intp))


def _add_worth(work: _Work, worth: Money, groups: Places, accounts: Places) -> None:
    """Add what distinct (group, account) are worth."""
    revenue, amounts = work.layers
    _add_cents(work.revenue, revenue, groups, accounts)
    number = worth.open_count.take(accounts)
    some = np.flatnonzero(number)
    groups, accounts = groups.take(some), accounts.take(some)
    np.add.at(work.numbers["open_opportunities"], groups, number.take(some).astype(np.int32))
    _add_cents(work.open_amount, amounts, groups, accounts)


def _add_cents(sums: NDArray[np.float64], layers: list[Layer], groups: Places, accounts: Places) -> None:
    for layer in layers:
        # What has no amount adds nothing to its first currency.
        cells = groups * sums.shape[1] + layer.currency.take(accounts)
        np.add.at(sums.reshape(-1), cells, layer.cents.take(accounts))


def _add_spoken(work: _Work, stretch: Stretch, groups: Places) -> None:
    seen, names = work.seen, ("at", "flags", "band", "pk")
    at, flags, band, pk = (stretch.column(work.whole.comments[name]) for name in names)
    listed = (flags & LISTED) > 0
    np.minimum.at(seen["first"], groups, stretch.spread(np.where(listed, at, LATEST)))
    np.maximum.at(seen["last"], groups, stretch.spread(np.where(listed, at, 0)))
    ahead = stretch.spread(np.where(listed, at + _AHEAD.take(band, mode="wrap"), -1))
    np.maximum.at(seen["ahead"], groups, ahead)
    best = np.flatnonzero(seen["ahead"].take(groups) == ahead)
    seen["example"][groups.take(best)] = stretch.spread(pk, best)
