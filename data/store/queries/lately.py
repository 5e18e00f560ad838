"""Themes over a window that reaches up to now, without filters: what is asked most often is not counted each time.

Who spoke of a theme since a day is who last spoke of it since. So what is kept is when each person and each account
last did, and the counts of whole months; only the month in which the window begins is gone over. The same numbers as
`counts.count_said` gives. About 12 bytes a comment with both kinds of themes.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from data.store.columns.build import microseconds, month_number
from data.store.columns.grouping import pairs
from data.store.columns.pack import ANALYSED, NEGATIVE, NEUTRAL, POLARITY, POSITIVE, VENDOR
from data.store.columns.whole import Numbers, Whole
from data.store.queries.chosen import Chooser, mentions_of, themes_of
from data.store.queries.counts import Counts, GroupTable
from data.store.queries.dimensions import dimensions_of
from data.store.queries.money import CENTS, Money, layers_of
from data.store.queries.selection import Settled, comments_among, settled
from data.store.queries.slices import Slice

# A month with its comments, the negative ones, and the accounts.
Month = tuple[str, int, int, int]
# Beside the ranks of polarity: a review note, whatever it says.
_NOTE, _RANKS = 3, 4
# Comments gone over at once while this is made: some 10 MB.
_AT_ONCE = 50_000


@dataclass(frozen=True)
class Lately:
    """Counts by theme, those over all of them where asked for, and the months of each theme."""

    table: GroupTable
    total: Counts | None
    months: list[tuple[str, Month]]


@dataclass(frozen=True)
class _Spoken:
    """Which comment speaks of which theme, and its rank: themes are numbered as they occur, past them is any theme."""

    theme: Numbers
    comment: Numbers
    rank: Numbers


@dataclass(frozen=True)
class _Cells:
    """Comments by (theme, month, rank), and accounts by (theme, month)."""

    comments: NDArray[np.int32]
    accounts: NDArray[np.int32]


@dataclass(frozen=True)
class _Last:
    """When who last spoke of each theme; times are places in the order of time.

    `people` has the times of theme after theme, ascending; those of a theme begin at `begins`. `at` has the times of
    pairs of `theme` and `account`, ascending.
    """

    cells: _Cells
    people: NDArray[np.uint32]
    begins: Numbers
    at: NDArray[np.uint32]
    theme: NDArray[np.uint16]
    account: NDArray[np.uint32]


def count_lately(reader: Chooser, worth: Money, *, total: bool) -> Lately | None:
    """Count the shown themes; None where the slice is narrowed or ends earlier, and where a total leaves themes out."""
    whole, filters, kind = reader.whole, reader.filters, reader.kind
    known = settled(reader.session, whole, filters) if _is_plain(filters) and whole.mentions[kind] else None
    if known is None or (total and not reader.shown()[themes_of(whole, kind)].all()):
        return None
    # Where something changes between any two askings, counting is cheaper than making this.
    if next(whole.once(("lately asked", kind, known.key), itertools.count)) == 0:
        return None
    last = whole.once(("lately", kind, known.key), lambda: _made(whole, kind, known))
    cells = last.cells if filters.since is None else _since(reader, last.cells, filters.since)
    since = 0 if filters.since is None else int(np.count_nonzero(whole.comments["at"] < microseconds(filters.since)))
    themes, months = dimensions_of(reader, ("theme", "month"))
    places = whole.place("themes")
    # Of each theme shown, in the order of keys, its number here.
    shown = np.searchsorted(themes_of(whole, kind), [places[key] for key in themes.labels])
    there = np.flatnonzero(cells.comments.sum(axis=(1, 2))[shown])
    table = _table(last, cells, worth, since)
    return Lately(
        _of_themes(table, shown[there], there, themes.labels),
        table.row(len(table) - 1).counts if total else None,
        list(_months(cells, shown, themes.labels, [months.labels[at] for at in months.places[_first_month(whole) :]])),
    )


def _is_plain(filters: Slice) -> bool:
    bare = Slice(filters.as_of, filters.since, scope=filters.scope, anonymous_min_group=filters.anonymous_min_group)
    return filters == bare


def _first_month(whole: Whole) -> int:
    return int(whole.once("first month", whole.comments["month"].min))


def _since(reader: Chooser, cells: _Cells, since: datetime) -> _Cells:
    """Leave out what was said before the window begins."""
    whole, first = reader.whole, _first_month(reader.whole)
    month = max(month_number(since) - first, 0)
    kept = _Cells(cells.comments.copy(), cells.accounts.copy())
    kept.comments[:, : month + 1] = 0
    kept.accounts[:, : month + 1] = 0
    rows = np.flatnonzero(whole.comments["month"] == first + month)
    rows = comments_among(reader.session, whole, reader.filters, rows, needed=ANALYSED)
    _add(kept, whole, _spoken(whole, reader.kind, rows))
    return kept


def _table(last: _Last, cells: _Cells, worth: Money, since: int) -> GroupTable:
    """Count by theme as they are numbered here, and as the last group over all of them."""
    said, begins = cells.comments.sum(axis=1), last.begins.tolist()
    silent = [np.searchsorted(last.people[begin:end], np.uint32(since)) for begin, end in itertools.pairwise(begins)]
    tail = int(np.searchsorted(last.at, np.uint32(since)))
    theme, account = last.theme[tail:].astype(np.intp), last.account[tail:].astype(np.intp)
    number = len(said)
    numbers = {
        "comments": said[:, :_NOTE].sum(axis=1),
        "respondents": np.diff(last.begins) - silent,
        "accounts": np.bincount(theme, minlength=number),
        "open_opportunities": np.bincount(theme, worth.open_count[account], minlength=number).astype(np.int64),
        **{name: said[:, rank] for name, rank in _BY_RANK.items()},
    }
    revenue, amounts = (_amounts(one, theme, account, number) for one in (worth.revenue, worth.open_amounts))
    return GroupTable((), (), np.zeros((number, 0), int), numbers, revenue, amounts, {}, np.arange(number))


_BY_RANK = {"negative": NEGATIVE, "positive": POSITIVE, "neutral": NEUTRAL, "review_notes": _NOTE}


def _amounts(
    cents: dict[str, NDArray[np.float64]], theme: Numbers, account: Numbers, number: int
) -> dict[str, NDArray[np.float64]]:
    """Add up what distinct accounts are worth; NaN where that is nothing."""
    sums = np.zeros((number, len(cents)))
    for layer in layers_of(cents):
        cells = theme * len(cents) + layer.currency[account]
        sums += np.bincount(cells, layer.cents[account], minlength=sums.size).reshape(sums.shape)
    return {
        currency: np.where(sums[:, place] == 0, np.nan, sums[:, place] / CENTS)
        for place, currency in enumerate(sorted(cents))
    }


def _of_themes(table: GroupTable, rows: Numbers, labels_at: Numbers, labels: tuple[str, ...]) -> GroupTable:
    """Give some groups as themes, most comments first."""
    numbers = {name: column[rows] for name, column in table.whole_numbers.items()}
    revenue, amounts = (
        {currency: column[rows] for currency, column in columns.items()}
        for columns in (table.revenue, table.open_amount)
    )
    order = np.argsort(-numbers["comments"], kind="stable")
    return GroupTable(("theme",), (labels,), labels_at[:, None], numbers, revenue, amounts, {}, order)


def _months(cells: _Cells, themes: Numbers, keys: Sequence[str], names: Sequence[str]) -> Iterator[tuple[str, Month]]:
    """Give the months in which each theme was spoken of."""
    said = cells.comments[themes]
    theme, month = np.nonzero(said.sum(axis=2))
    theirs, accounts = said[theme, month], cells.accounts[themes[theme], month]
    counts = (theirs[:, :_NOTE].sum(axis=1), theirs[:, NEGATIVE], accounts)
    for at, place, *numbers in zip(theme.tolist(), month.tolist(), *(one.tolist() for one in counts), strict=True):
        comments, negative, spoke = numbers
        yield keys[at], (names[place], comments, negative, spoke)


def _spoken(whole: Whole, kind: str, rows: Numbers) -> _Spoken:
    """Look up what comments speak of, and the worst that each says of anything."""
    number = len(themes_of(whole, kind))
    mentions, at = mentions_of(whole, kind, rows)
    rank = whole.mentions[kind]["said"][mentions] & POLARITY
    first = np.flatnonzero(np.concatenate(([True], at[1:] != at[:-1]))) if len(at) else np.zeros(0, np.intp)
    comment = rows[np.concatenate((at, at[first]))]
    theme = whole.once(("number", kind), lambda: _numbered(whole, kind)).take(whole.mentions[kind]["theme"][mentions])
    rank = np.concatenate((rank, np.maximum.reduceat(rank, first) if len(at) else rank))
    rank[(whole.comments["flags"][comment] & VENDOR) > 0] = _NOTE
    return _Spoken(np.concatenate((theme, np.full(len(first), number))), comment, rank)


def _numbered(whole: Whole, kind: str) -> Numbers:
    """Give each theme's number by its place in the words."""
    numbers = np.zeros(len(whole.words["themes"]), np.intp)
    numbers[themes_of(whole, kind)] = np.arange(len(themes_of(whole, kind)))
    return numbers


def _add(cells: _Cells, whole: Whole, spoken: _Spoken) -> None:
    """Count comments that were not counted yet, of accounts that were not counted yet in these months."""
    themes, months, _ = cells.comments.shape
    cell = spoken.theme * months + whole.comments["month"][spoken.comment] - _first_month(whole)
    counts = np.bincount(cell * _RANKS + spoken.rank, minlength=cells.comments.size)
    np.add(cells.comments, counts.reshape(cells.comments.shape), out=cells.comments, casting="unsafe")
    account = whole.comments["account"][spoken.comment]
    theirs = np.flatnonzero((spoken.rank != _NOTE) & (account != whole.nobody))
    at, _ = pairs(cell[theirs], account[theirs], groups_at_most=themes * months, number=len(whole.accounts))
    counts = np.bincount(at, minlength=cells.accounts.size)
    np.add(cells.accounts, counts.reshape(cells.accounts.shape), out=cells.accounts, casting="unsafe")


def _made(whole: Whole, kind: str, known: Settled) -> _Last:
    """Go over all comments, some accounts at a time."""
    columns, number = whole.comments, len(whole.comments["at"])
    counted = (columns["flags"] & ANALYSED) > 0
    counted[known.hidden] = False
    time = np.empty(number, np.uint32)
    time[np.argsort(columns["at"], kind="stable")] = np.arange(number, dtype=np.uint32)
    themes = len(themes_of(whole, kind)) + 1
    months = int(columns["month"].max()) - _first_month(whole) + 1
    cells = _Cells(np.zeros((themes, months, _RANKS), np.int32), np.zeros((themes, months), np.int32))
    bits, people, accounts = number.bit_length(), [], []
    start = 0
    while start < number:
        end = int(
            np.searchsorted(columns["account"], columns["account"][min(start + _AT_ONCE, number) - 1], side="right")
        )
        spoken = _spoken(whole, kind, np.flatnonzero(counted[start:end]) + start)
        _add(cells, whole, spoken)
        theirs = np.flatnonzero(spoken.rank != _NOTE)
        theme, comment = spoken.theme[theirs], spoken.comment[theirs]
        account, person = columns["account"][comment], whole.person_number[columns["person"][comment]]
        people.append(_latest(((theme * len(whole.person_number) + person) << bits) + time[comment], bits))
        named = np.flatnonzero(account != whole.nobody)
        accounts.append(
            _latest(((theme[named] * len(whole.accounts) + account[named]) << bits) + time[comment[named]], bits)
        )
        start = end
    return _put_together(whole, cells, _latest(np.concatenate(people), bits), np.concatenate(accounts), bits)


def _latest(keys: Numbers, bits: int) -> Numbers:
    """Keep the latest of each: keys are a number of what it is, and in the lower bits the time."""
    keys = np.sort(keys)
    what = keys >> bits
    return keys[np.flatnonzero(np.concatenate((what[1:] != what[:-1], [True])))] if len(keys) else keys


def _put_together(whole: Whole, cells: _Cells, people: Numbers, accounts: Numbers, bits: int) -> _Last:
    of_time = (1 << bits) - 1
    ordered = np.sort((((people >> bits) // len(whole.person_number)) << bits) + (people & of_time))
    accounts = accounts[np.argsort(accounts & of_time)]
    theme, account = np.divmod(accounts >> bits, len(whole.accounts))
    return _Last(
        cells,
        (ordered & of_time).astype(np.uint32),
        np.searchsorted(ordered, np.arange(len(cells.comments) + 1) << bits),
        (accounts & of_time).astype(np.uint32),
        theme.astype(np.uint16),
        account.astype(np.uint32),
    )
