"""Trend: is a theme said at more accounts than before, at fewer, or is it the usual up and down?"""

import math
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from cx.chance import RATE, benjamini_hochberg, two_sided_t
from cx.history import Counts, ThemeHistory, dispersion, first_seen
from cx.scores import Score, share, t_quantile
from cx.wording import counted, sentence

RISING, FALLING, STEADY, TOO_FEW = "rising", "falling", "steady", "too few to tell"
# Cochran's rule of five, on what the recent periods hold or would hold at the old share.
LEAST_MENTIONS = 5
# Stretches of the past that the usual up and down is learned from; with fewer, Student's t leaves no finding anyway.
LEAST_PAST = 4
# Steady means: half as often and twice as often are both ruled out. A convention, printed with each reading.
STEADY_WITHIN = 2.0


@dataclass(frozen=True)
class Times:
    """How many times as often as before, with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Trend:
    """A theme's share of the accounts that said anything, recent periods against all before.

    `recent`, `past`: percent a period, n = accounts that spoke, summed over periods. `accounts`: distinct accounts that
    mention it recently, `mentions`: these summed over the recent periods. `times`: recent over past share, None where
    it was never said before or can't be told. `dispersion`: spread over the binomial's. `q`: p within the family.
    """

    theme: str
    state: str
    recent: Score | None
    past: Score | None
    mentions: int
    accounts: int
    times: Times | None
    dispersion: float
    p: float | None
    q: float | None
    first_seen: date | None
    reading: str


def trends(history: ThemeHistory, *, rate: float = RATE) -> tuple[Trend, ...]:
    """Read every theme of a history against its own past; the themes are one family.

    Answers: which themes are rising or falling (CX leader, PM); is what this account says new or old (CSM).

    times = share recent / share past, t = log(times) / se, se^2 = D * (1/x1 - 1/m1 + 1/x0 - 1/m0), each count plus 1/2;
    x mention, m spoke, 1 recent, 0 past. D is the dispersion between stretches of the past as long as the recent one
    (so that weeks that hang together inside a stretch are allowed for), at least 1; Student's t over stretches - 1.
    A theme never said before: p = chance that all its mentions fall into the recent periods.
    rising or falling: the interval leaves out 1 and q <= rate; steady: the interval lies within 1/2 to 2; else, and
    under 5 mentions said or expected or 4 stretches of past, too few to tell.
    Source: McCullagh and Nelder (1989), 4.5; Katz et al. (1978), Biometrics 34(3), for log ratios of shares;
    Benjamini and Hochberg (1995).

    Simulated, 52 weeks of 60 accounts, the last four against the rest: p <= .05 in 3 to 6 % of themes without a change,
    also at dispersion 2 or when weeks hang together (correlation .6). A doubling is read as rising in 38 % of themes
    at 2 % of the accounts, 68 % at 5 %, 92 % at 10 %; with a single month against eleven in 45 % at 10 %, 80 % at 30 %.
    """
    found = [_measured(history, place) for place in range(len(history.themes))]
    q = benjamini_hochberg([np.nan if one.p is None else one.p for one in found])
    return tuple(_read(one, float(value), history, rate) for one, value in zip(found, q, strict=True))


def _stretches(counts: Counts, recent: int) -> list[int]:
    """Sum the past over stretches of `recent` periods, counted back; what is left at the old end joins the first."""
    past = counts[:-recent]
    cuts = list(range(len(past) % recent + recent, len(past), recent))
    return [int(part.sum()) for part in np.split(past, cuts)]


def _measured(history: ThemeHistory, place: int) -> Trend:
    r, x, m = history.recent, history.mentions[:, place], history.spoke
    x1, m1, x0, m0 = int(x[-r:].sum()), int(m[-r:].sum()), int(x[:-r].sum()), int(m[:-r].sum())
    past_x, past_m = _stretches(x, r), _stretches(m, r)
    stretches = sum(spoke > 0 for spoke in past_m)
    spread = dispersion(past_x, past_m)
    times, p = None, None
    enough = stretches >= LEAST_PAST and m1 > 0 and max(x1, m1 * x0 / m0) >= LEAST_MENTIONS
    if enough and x0 == 0:
        p = _all_recent(x1, m1, m0)
    elif enough:
        times, p = _ratio(x1, m1, x0, m0, spread=spread, df=stretches - 1)
    accounts, seen = int(history.accounts[place]), first_seen(history, place)
    recent, past = share(x1, m1, effect=spread), share(x0, m0, effect=spread)
    return Trend(history.themes[place], TOO_FEW, recent, past, x1, accounts, times, spread, p, None, seen, "")


def _ratio(x1: int, m1: int, x0: int, m0: int, *, spread: float, df: int) -> tuple[Times, float]:
    log = math.log((x1 + 0.5) / (m1 + 0.5)) - math.log((x0 + 0.5) / (m0 + 0.5))
    se = math.sqrt(spread * (1 / (x1 + 0.5) - 1 / (m1 + 0.5) + 1 / (x0 + 0.5) - 1 / (m0 + 0.5)))
    reach = t_quantile(df) * se
    return Times(math.exp(log), math.exp(log - reach), math.exp(log + reach)), two_sided_t(log / se, df)


def _all_recent(x1: int, m1: int, m0: int) -> float:
    """Give the chance that x1 mentions, put at random on m1 + m0 chances, are all recent (hypergeometric)."""
    inside = math.lgamma(m1 + 1) - math.lgamma(m1 - x1 + 1)
    return math.exp(inside - math.lgamma(m1 + m0 + 1) + math.lgamma(m1 + m0 - x1 + 1))


def _read(trend: Trend, q: float, history: ThemeHistory, rate: float) -> Trend:
    times = trend.times
    clear = times is None or not times.low <= 1 <= times.high
    if q <= rate and clear:
        state = RISING if times is None or times.value > 1 else FALLING
    elif times is not None and 1 / STEADY_WITHIN < times.low and times.high < STEADY_WITHIN:
        state = STEADY
    else:
        state = TOO_FEW
    return replace(trend, state=state, q=None if trend.p is None else q, reading=_words(trend, state, history))


def _words(trend: Trend, state: str, history: ThemeHistory) -> str:
    window = history.period if history.recent == 1 else f"{history.recent} {history.period}s"
    if trend.recent is None or trend.past is None:
        when = "in" if trend.recent is None else "before"
        return sentence(f"{state}: nobody said anything {when} the last {window}")
    shares = f"{trend.recent.value:.1f} % of those that spoke in a {history.period}, before {trend.past.value:.1f} %"
    who = f"{counted(trend.accounts, 'account')} in the last {window}"
    return sentence(f"{state}: {who}, {shares}; {_why(trend, state, history)}")


def _why(trend: Trend, state: str, history: ThemeHistory) -> str:
    times = trend.times
    if times is None and trend.p is None:
        needed = history.recent * (LEAST_PAST + 1)
        if len(history.starts) < needed:
            return f"{len(history.starts)} {history.period}s of history, {needed} needed"
        return f"fewer than {LEAST_MENTIONS} mentions"
    if times is None:
        return f"first seen in the {history.period} of {trend.first_seen}"
    ends = f"{times.value:.1f} times as often (95 % interval {times.low:.1f} to {times.high:.1f})"
    if state == TOO_FEW:
        return f"{ends}, which leaves open whether it changed"
    return ends if state != STEADY else f"{ends}: half and twice as often are ruled out"
