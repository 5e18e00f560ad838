"""Emergence: an alert when a theme is said at more accounts than its own past explains, rarely by chance.

Weekly alerts over many themes cry wolf unless all themes and all looks are one family; here they are.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from cx.chance import RATE
from cx.errors import CxError
from cx.history import ThemeHistory, dispersion, first_seen
from cx.scores import Score, share
from cx.wording import counted, sentence

# Looks (one a period) that share the error rate: as many as a doubling is given to be found in.
LOOKS = 5
# Past periods that the first of these looks needs before its recent ones.
LEAST_PAST = 12
# One or two accounts are a case for their CSM, not an emergence. A convention.
LEAST_ACCOUNTS = 3
# Orders of the weeks that are drawn: .10 is then met within +-.02.
SHUFFLES = 999
# The dispersion leans on the binomial's 1 as if that had been seen in ten more periods: 50 noisy ones alone jump about.
PRIOR_PERIODS = 10

# Counts of accounts are whole up to 2^24 in single precision.
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Alert:
    """A theme that emerges. `recent` and `past` in percent of the accounts that spoke in a period, n their sum.

    `p`: chance that any theme at any of the last looks would stand out as much in weeks without order.
    """

    theme: str
    recent: Score
    past: Score
    mentions: int
    accounts: int
    p: float
    first_seen: date | None
    reading: str


@dataclass(frozen=True)
class Emergence:
    """The alerts of one look, most telling first. `family` says what shares the error rate; `told`: history enough."""

    alerts: tuple[Alert, ...]
    told: bool
    themes: int
    family: str
    rate: float
    reading: str


def emergence(
    history: ThemeHistory, *, seed: int, rate: float = RATE, looks: int = LOOKS, shuffles: int = SHUFFLES
) -> Emergence:
    """Find the themes that are said at more accounts lately than their own past explains.

    Answers: what is new or growing that nobody has asked for yet (CX leader, PM)?
    Look once a period with `recent` = 5 weeks, the usual setting.

    Each theme's statistic is the difference between its recent and past share, both arcsine transformed, over its
    standard error with the dispersion of its past. The critical value is the `1 - rate` quantile of the largest
    statistic over all themes and the last `looks` looks when the periods are put in random order, all themes together:
    overdispersion, themes that are said together and loud weeks are all in it. So `looks` looks in a row raise any
    false alert in at most `rate` of histories, whatever the counts' distribution, as long as the periods' order is
    chance. (One look's own .10 would be about .30 after five weekly looks.)

    What can be found (simulated: 52 weeks, 60 accounts that all speak every week, 24 / 60 themes, dispersion 1.24,
    looks in the five weeks after the change): twice as often from 15 % of the accounts a week 98 / 99 %, from 12 %
    97 / 92 %, from 10 % 89 / 81 %, from 8 % 80 / 68 %, from 4 % 38 / 30 %; three times as often from 5 % 98 / 97 %,
    from 3 % 85 / 76 %; a rise to twice 15 % that takes the five weeks 71 / 53 %. With dispersion 1.6 doublings from
    15 % 95 / 83 %. Any false alert in five looks: 12 / 8 % of 200 shuffled histories; in 26 weekly looks 38 %, on
    average in 0.7 weeks. Weeks that hang together are no chance order: with a correlation of .3 from week to week
    19 %, of .5 27 %. A theme of one source rises when that source's share does: hand in one source, or all steady.
    Source: Westfall and Young (1993), "Resampling-Based Multiple Testing" (max statistic).
    """
    themes = len(history.themes)
    family = f"{counted(themes, 'theme')} over the last {counted(looks, 'look')}"
    needed = history.recent + looks - 1 + LEAST_PAST
    if len(history.starts) < needed or not themes:
        have = f"{counted(len(history.starts), history.period)} of history and {counted(themes, 'theme')}"
        words = sentence(f"not enough data: {have}, {needed} {history.period}s needed")
        return Emergence((), False, themes, family, rate, words)
    latest, highest = _looked(history, looks=looks, shuffles=shuffles, seed=seed)
    p = (1 + (highest[:, None] >= latest).sum(axis=0)) / (shuffles + 1)
    found = np.flatnonzero((p <= rate) & (history.accounts >= LEAST_ACCOUNTS))
    ordered = sorted(found, key=lambda place: (p[place], -latest[place]))
    alerts = tuple(_alert(history, int(place), p=float(p[place])) for place in ordered)
    chance = f"the chance of any false alert among {family} is at most {100 * rate:.0f} %"
    words = sentence(f"{counted(len(alerts), 'theme')} emerging; {chance}")
    return Emergence(alerts, True, themes, family, rate, words)


def _looked(history: ThemeHistory, *, looks: int, shuffles: int, seed: int) -> tuple[Floats, Floats]:
    """Give the latest look's statistics (themes,) and each shuffle's largest over themes and looks (shuffles,)."""
    periods, recent = len(history.starts), history.recent
    x, m = history.mentions.astype(np.float32), history.spoke.astype(np.float32)[:, None]
    sums: Floats = np.hstack((x, x**2 / np.maximum(m, 1), m))
    places = np.argsort(np.random.default_rng(seed).random((shuffles + 1, periods)), axis=1)
    places[0] = np.arange(periods)
    highest = np.full(shuffles + 1, -np.inf, dtype=np.float32)
    for end in range(periods - looks + 1, periods + 1):
        is_recent, is_past = (places < end) & (places >= end - recent), places < end - recent
        now, before = is_recent.astype(np.float32) @ sums, is_past.astype(np.float32) @ sums
        found = _statistic(now, before, themes=x.shape[1], periods=end - recent)
        highest = np.maximum(highest, found.max(axis=1))
    return found[0], highest[1:]


def _alert(history: ThemeHistory, place: int, *, p: float) -> Alert:
    r, x, m = history.recent, history.mentions[:, place], history.spoke
    spread = dispersion(x[:-r], m[:-r])
    mentions, accounts = int(x[-r:].sum()), int(history.accounts[place])
    recent = share(mentions, int(m[-r:].sum()), effect=spread)
    past = share(int(x[:-r].sum()), int(m[:-r].sum()), effect=spread)
    seen = first_seen(history, place)
    if recent is None or past is None:
        raise CxError(f"theme {history.themes[place]!r} emerges where nobody spoke: hand in the accounts that spoke")
    before = f"before {past.value:.1f} %" if past.value else f"first seen in the {history.period} of {seen}"
    now = f"{counted(accounts, 'account')} in the last {counted(r, history.period)}, {recent.value:.1f} % of those that"
    words = sentence(f"emerging: {now} spoke in a {history.period}, {before}")
    return Alert(history.themes[place], recent, past, mentions, accounts, p, seen, words)


def _statistic(now: Floats, before: Floats, *, themes: int, periods: int) -> Floats:
    """Give the difference of the arcsine shares over its error, overdispersed as the past is: (shuffles, themes).

    `now`, `before`: sums over recent and over past `periods` of x, x^2 / m (a column a theme each) and m (one column).
    """
    x1, m1 = now[:, :themes], np.maximum(now[:, -1:], 1)
    x0, squares0, m0 = before[:, :themes], before[:, themes:-1], np.maximum(before[:, -1:], 1)
    p0 = (x0 + 0.5) / (m0 + 1)
    pearson = (squares0 - 2 * p0 * x0 + p0**2 * m0) / (p0 * (1 - p0))
    spread = (pearson + PRIOR_PERIODS) / (periods - 1 + PRIOR_PERIODS)
    return (_arcsine(x1, m1) - _arcsine(x0, m0)) / np.sqrt(spread * (1 / (m1 + 0.5) + 1 / (m0 + 0.5)))


def _arcsine(x: Floats, m: Floats) -> Floats:
    """Turn shares so that their error, 1 / sqrt(m + 1/2), is the same at every share (Anscombe 1948, Biometrika 35)."""
    return 2 * np.arcsin(np.sqrt((x + 0.375) / (m + 0.75)))
