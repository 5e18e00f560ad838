"""Groups over columns of numbers: which groups there are, and how many distinct things stand in each. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.store.columns.whole import Numbers

# A table of this many places is looked up at once; past it keys are sorted. 4 M numbers are 16 MiB.
MOST_PLACES = 4_000_000


@dataclass(frozen=True)
class Dimension:
    """What rows are grouped by: a number per row, pointing into `labels`, which are sorted."""

    name: str
    numbers: Numbers
    labels: tuple[str, ...]

    @property
    def size(self) -> int:
        """How many numbers there can be, 1 at least."""
        return max(len(self.labels), 1)


def dimension(name: str, numbers: NDArray[np.integer], labels: Sequence[str]) -> Dimension:
    """Make a dimension of numbers that point into labels in any order, of which some may be alike."""
    ordered = sorted(set(labels))
    places = {label: place for place, label in enumerate(ordered)}
    lookup = np.array([places[label] for label in labels], dtype=np.int64)
    return Dimension(name, lookup[numbers] if len(lookup) else np.zeros(len(numbers), np.int64), tuple(ordered))


def joint_keys(dimensions: Sequence[Dimension], rows: int) -> tuple[Numbers, int]:
    """Give one number a row for its values in all dimensions, and how many such numbers there can be."""
    keys, size = np.zeros(rows, np.int64), 1
    for one in dimensions:
        keys *= one.size
        keys += one.numbers
        size *= one.size
    return keys, size


def taken_apart(keys: Numbers, dimensions: Sequence[Dimension]) -> Numbers:
    """Undo `joint_keys`: (keys, dimensions)."""
    found = np.empty((len(keys), len(dimensions)), np.int64)
    for place in range(len(dimensions) - 1, -1, -1):
        keys, found[:, place] = np.divmod(keys, dimensions[place].size)
    return found


@dataclass(frozen=True)
class Groups:
    """The groups that occur, in the order of their labels: (groups, dimensions) numbers, and each row's group."""

    numbers: Numbers
    of_row: Numbers

    def __len__(self) -> int:
        """Count the groups."""
        return len(self.numbers)


def group(dimensions: Sequence[Dimension], rows: int) -> Groups:
    """Find the groups among rows; without a dimension all rows are one group, also where there are none."""
    if not dimensions:
        return Groups(np.zeros((1, 0), np.int64), np.zeros(rows, np.int64))
    present, of_row = compact(*joint_keys(dimensions, rows))
    return Groups(taken_apart(present, dimensions), of_row)


def compact(keys: Numbers, size: int) -> tuple[Numbers, Numbers]:
    """Number the keys that occur, each under `size`: (keys in their order, number of each row)."""
    if size <= MOST_PLACES:
        there = np.zeros(size, bool)
        there[keys] = True
        present = np.flatnonzero(there)
        places = np.zeros(size, np.int64)
        places[present] = np.arange(len(present))
        return present, places[keys]
    present = unique(keys).astype(np.int64, copy=False)
    return present, np.searchsorted(present, keys)


def unique(keys: NDArray[np.integer]) -> NDArray[np.integer]:
    """Sort and drop repeats (`numpy.unique` hashes, which takes thirty times as long here)."""
    ordered = np.sort(keys)
    # Taken by number: a mask takes three times as long.
    return ordered.take(np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))) if len(keys) else ordered


def pairs(
    groups: NDArray[np.integer], things: NDArray[np.integer], *, groups_at_most: int, number: int
) -> tuple[NDArray[np.integer], NDArray[np.integer]]:
    """Give each (group, thing) that occurs once, ordered; groups are under `groups_at_most`, things under `number`."""
    # Both in one number: taken apart by bits, as a division takes longer than all the rest.
    bits = max(number - 1, 1).bit_length()
    size = groups_at_most << bits
    kind = np.dtype(np.uint32 if size <= 1 << 32 else np.int64)
    keys: NDArray[Any] = groups.astype(kind)
    keys <<= kind.type(bits)
    keys |= things.astype(kind, copy=False)
    # A table of many places for few keys takes longer than sorting them.
    if size <= min(MOST_PLACES, 16 * len(keys)):
        there = np.zeros(size, bool)
        there[keys] = True
        keys = np.flatnonzero(there)
    else:
        keys = unique(keys)
    return keys >> keys.dtype.type(bits), keys & keys.dtype.type((1 << bits) - 1)
