"""The line: under which account-level NPS do accounts churn? Searched in the user's own data, or not told.

Source: DOMAIN "The line itself is found in the user's data".
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from cx.lags import LEAST_ACCOUNTS, LEAST_CHURNS
from cx.line_search import Flags, Grid, lay_out, middle_of_best, p_value, resampled, under_each, z_of
from cx.quarters import AccountQuarter
from cx.resample import RESAMPLES
from cx.risk import DEFAULT_LINE, DEFAULT_LINE_SOURCE
from cx.scores import Score, Z, share
from cx.wording import counted, sentence, signed

FOUND, CHANCE, NOT_ENOUGH = "found", "chance", "not_enough_data"
# NPS points between two lines that are tried. Account-level NPS of a few answers is no finer.
BAND_WIDTH = 10
# 1 / 1,000 is the smallest p-value.
PERMUTATIONS = 999
# A line counts as found where fewer than one null set in twenty would give one as good.
LEVEL = 0.05


@dataclass(frozen=True)
class Side:
    """Accounts on one side of a line: account-quarters `n`, distinct accounts, how many churned, percent a quarter."""

    n: int
    accounts: int
    churned: int
    rate: Score


@dataclass(frozen=True)
class Lift:
    """How many times the churn rate over the line the one under it is; None where nobody over it churned."""

    value: float | None
    low: float
    high: float | None


@dataclass(frozen=True)
class Split:
    """The best line of a search. `low` to `high` holds the best line of 95 % of resamples of accounts."""

    line: float
    low: float
    high: float
    under: Side
    over: Side
    lift: Lift
    p: float


@dataclass(frozen=True)
class ChurnLine:
    """The line to use, and what it rests on.

    `state`: found, chance (the best line does no better than chance), not_enough_data. `line` is the found one, else
    the default; `source` says which. `best` is None where there is not enough data. `n` account-quarters.
    """

    state: str
    line: float
    source: str
    n: int
    accounts: int
    churned: int
    best: Split | None
    reading: str


def churn_line(
    rows: Iterable[AccountQuarter],
    *,
    seed: int,
    width: int = BAND_WIDTH,
    permutations: int = PERMUTATIONS,
    resamples: int = RESAMPLES,
) -> ChurnLine:
    """Search the account-level NPS that separates accounts that churn from those that stay.

    Units are account-quarters with ARR at their start and an NPS in the four quarters before, the latest of them: what
    is known when the quarter begins. Lines are tried every `width` points; the best has the largest
    z = (c_u - c n_u / n) / sqrt(c / n (1 - c / n) n_u n_o / n), c churned, n account-quarters, u under the line (NPS
    less than it), o not; each side holds a tenth of n. Only more churn under the line makes a line.
    p = (1 + draws with a z as large, searched again) / (1 + draws), a draw giving each account another one's NPS
    history, within segments: the search, the calendar and the repeated quarters of an account are in it. Accounts that
    never answered stay out. Lift = churn rate under / over, log interval, variance 1 / c_u + 1 / c_o (half a churn
    added to each), taken at the found line, so that it flatters. Under 20 accounts or 5 churns: not enough data.
    Answers: which score should alarm us, and how sure is that (CX leader); is this account under it (CSM)?

    Simulated in tests/cx/test_churn_line.py: 300 accounts, 30 % churn under a planted line and 4 % over: found within
    one band in 97 to 98 %; null sets have p < .05 in 3 to 6 %, also with
    several quarters an account and a common trend.
    Source: Lausen and Schumacher (1992), Biometrics 48(1), maximally selected statistics; Westfall and Young (1993)
    for permuting and searching again; Rothman et al. (2008), "Modern Epidemiology", rate ratios.
    """
    grid = lay_out(list(rows), width)
    kept = grid.at_risk & (grid.bands >= 0)
    accounts, churned = int(kept.any(axis=1).sum()), int((grid.churned & kept).sum())
    n = int(kept.sum())
    if accounts < LEAST_ACCOUNTS or churned < LEAST_CHURNS:
        lacking = f"{counted(accounts, 'account')} with an NPS before the quarter, {churned:,} churned"
        return _without(f"not enough data for a line: {lacking}; {LEAST_ACCOUNTS} and {LEAST_CHURNS} needed", n, grid)
    under, under_churned = under_each(grid.bands[kept], grid.churned[kept], len(grid.lines))
    z = z_of(under, under_churned, float(n), float(churned))
    best = middle_of_best(z[None])[0]
    if best < 0:
        return _without("not enough data for a line: the accounts' NPS lie too close together", n, grid)
    p = p_value(grid, float(z.max()), permutations=permutations, seed=seed)
    low, high = resampled(grid, kept, resamples=resamples, seed=seed + 1)
    line = float(grid.lines[best])
    under_it = kept & (grid.bands <= best)
    sides = [_side(grid, under_it), _side(grid, kept & ~under_it)]
    split = Split(line, min(low, line), max(high, line), sides[0], sides[1], _lift(*sides), p)
    return _told(split, n=n, accounts=accounts, churned=churned, width=width)


def _side(grid: Grid, rows: Flags) -> Side:
    n, churned = int(rows.sum()), int((grid.churned & rows).sum())
    rate = share(churned, n)
    # `LEAST_SIDE` leaves no side empty.
    return Side(n, int(rows.any(axis=1).sum()), churned, rate or Score(0.0, 0, None, None))


def _lift(under: Side, over: Side) -> Lift:
    """Churn happens once an account, so its count is what the ratio's variance rests on, however many quarters."""
    value = (under.churned / under.n) / (over.churned / over.n) if over.churned else None
    log = math.log((under.churned + 0.5) / under.n) - math.log((over.churned + 0.5) / over.n)
    reach = Z * math.sqrt(1 / (under.churned + 0.5) + 1 / (over.churned + 0.5))
    low, high = math.exp(log - reach), math.exp(log + reach)
    return Lift(None, low, None) if value is None else Lift(value, min(low, value), max(high, value))


def _without(words: str, n: int, grid: Grid) -> ChurnLine:
    kept = grid.at_risk & (grid.bands >= 0)
    reading = sentence(f"{words}; {_default()}")
    accounts, churned = int(kept.any(axis=1).sum()), int((grid.churned & kept).sum())
    return ChurnLine(NOT_ENOUGH, DEFAULT_LINE, DEFAULT_LINE_SOURCE, n, accounts, churned, None, reading)


def _default() -> str:
    return f"the line used is NPS {signed(DEFAULT_LINE)}, {DEFAULT_LINE_SOURCE}"


def _told(split: Split, *, n: int, accounts: int, churned: int, width: int) -> ChurnLine:
    best, line = f"NPS {signed(split.line)}", split.line
    chance = f"p = {split.p:.3f}, accounts permuted and every line searched again"
    if split.p >= LEVEL:
        words = f"no line separates churners better than chance: the best of those tried every {width} points is {best}"
        reading = sentence(f"{words} ({chance}); {_default()}")
        return ChurnLine(CHANCE, DEFAULT_LINE, DEFAULT_LINE_SOURCE, n, accounts, churned, split, reading)
    sides = f"{_of(split.under)} churned under it, {_of(split.over)} at or over it"
    spread = f"95 % of resamples find it between {signed(split.low)} and {signed(split.high)}"
    parts = (f"accounts under {best} churn more: {sides}", _times(split.lift), f"{spread} ({chance})")
    source = f"found in your data, {counted(accounts, 'account')}, {churned:,} churned, p = {split.p:.3f}"
    return ChurnLine(FOUND, line, source, n, accounts, churned, split, " ".join(sentence(part) for part in parts))


def _times(lift: Lift) -> str:
    if lift.value is None or lift.high is None:
        return f"nobody over it churned, so there is no lift to tell, only that it is {lift.low:.1f} or more"
    return f"lift {lift.value:.1f} (95 % interval {lift.low:.1f} to {lift.high:.1f}), flattered: found in the same data"


def _of(side: Side) -> str:
    rows = f"{side.churned:,} of {counted(side.n, 'account-quarter')}"
    return f"{rows} ({counted(side.accounts, 'account')}, {side.rate.value:.1f} %)"
