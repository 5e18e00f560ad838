"""Account-quarters as columns: what is searched and correlated many times over is read from the rows once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cx.quarters import GONE_SHARE, AccountQuarter, quarter_number

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class QuarterColumns:
    """Rows by place, (rows,): account (its place among the names in order), quarter (`quarter_number`), segment.

    `nps` is NaN where there is none. `end` is ARR at the end of what was there at the start, `lost` what went of it,
    `gone` whether the account left.
    """

    account: Ints
    segment: Ints
    quarter: Ints
    nps: Floats
    start: Floats
    end: Floats
    lost: Floats
    gone: Flags

    def only(self, kept: Flags | Ints) -> "QuarterColumns":
        """Keep some rows, said by a mask or by place."""
        return QuarterColumns(*(column[kept] for column in vars(self).values()))


def columns_of(rows: Sequence[AccountQuarter]) -> QuarterColumns:
    """Read rows into columns, in their order."""
    if not rows:
        whole, number, flag = np.zeros(0, np.int64), np.zeros(0), np.zeros(0, bool)
        return QuarterColumns(whole, whole, whole, number, number, number, number, flag)
    account, segment, quarter, nps, *amounts, _ = zip(*rows, strict=True)
    start, expansion, contraction, churned = (np.array(one, float) for one in amounts)
    numbers = {one: quarter_number(one) for one in set(quarter)}
    # As `AccountQuarter.end` and `gone` have it, in the same order of sums.
    end = start + expansion - contraction - churned
    return QuarterColumns(
        _places(account),
        _places([one or "" for one in segment]),
        np.array([numbers[one] for one in quarter], np.int64),
        np.array([np.nan if one is None else one for one in nps], float),
        start,
        end,
        contraction + churned,
        (start > 0) & (end <= GONE_SHARE * start),
    )


def _places(names: Sequence[str]) -> Ints:
    """Give each name its place among all in order."""
    places = {name: place for place, name in enumerate(sorted(set(names)))}
    return np.array([places[name] for name in names], np.int64)
