"""Counts behind themes: comments, respondents, accounts, revenue and open opportunities, by any slices.

A group's respondents and accounts are counted once each, an account's revenue and opportunities once a group; a total
is counted from the comments, never summed over groups. Counts of the two kinds of themes are never added up: a count
has one kind. Review notes are the vendor's voice: they are counted apart, and nobody in them is a respondent.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from data.store.columns.cache import read_columns
from data.store.columns.pack import KINDS as KINDS
from data.store.columns.whole import Numbers
from data.store.queries.chosen import Chooser
from data.store.queries.dimensions import (
    ACCOUNT_DIMENSIONS,
    DIMENSIONS,
    Labelled,
    dimensions_of,
    joint_keys,
    taken_apart,
)
from data.store.queries.errors import QueryError
from data.store.queries.money import Money, money
from data.store.queries.slices import Slice
from data.store.queries.tally import LATEST, Rows, Tally, tally

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Counts:
    """What stands behind a theme. Amounts by currency, "" where an account names none: `revenue` is ARR.

    All but `review_notes` count customers' own words only. Opportunities are those open at the slice's end.
    """

    comments: int = 0
    respondents: int = 0
    accounts: int = 0
    negative: int = 0
    positive: int = 0
    neutral: int = 0
    review_notes: int = 0
    revenue: dict[str, float] = field(default_factory=dict)
    open_opportunities: int = 0
    open_amount: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class GroupCounts:
    """The counts of one group; `group` has one value per dimension asked for, "unknown" where it is missing."""

    group: dict[str, str]
    counts: Counts


@dataclass(frozen=True)
class Spoken:
    """When customers spoke in a group, and a comment to read first (its key): detractors before the newest."""

    first: datetime | None
    last: datetime | None
    example_pk: int | None


@dataclass(frozen=True)
class GroupTable:
    """All groups of one question as arrays, most comments first, then by the group's values; rows are made on demand.

    `order` says which row of the arrays comes when. `seen` has microseconds of first and last comment and the key of an
    example; 0 where there is none.
    """

    names: tuple[str, ...]
    labels: tuple[tuple[str, ...], ...]
    groups: NDArray[np.integer]
    whole_numbers: dict[str, NDArray[np.integer]]
    revenue: dict[str, NDArray[np.float64]]
    open_amount: dict[str, NDArray[np.float64]]
    seen: dict[str, Numbers]
    order: NDArray[np.integer]
    total: Counts | None = None

    def __len__(self) -> int:
        """Count the groups."""
        return len(self.order)

    def sorted_by(self, name: str) -> "GroupTable":
        """Give the groups with most of a count first, or by their values ("group"); ties as they were."""
        if name == "group":
            return replace(self, order=np.lexsort(tuple(self.groups.T[::-1])) if self.names else self.order)
        return replace(
            self, order=self.order[np.argsort(-self.whole_numbers[name][self.order].astype(np.int64), kind="stable")]
        )

    @property
    def nbytes(self) -> int:
        """Memory that it takes, bytes."""
        columns = [*self.whole_numbers.values(), *self.revenue.values(), *self.open_amount.values()]
        return self.groups.nbytes + self.order.nbytes + sum(one.nbytes for one in (*columns, *self.seen.values()))

    def keys(self, name: str) -> list[str]:
        """Give the values of one dimension that occur."""
        place = self.names.index(name)
        return [self.labels[place][number] for number in np.unique(self.groups[:, place]).tolist()]

    def row(self, place: int) -> GroupCounts:
        """Give one group's counts."""
        place = int(self.order[place])
        numbers = self.groups[place].tolist()
        found = {name: self.labels[at][numbers[at]] for at, name in enumerate(self.names)}
        return GroupCounts(
            found,
            Counts(
                revenue=_amounts(self.revenue, place),
                open_amount=_amounts(self.open_amount, place),
                **{name: int(values[place]) for name, values in self.whole_numbers.items()},
            ),
        )

    def rows(self, start: int = 0, end: int | None = None) -> list[GroupCounts]:
        """Give some groups' counts."""
        return [self.row(place) for place in range(start, min(len(self), len(self) if end is None else end))]

    def spoken(self, place: int) -> Spoken:
        """Say when one group spoke; only where the table was asked for it."""
        place = int(self.order[place])
        first, last, pk = (int(self.seen[name][place]) for name in ("first", "last", "example"))
        return Spoken(_time(first), _time(last), pk or None)


def _amounts(columns: dict[str, NDArray[np.float64]], place: int) -> dict[str, float]:
    return {currency: float(values[place]) for currency, values in columns.items() if not np.isnan(values[place])}


def _time(microseconds: int) -> datetime | None:
    return None if microseconds in (0, LATEST) else _EPOCH + timedelta(microseconds=microseconds)


def theme_counts(
    session: Session,
    filters: Slice,
    *,
    group_by: Sequence[str] = ("theme",),
    kind: str = "taxonomy",
    theme_keys: Sequence[str] = (),
    with_revenue: bool = True,
) -> list[GroupCounts]:
    """Count by any of `DIMENSIONS`; most comments first, then by the group's values.

    Without `theme` among them a comment counts once however many themes it speaks of. Hidden themes are left out.
    `with_revenue` False leaves revenue and opportunities out.

    Raises:
        QueryError: A dimension or the kind is not known.
    """
    table = count_groups(session, filters, group_by=group_by, kind=kind, theme_keys=theme_keys, with_money=with_revenue)
    return table.rows()


def total_counts(session: Session, filters: Slice, *, kind: str = "taxonomy", theme_keys: Sequence[str] = ()) -> Counts:
    """Count over all themes of a kind: a comment, a respondent, an account and its revenue once each."""
    return count_groups(session, filters, group_by=(), kind=kind, theme_keys=theme_keys).row(0).counts


def count_groups(
    session: Session,
    filters: Slice,
    *,
    group_by: Sequence[str] = ("theme",),
    kind: str = "taxonomy",
    theme_keys: Sequence[str] = (),
    with_money: bool = True,
    with_spoken: bool = False,
    with_total: bool = False,
) -> GroupTable:
    """Count as `theme_counts` does, and give the groups as arrays.

    `with_spoken` adds what `GroupTable.spoken` needs, `with_total` the counts over all groups.

    Raises:
        QueryError: A dimension or the kind is not known.
    """
    whole = read_columns(session)
    reader = Chooser(session, whole, filters, kind, tuple(theme_keys))
    worth = money(session, whole, filters.as_of) if with_money else None
    return count_said(reader, group_by, worth=worth, with_spoken=with_spoken, with_total=with_total)


def count_said(
    reader: Chooser,
    group_by: Sequence[str],
    *,
    worth: Money | None = None,
    with_spoken: bool = False,
    with_total: bool = False,
    with_people: bool = True,
) -> GroupTable:
    """Count as `count_groups` does; several tables of one slice go over its mentions once.

    Raises:
        QueryError: A dimension or the kind is not known.
    """
    _check(group_by, reader.kind)
    dims, found = _tallied(reader, group_by, worth=worth, spoken=with_spoken, people=with_people)
    return GroupTable(
        tuple(group_by),
        tuple(one.labels for one in dims),
        _small(taken_apart(found.keys, dims)),
        {name: _small(values) for name, values in found.numbers.items()},
        found.revenue,
        found.open_amount,
        found.seen,
        # Keys are in the order of the groups' values.
        _most_first(found.numbers["comments"]),
        count_said(reader, (), worth=worth).row(0).counts if with_total else None,
    )


def _tallied(
    reader: Chooser, group_by: Sequence[str], *, worth: Money | None, spoken: bool, people: bool
) -> tuple[list[Labelled], Tally]:
    """Count what was said; the rows' keys (13 MB at a million comments) go before anything else is counted."""
    by_account = bool({"account", *ACCOUNT_DIMENSIONS} & set(group_by))
    theirs, notes = reader.said(by_account=by_account, by_role="role" in group_by, once="theme" not in group_by)
    whole, dims = reader.whole, dimensions_of(reader, group_by)
    keys, size = joint_keys(whole, theirs, dims)
    rows = Rows(theirs.base, theirs.place, theirs.rank, keys)
    # Without dimensions there is one group, also of nothing.
    size = size if not dims else max(size, 2)
    of_notes = joint_keys(whole, notes, dims)[0]
    return dims, tally(whole, rows, of_notes, size, worth=worth, spoken=spoken, people=people)


def _most_first(numbers: NDArray[np.integer]) -> NDArray[np.integer]:
    """Order by a count, ties as they stand."""
    if not len(numbers):
        return np.zeros(0, np.int64)
    bits = len(numbers).bit_length()
    ordered = (int(numbers.max()) - numbers.astype(np.int64)) << bits
    return (np.sort(ordered | np.arange(len(numbers))) & ((1 << bits) - 1)).astype(np.int32)


def _small(numbers: NDArray[np.integer]) -> NDArray[np.integer]:
    """Keep numbers from 0 on in as few bytes as hold them: a table has up to a million groups."""
    return numbers.astype(np.min_scalar_type(int(numbers.max()) if numbers.size else 0))


def _check(group_by: Sequence[str], kind: str) -> None:
    unknown = [name for name in group_by if name not in DIMENSIONS]
    if unknown:
        raise QueryError(f"can't group by {', '.join(unknown)}: use {', '.join(DIMENSIONS)}")
    if len(set(group_by)) < len(group_by):
        raise QueryError(f"can't group by {', '.join(group_by)}: name each dimension once")
    if kind not in KINDS:
        raise QueryError(f"theme kind {kind!r} is not known: use {' or '.join(KINDS)}")
