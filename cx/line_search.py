"""Search of the NPS line that separates accounts that churn, on a grid of accounts and quarters (`cx.churn_line`)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cx.quarter_columns import columns_of
from cx.quarters import AccountQuarter
from cx.resample import account_weights

# Lausen and Schumacher (1992): each side keeps a tenth of the rows, or the extreme bands win by chance.
LEAST_SIDE = 0.1
# Issue 4's longest lag: an NPS older than four quarters says nothing of now.
MEMORY_QUARTERS = 4
# Account-quarters times permutations handled at a time: about 20 MB.
_CHUNK = 4_000_000

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Grid:
    """Account by quarter: band of the latest NPS before it (-1: none), at risk of churn, churned; strata by segment."""

    bands: Ints
    at_risk: Flags
    churned: Flags
    strata: Ints
    lines: Floats


def lay_out(rows: Sequence[AccountQuarter], width: int) -> Grid:
    """Lay out accounts that ever had an NPS; a band k holds lines[k - 1] <= NPS < lines[k]."""
    lines = np.arange(-100 + width, 101, width, dtype=float)
    columns = columns_of(rows)
    heard = ~np.isnan(columns.nps)
    columns = columns.only(np.isin(columns.account, columns.account[heard]))
    # Oldest first, so that a later NPS takes the place of an earlier one.
    columns = columns.only(np.argsort(columns.quarter, kind="stable"))
    accounts, place = np.unique(columns.account, return_inverse=True)
    quarter = columns.quarter - (columns.quarter[0] if len(place) else 0)
    shape = (len(accounts), int(quarter.max(initial=0)) + 1 + MEMORY_QUARTERS)
    bands = np.full(shape, -1, dtype=np.int64)
    at_risk, churned = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
    strata = np.zeros(len(accounts), dtype=np.int64)
    at_risk[place, quarter], churned[place, quarter] = columns.start > 0, columns.gone
    strata[place] = np.unique(columns.segment, return_inverse=True)[1]
    heard = ~np.isnan(columns.nps)
    band = np.searchsorted(lines, columns.nps[heard], side="right")
    for back in range(MEMORY_QUARTERS, 0, -1):
        bands[place[heard], quarter[heard] + back] = band
    return Grid(bands, at_risk, churned, strata, lines)


def under_each(bands: Ints, churned: Flags, lines: int) -> tuple[Floats, Floats]:
    """Count rows and churned rows under each line."""
    every = np.bincount(bands, minlength=lines + 1)[:lines]
    gone = np.bincount(bands[churned], minlength=lines + 1)[:lines]
    return np.cumsum(every).astype(float), np.cumsum(gone).astype(float)


def z_of(under: Floats, churned: Floats, n: Floats | float, total: Floats | float) -> Floats:
    """Give z of each line (..., lines); -inf where a side is too small."""
    rate = total / n
    variance = rate * (1 - rate) * under * (n - under) / n
    kept = (under >= LEAST_SIDE * n) & (n - under >= LEAST_SIDE * n) & (variance > 0)
    excess = churned - rate * under
    return np.where(kept, excess / np.sqrt(np.where(kept, variance, 1.0)), -np.inf)


def middle_of_best(z: Floats) -> Ints:
    """Give each row's best line, the middle one where several tie (no account lies between them); -1 without any."""
    top = z.max(axis=-1, keepdims=True)
    tied = z >= top - 1e-9
    first = tied.argmax(axis=-1)
    # Only the ties that follow on each other: a second peak elsewhere is another line.
    run = np.minimum.accumulate(tied | (np.arange(z.shape[-1]) < first[..., None]), axis=-1).sum(axis=-1) - 1
    return np.where(np.isfinite(top[..., 0]), (first + run) // 2, -1)


def p_value(grid: Grid, observed: float, *, permutations: int, seed: int) -> float:
    """Give the p-value of the largest z: NPS histories change accounts within segments, and the search is repeated."""
    rng = np.random.default_rng(seed)
    who, when = np.nonzero(grid.at_risk & grid.churned)
    slots, lines, accounts = len(grid.lines) + 2, len(grid.lines), np.arange(len(grid.strata))
    # Slot 0 is "no NPS", slot k + 1 band k. Counting is one product: rows at risk by rows whose slot is this one.
    risk, held = grid.at_risk.astype(np.float32), np.eye(slots, dtype=np.float32)[grid.bands.ravel() + 1]
    reached = 0
    for count in _chunks(permutations, len(held)):
        order = _shuffled(grid.strata, count, rng)
        back = np.empty_like(order)
        np.put_along_axis(back, order, accounts[None], axis=1)
        every = (risk[back].reshape(count, -1) @ held)[:, 1:].astype(float)
        bands = grid.bands[order[:, who], when] + 1 + slots * np.arange(count)[:, None]
        churned = np.bincount(bands.ravel(), minlength=slots * count).reshape(count, slots)[:, 1:]
        n, total = every.sum(axis=1, keepdims=True), churned.sum(axis=1, keepdims=True)
        under, gone_under = (np.cumsum(part, axis=1)[:, :lines].astype(float) for part in (every, churned))
        z = z_of(under, gone_under, np.maximum(n, 1), total).max(axis=1)
        reached += int((z >= observed - 1e-9).sum())
    return (1 + reached) / (permutations + 1)


def _chunks(draws: int, rows: int) -> Iterator[int]:
    size = max(1, _CHUNK // max(1, rows))
    yield from (min(size, draws - start) for start in range(0, draws, size))


def _shuffled(strata: Ints, count: int, rng: np.random.Generator) -> Ints:
    """Give orders of the accounts, shuffled within their strata: (count, accounts)."""
    places = np.argsort(strata, kind="stable")
    keys = strata + rng.random((count, len(strata)))
    order = np.empty((count, len(strata)), dtype=np.int64)
    order[:, places] = np.argsort(keys, axis=1)
    return order


def resampled(grid: Grid, kept: Flags, *, resamples: int, seed: int) -> tuple[float, float]:
    """Give the lines between which 95 % of resamples of accounts find their best."""
    accounts, lines = len(kept), len(grid.lines)
    sums = np.zeros((2, accounts, lines + 1))
    who, when = np.nonzero(kept)
    np.add.at(sums[0], (who, grid.bands[who, when]), 1.0)
    np.add.at(sums[1], (who, grid.bands[who, when]), grid.churned[who, when])
    weights = account_weights(accounts, resamples, seed=seed)
    every, gone = (np.cumsum(weights @ part, axis=1) for part in sums)
    best = middle_of_best(z_of(every[:, :lines], gone[:, :lines], np.maximum(every[:, -1:], 1), gone[:, -1:]))
    found = grid.lines[best[best >= 0]]
    low, high = np.quantile(found, (0.025, 0.975), method="inverted_cdf")
    return float(low), float(high)
