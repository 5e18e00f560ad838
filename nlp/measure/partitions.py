"""How alike two partitions of the same rows are: mutual information, plain and adjusted, and the adjusted Rand index.

The same figures as scikit-learn's (the tests compare them); its import takes a second, a fifth of a short evaluation.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from nlp.types import IntArray, RealArray

# Under this an average of two entropies counts as nothing: both partitions are one lump, and agree.
NOTHING = float(np.finfo(np.float64).eps)
# Cells of the table of expected counts at a time: 32 MiB.
CELLS = 4_000_000


@dataclass(frozen=True, slots=True)
class Table:
    """Rows counted by their part in one partition and in the other.

    Attributes:
        counts: (cells,) rows of each pair of parts that has some.
        first: (cells,) its part in the first partition.
        second: (cells,) its part in the second.
        sizes: (parts,) rows of each part of the first partition.
        others: (parts,) rows of each part of the second.
    """

    counts: RealArray
    first: IntArray
    second: IntArray
    sizes: RealArray
    others: RealArray

    @property
    def rows(self) -> float:
        """Number of rows."""
        return float(self.sizes.sum())


def cross(first: Sequence[Hashable], second: Sequence[Hashable]) -> Table:
    """Count rows by both partitions; the values only tell parts apart."""
    one, other = numbered(first), numbered(second)
    cells = sp.coo_matrix((np.ones(len(one)), (one, other))).tocsr().tocoo()
    return Table(
        counts=np.asarray(cells.data, dtype=np.float64),
        first=cells.row.astype(np.int64),
        second=cells.col.astype(np.int64),
        sizes=np.bincount(one).astype(np.float64),
        others=np.bincount(other).astype(np.float64),
    )


def numbered(values: Sequence[Hashable]) -> IntArray:
    """Return (n,) numbers 0.. in order of first appearance."""
    numbers: dict[Hashable, int] = {}
    return np.array([numbers.setdefault(value, len(numbers)) for value in values], dtype=np.int64)


def normalised_information(table: Table) -> float:
    """Return the mutual information over the mean of both entropies, 0..1; 1 where both are one lump."""
    if len(table.sizes) == len(table.others) == 1:
        return 1.0
    told = _information(table)
    return told / max(_mean_entropy(table), NOTHING) if told > NOTHING else 0.0


def adjusted_information(table: Table) -> float:
    """Return the mutual information above chance, over its most (Vinh, Epps and Bailey 2010, JMLR 11, eq. 24a)."""
    if len(table.sizes) == len(table.others) == 1 or len(table.sizes) == len(table.others) == table.rows:
        return 1.0
    chance = _expected_information(table)
    room = _mean_entropy(table) - chance
    room = min(room, -NOTHING) if room < 0 else max(room, NOTHING)
    return (_information(table) - chance) / room


def adjusted_rand(table: Table) -> float:
    """Return the adjusted Rand index (Hubert and Arabie 1985); 1 for equal partitions, about 0 by chance."""
    rows, both = table.rows, float((table.counts**2).sum())
    first, second = float((table.sizes**2).sum()), float((table.others**2).sum())
    together = both - rows
    only_first, only_second = first - both, second - both
    apart = rows**2 - both - only_first - only_second
    if only_first == 0 and only_second == 0:
        return 1.0
    return (
        2.0
        * (together * apart - only_first * only_second)
        / ((together + only_first) * (only_first + apart) + (together + only_second) * (only_second + apart))
    )


def _information(table: Table) -> float:
    share = table.counts / table.rows
    expected = table.sizes[table.first] * table.others[table.second] / table.rows**2
    return max(0.0, float((share * (np.log(share) - np.log(expected))).sum()))


def _mean_entropy(table: Table) -> float:
    return (_entropy(table.sizes) + _entropy(table.others)) / 2


def _entropy(sizes: RealArray) -> float:
    share = sizes / sizes.sum()
    return float(-(share * np.log(share)).sum())


def _expected_information(table: Table) -> float:
    """Return the mean mutual information of random partitions with these sizes; sizes that occur twice count once."""
    rows = int(table.rows)
    logs = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, rows + 1)))])
    first, first_times = np.unique(table.sizes.astype(np.int64), return_counts=True)
    second, second_times = np.unique(table.others.astype(np.int64), return_counts=True)
    total = 0.0
    for size, times in zip(first.tolist(), first_times.tolist(), strict=True):
        per = max(1, CELLS // min(size, int(second[-1])))
        for start in range(0, len(second), per):
            part = slice(start, start + per)
            total += times * float(_expected_of(size, second[part], rows, logs) @ second_times[part])
    return total


def _expected_of(size: int, others: IntArray, rows: int, logs: RealArray) -> RealArray:
    """Return (others,) what a part of `size` and each of the others share by chance, in nats (hypergeometric)."""
    both = np.arange(1, min(size, int(others.max())) + 1)[None, :]
    other = others[:, None]
    possible = (both <= other) & (both >= size + other - rows)
    at = np.where(possible, both, np.minimum(np.maximum(1, size + other - rows), np.minimum(size, other)))
    chance = (
        logs[size] + logs[other] + logs[rows - size] + logs[rows - other]
        - logs[rows] - logs[at] - logs[size - at] - logs[other - at] - logs[rows - size - other + at]
    )  # fmt: skip
    told = at / rows * (np.log(rows * at) - np.log(size) - np.log(other))
    return np.asarray(np.where(possible, told * np.exp(chance), 0.0).sum(axis=1))
