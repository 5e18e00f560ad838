"""Histories: how many accounts mention each theme, period by period, beside how many said anything at all.

Accounts are counted, not comments: one account that writes ten times is one. The denominator is the accounts that said
anything in the period, so that a survey wave is no trend.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from cx.errors import CxError

Counts = NDArray[np.int64]


@dataclass(frozen=True)
class ThemeHistory:
    """Accounts by period and theme, oldest period first.

    `starts`: first day of each period; `spoke` (periods,) and `mentions` (periods, themes) count distinct accounts in
    the period; the last `recent` periods are read against those before; `accounts` (themes,): distinct accounts that
    mention the theme in these last periods together.
    """

    period: str
    starts: tuple[date, ...]
    themes: tuple[str, ...]
    spoke: Counts
    mentions: Counts
    recent: int
    accounts: Counts


def week_starts(as_of: date, weeks: int) -> tuple[date, ...]:
    """Give the first days of the weeks that end on `as_of`: whole weeks looking back, whatever weekday it is."""
    first = as_of - timedelta(days=7 * weeks - 1)
    return tuple(first + timedelta(days=7 * place) for place in range(weeks))


def theme_history(
    starts: Sequence[date],
    spoke: Sequence[int],
    counts: Iterable[tuple[str, int, int]],
    *,
    recent: int,
    recent_accounts: Mapping[str, int],
    period: str = "week",
) -> ThemeHistory:
    """Lay out rows of (theme, place of the period in `starts`, accounts), as SQL groups them; no row means 0.

    Raises:
        CxError: The counts contradict each other.
    """
    rows = list(counts)
    if len(spoke) != len(starts) or not 1 <= recent < len(starts):
        raise CxError(f"{len(starts)} periods, {len(spoke)} counts, {recent} recent: give one count each, fewer recent")
    themes = tuple(sorted({theme for theme, _, _ in rows}))
    columns = {theme: place for place, theme in enumerate(themes)}
    mentions = np.zeros((len(starts), len(themes)), dtype=np.int64)
    for theme, place, accounts in rows:
        mentions[place, columns[theme]] = accounts
    all_spoke = np.asarray(spoke, dtype=np.int64)
    if (mentions > all_spoke[:, None]).any():
        raise CxError("more accounts mention a theme than said anything: count both over the same comments")
    distinct = np.array([recent_accounts.get(theme, 0) for theme in themes], dtype=np.int64)
    return ThemeHistory(period, tuple(starts), themes, all_spoke, mentions, recent, distinct)


def first_seen(history: ThemeHistory, place: int) -> date | None:
    """Give the first day of the first period with a mention; None without one. Answers: since when (PM, CSM)?"""
    found = np.flatnonzero(history.mentions[:, place])
    return history.starts[found[0]] if len(found) else None


def dispersion(mentions: Sequence[int] | Counts, spoke: Sequence[int] | Counts) -> float:
    """How many times wider the counts spread from period to period than the binomial says; never under 1.

    Pearson's X^2 over its degrees of freedom, sum((x - m p)^2 / (m p (1 - p))) / (periods - 1), p = sum x / sum m.
    Source: McCullagh and Nelder (1989), "Generalized Linear Models", 4.5 (quasi-likelihood).
    """
    x, m = np.asarray(mentions, dtype=float), np.asarray(spoke, dtype=float)
    x, m = x[m > 0], m[m > 0]
    p = x.sum() / m.sum() if len(m) else 0.0
    if len(m) < 2 or not 0 < p < 1:
        return 1.0
    return max(1.0, float(((x - m * p) ** 2 / (m * p * (1 - p))).sum() / (len(m) - 1)))
