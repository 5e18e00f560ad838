"""Retention: net and gross revenue retention of a cohort, with the accounts behind them, beside the benchmarks.

Source: DOMAIN "NRR = (start + expansion - contraction - churn) / start over one cohort"; FIELD 5 (definitions differ,
so the formula is part of the answer).
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from cx.benchmarks import GRR, NRR, Standing, standing
from cx.errors import CxError
from cx.quarters import GONE_SHARE, AccountQuarter, quarters_after, span_name
from cx.scores import Score, share, t_quantile, told
from cx.wording import counted, sentence

FORMULA = (
    "NRR = (start + expansion - contraction - churned) / start; GRR = (start - contraction - churned) / start, what an "
    "account loses counted up to what it started with; ARR of the accounts that had any at the start, new ones in "
    "neither part"
)
# Benchmarks are told over twelve months: only a cohort followed that long stands beside them.
YEAR = 4
# With fewer accounts NRR has no interval: how much accounts grow can't be told from so few.
LEAST_ACCOUNTS = 5

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Retention:
    """One cohort followed over some quarters. NRR, GRR and the churn rate are percentages, their n is accounts.

    `segment` is None for all segments together; `currency` "" where unknown. Amounts are ARR; `churned` and
    `contraction` are 0 or more, `churned_accounts` have nothing left. `standings` is empty but for twelve months.
    """

    segment: str | None
    currency: str
    first: date
    last: date
    accounts: int
    start: float
    expansion: float
    contraction: float
    churned: float
    churned_accounts: int
    nrr: Score
    grr: Score
    churn_rate: Score | None
    standings: tuple[Standing, ...]
    reading: str
    formula: str = FORMULA


@dataclass
class _Followed:
    """An account of the cohort: its movements over the window until it is gone."""

    start: float
    left: float
    expansion: float = 0.0
    contraction: float = 0.0
    churned: float = 0.0
    gone: bool = False

    def add(self, row: AccountQuarter) -> None:
        if self.gone:  # who comes back is a new customer
            return
        self.expansion += row.expansion
        self.contraction += row.contraction
        self.churned += row.churned
        self.left += row.expansion - row.contraction - row.churned
        self.gone = self.left <= GONE_SHARE * self.start


def retention(
    rows: Iterable[AccountQuarter], *, last: date, quarters: int = YEAR, segment: str | None = None
) -> Retention | None:
    """Follow the accounts that had ARR at the start of the window that ends with the quarter `last`; None if none had.

    `rows` are those of one slice, which `segment` names (None: all).

    NRR = (start + expansion - contraction - churned) / start, GRR = (start - min(start, contraction + churned)) /
    start, churn rate = accounts gone / accounts; sums over the cohort. Answers: do the customers we have grow or
    shrink, and is that usual (CX leader); which segment leaks (PM, CX leader)?

    Intervals: GRR is a share of revenue, so Wilson at Kish's effective number of accounts, (sum s)^2 / sum s^2; the
    expansion rate a t interval on the log of the linearised ratio, joined with Wilson of the share that expands; NRR
    joins both (MOVER). Simulated (2 to 20 % churn, revenue log-normal with sigma 1 to 1.5): GRR covers 93 to 97 % from
    8 accounts on, NRR 92 to 96 % from 20 on, 84 to 94 % with 8. Accounts drawn again cover 28 to 94 % of GRR: where
    nobody left yet, no resample ever loses an account.
    Source: FORMULA; Kish (1965); Zou and Donner (2008), Statistics in Medicine 27(10), for MOVER.

    Raises:
        CxError: The rows mix currencies.
    """
    found = list(rows)
    currencies = {row.currency for row in found}
    if len(currencies) > 1:
        raise CxError(f"revenue in {len(currencies)} currencies can't be added up: ask for each, or use `in_currency`")
    return _of_window(_by_quarter(found), last=last, quarters=quarters, segment=segment)


def _by_quarter(rows: Iterable[AccountQuarter]) -> dict[date, list[AccountQuarter]]:
    found: dict[date, list[AccountQuarter]] = defaultdict(list)
    for row in rows:
        found[row.quarter].append(row)
    return found


def _of_window(
    rows: Mapping[date, Sequence[AccountQuarter]], *, last: date, quarters: int, segment: str | None
) -> Retention | None:
    """Give `retention` of rows of one currency, laid out by quarter."""
    first = quarters_after(last, 1 - quarters)
    begun = [row for row in rows.get(first, ()) if row.start > 0]
    cohort = {row.account: _Followed(row.start, row.start) for row in begun}
    for quarter in range(quarters):
        for row in rows.get(quarters_after(first, quarter), ()):
            if row.account in cohort:
                cohort[row.account].add(row)
    if not cohort:
        return None
    return _retention(list(cohort.values()), segment, begun[0].currency, first=first, last=last)


def retention_table(
    rows: Iterable[AccountQuarter], lasts: Sequence[date], *, quarters: int = YEAR
) -> tuple[Retention, ...]:
    """Give `retention` for each quarter that a window ends with: all segments first, then each; currencies apart.

    Answers: where and since when does retention turn (CX leader)? Accounts without a segment count in "all" only.
    """
    slices: dict[tuple[str, str], list[AccountQuarter]] = defaultdict(list)
    for row in rows:
        slices[row.currency, ""].append(row)
        if row.segment:
            slices[row.currency, row.segment].append(row)
    found = []
    for (_, segment), group in sorted(slices.items()):
        by_quarter = _by_quarter(group)
        for last in lasts:
            one = _of_window(by_quarter, last=last, quarters=quarters, segment=segment or None)
            found += [] if one is None else [one]
    return tuple(found)


def _retention(
    cohort: Sequence[_Followed], segment: str | None, currency: str, *, first: date, last: date
) -> Retention:
    start, expansion, contraction, churned = (
        np.array([getattr(one, name) for one in cohort]) for name in ("start", "expansion", "contraction", "churned")
    )
    gone, kept = sum(one.gone for one in cohort), start - np.minimum(start, contraction + churned)
    grr = _revenue_share(kept, start)
    nrr = _net(100 * float((start + expansion - contraction - churned).sum() / start.sum()), grr, expansion, start)
    full_year = quarters_after(first, YEAR - 1) == last
    standings = (standing(nrr, NRR), standing(grr, GRR)) if full_year else ()
    return Retention(
        segment=segment,
        currency=currency,
        first=first,
        last=last,
        accounts=len(cohort),
        start=float(start.sum()),
        expansion=float(expansion.sum()),
        contraction=float(contraction.sum()),
        churned=float(churned.sum()),
        churned_accounts=gone,
        nrr=nrr,
        grr=grr,
        churn_rate=told(share(gone, len(cohort))),
        standings=standings,
        reading=_reading(nrr, grr, gone, standings, span=span_name(first, last)),
    )


def _revenue_share(part: Floats, whole: Floats) -> Score:
    """Share of revenue in percent with a Wilson interval at Kish's effective number of accounts; n is accounts."""
    effective = float(whole.sum() ** 2 / (whole @ whole))
    found = share(float(part.sum() / whole.sum()) * len(whole), len(whole), effect=len(whole) / effective)
    if found is None:
        raise CxError("a share of revenue needs at least one account")
    return found if found.n > 1 else Score(found.value, 1, None, None)


def _net(value: float, grr: Score, expansion: Floats, start: Floats) -> Score:
    """NRR with its interval: GRR plus the expansion rate, each with its own, joined as independent (MOVER)."""
    if len(start) < LEAST_ACCOUNTS or grr.low is None or grr.high is None:
        return Score(value, len(start), None, None)
    rate = 100 * float(expansion.sum() / start.sum())
    low, high = _expansion_ends(expansion, start)
    return Score(
        value,
        len(start),
        max(0.0, value - math.hypot(grr.value - grr.low, rate - low)),
        value + math.hypot(grr.high - grr.value, high - rate),
    )


def _expansion_ends(expansion: Floats, start: Floats) -> tuple[float, float]:
    rate = float(expansion.sum() / start.sum())
    expanding = _revenue_share(np.where(expansion > 0, start, 0.0), start)
    if rate <= 0 or expanding.low is None or expanding.high is None:
        return 0.0, 0.0
    spread = expansion - rate * start
    n = len(start)
    log_se = math.sqrt(n / (n - 1) * float(spread @ spread)) / float(expansion.sum())
    reach = t_quantile(n - 1) * log_se
    by_share = 100 * rate / expanding.value
    return (
        min(100 * rate * math.exp(-reach), expanding.low * by_share),
        max(100 * rate * math.exp(reach), expanding.high * by_share),
    )


def _percent(score: Score) -> str:
    if score.low is None or score.high is None:
        return f"{score.value:.1f} % (no interval)"
    return f"{score.value:.1f} % (95 % interval {score.low:.1f} to {score.high:.1f})"


def _reading(nrr: Score, grr: Score, gone: int, standings: Sequence[Standing], *, span: str) -> str:
    parts = [f"{span}, {counted(nrr.n, 'account')}: NRR {_percent(nrr)}, GRR {_percent(grr)}; {gone:,} left"]
    parts += [f"{one.benchmark.name} is {one.words}" for one in standings]
    if not standings:
        parts.append("no benchmark beside it: those are told over twelve months")
    return " ".join(sentence(part) for part in parts)
