"""How long loops take: the interval from open to touched and to closed is itself a metric.

Source: DOMAIN "The interval from open to closed is itself a metric".
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cx.loop_clocks import CLOSED_IN, TOUCHED_IN, spell
from cx.resample import RESAMPLES, account_weights, percentile_ends
from cx.scores import Score, default_scale, score_of_clusters, sum_clusters, told
from cx.wording import counted, sentence

# With fewer accounts a median has no interval.
LEAST_ACCOUNTS = 5
# Loops times resamples handled at a time: about 100 MB.
_CHUNK = 4_000_000
MEDIAN, MOST = 0.5, 0.9
HOUR = timedelta(hours=1)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


class LoopSpan(NamedTuple):
    """When one loop was opened, first touched and first closed; None where it was not yet. `account` may be None."""

    account: str | None
    opened_at: datetime
    touched_at: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True)
class Hours:
    """Hours until a share of the loops was done, with a 95 % interval; None where not that many are done yet."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class LoopTime:
    """Open to touched, or open to closed. `done` of `n` loops are; `accounts` they come from.

    `within` is the percentage done in `clock_hours`, over the loops opened at least that long ago (its n); `undecided`
    loops are younger and count nothing there.
    """

    name: str
    clock_hours: float
    n: int
    accounts: int
    done: int
    median: Hours
    most: Hours
    within: Score | None
    undecided: int
    reading: str


def loop_times(spans: Sequence[LoopSpan], *, now: datetime, seed: int) -> tuple[LoopTime, ...]:
    """Say how long loops take to the first touch and to closing; empty without loops.

    Median and 90th percentile: Kaplan-Meier, S(t) the product over done times up to t of (1 - done / not yet done), the
    first t with S(t) <= 1/2 and <= 1/10. Loops still open count as "longer than until now", neither left out (which
    would flatter) nor taken as done. None where S never falls that far. Intervals draw accounts again; a share has
    Wilson's, clustered by account. Loops without an account are each one of their own, and no account. Simulated (40
    accounts of 5 loops, a quarter still open): the intervals cover 96 % (median) and 95 % (90th percentile).
    Answers: do we answer in time, and how long do the slowest wait (CX leader, support lead)?
    Source: Kaplan and Meier (1958), JASA 53; Efron (1981), JASA 76, for resampling censored times.
    """
    spans = [span for span in spans if span.opened_at <= now]
    if not spans:
        return ()
    touched = [_earliest((span.touched_at, span.closed_at), now) for span in spans]
    closed = [_earliest((span.closed_at,), now) for span in spans]
    return (
        _time("first touch", TOUCHED_IN, spans, touched, now=now, seed=seed),
        _time("closed", CLOSED_IN, spans, closed, now=now, seed=seed),
    )


def _earliest(times: Sequence[datetime | None], now: datetime) -> datetime | None:
    return min((one for one in times if one is not None and one <= now), default=None)


def _time(
    name: str,
    clock: timedelta,
    spans: Sequence[LoopSpan],
    ends: Sequence[datetime | None],
    *,
    now: datetime,
    seed: int,
) -> LoopTime:
    hours = np.array([max(0.0, ((end or now) - span.opened_at) / HOUR) for span, end in zip(spans, ends, strict=True)])
    done = np.array([end is not None for end in ends])
    ages = np.array([(now - span.opened_at) / HOUR for span in spans])
    limit = clock / HOUR
    places, accounts = _places(spans)
    median, most = _quantiles(hours, done, places, accounts, seed=seed)
    told_of = ages >= limit
    within = _within(hours[told_of], done[told_of], places[told_of], limit)
    found = LoopTime(
        name, limit, len(spans), accounts, int(done.sum()), median, most, within, int((~told_of).sum()), ""
    )
    return replace(found, reading=_reading(found))


def _places(spans: Sequence[LoopSpan]) -> tuple[Ints, int]:
    """Number the accounts; a loop without one is its own. Also give how many accounts there are."""
    named = {account: place for place, account in enumerate(sorted({span.account for span in spans if span.account}))}
    alone = len(named)
    return np.array([named.get(span.account or "", alone + place) for place, span in enumerate(spans)]), len(named)


def _within(hours: Floats, done: Flags, places: Ints, limit: float) -> Score | None:
    if not len(hours):
        return None
    met = (done & (hours <= limit)).astype(float)
    _, groups = np.unique(places, return_inverse=True)
    sums = np.bincount(groups, met)
    return told(score_of_clusters(sum_clusters(np.bincount(groups), sums, sums), default_scale("csat")))


def _quantiles(hours: Floats, done: Flags, places: Ints, accounts: int, *, seed: int) -> tuple[Hours, Hours]:
    # At a tie the done ones come first: who is still open at that time was open when they were done.
    order = np.lexsort((~done, hours))
    hours, done = hours[order], done[order]
    _, groups = np.unique(places[order], return_inverse=True)
    values = _survival_times(np.ones((1, len(hours))), hours, done)[:, 0]
    if accounts < LEAST_ACCOUNTS:
        return _hours(values[0], None), _hours(values[1], None)
    clusters = int(groups.max()) + 1
    drawn = [
        _survival_times(weights[:, groups], hours, done)
        for weights in np.array_split(
            account_weights(clusters, RESAMPLES, seed=seed), max(1, RESAMPLES * len(hours) // _CHUNK)
        )
    ]
    ends = np.quantile(np.concatenate(drawn, axis=1), percentile_ends(clusters), axis=1, method="inverted_cdf")
    return _hours(values[0], ends[:, 0]), _hours(values[1], ends[:, 1])


def _survival_times(weights: Floats, hours: Floats, done: Flags) -> Floats:
    """Give Kaplan-Meier's median and 90th percentile for each row of weights (rows, loops): (2, rows), inf if never."""
    open_then = np.cumsum(weights[:, ::-1], axis=1)[:, ::-1]
    left = 1 - np.where(done, weights, 0.0) / np.maximum(open_then, 1e-12)
    survival = np.cumprod(left, axis=1)
    found = []
    for part in (MEDIAN, MOST):
        reached = survival <= 1 - part + 1e-9
        found.append(np.where(reached.any(axis=1), hours[reached.argmax(axis=1)], np.inf))
    return np.array(found)


def _hours(value: float, ends: Floats | None) -> Hours:
    low, high = (None, None) if ends is None else (_finite(min(ends[0], value)), _finite(max(ends[1], value)))
    return Hours(_finite(value), low, high)


def _finite(hours: float) -> float | None:
    return float(hours) if np.isfinite(hours) else None


def _reading(time: LoopTime) -> str:
    waiting = time.n - time.done
    verb = "touched" if time.name == "first touch" else "closed"
    first = f"{time.name}: {time.done:,} of {counted(time.n, 'loop')} of {counted(time.accounts, 'account')} are {verb}"
    parts = [first + (f", {waiting:,} still wait and count as longer than until now" if waiting else "")]
    parts.append(f"median {_spelled(time.median)}, nine of ten {_spelled(time.most)}")
    if time.within is not None:
        ends = ""
        if time.within.low is not None and time.within.high is not None:
            ends = f" (95 % interval {time.within.low:.0f} to {time.within.high:.0f})"
        share = f"{time.within.value:.0f} %{ends} of the {time.within.n:,} that are old enough"
        parts.append(f"within {spell(time.clock_hours * HOUR)}: {share}")
    return " ".join(sentence(part) for part in parts)


def _spelled(hours: Hours) -> str:
    if hours.value is None:
        return "not told, too many still wait"
    if hours.low is None:
        return spell(hours.value * HOUR)
    high = "not told" if hours.high is None else spell(hours.high * HOUR)
    return f"{spell(hours.value * HOUR)} ({spell(hours.low * HOUR)} to {high})"
