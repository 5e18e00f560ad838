"""Simulated histories of themes: accounts that differ, weeks that spread wider than chance."""

from datetime import date

import numpy as np

from cx.history import ThemeHistory, week_starts

AS_OF = date(2026, 11, 1)


def history(mentions, spoke=60, *, recent=5, accounts=None) -> ThemeHistory:
    """Make a history from (weeks, themes) counts; distinct accounts are at least those of the best recent week."""
    counts = np.asarray(mentions)
    weeks, themes = counts.shape
    distinct = counts[-recent:].max(axis=0) if accounts is None else np.asarray(accounts)
    names = tuple(f"t{place:02d}" for place in range(themes))
    all_spoke = np.broadcast_to(np.asarray(spoke), (weeks,)).copy()
    return ThemeHistory("week", week_starts(AS_OF, weeks), names, all_spoke, counts, recent, distinct)


def year(seed: int, *, themes: int, base: float | None = None, times: float = 1.0, rho=0.004) -> np.ndarray:
    """Simulate who mentions what: (52 weeks, 60 accounts, themes), every account speaking every week.

    Shares of accounts a week from 2 to 25 %, beta over accounts (precision 8) and beta-binomial over weeks (intra-week
    correlation `rho`: variance 1 + 59 rho times the binomial's). Theme 0 has share `base`, `times` as much in the last
    five weeks.
    """
    rng = np.random.default_rng(seed)
    share = np.exp(rng.uniform(np.log(0.02), np.log(0.25), themes))
    if base is not None:
        share[0] = base
    habit = rng.beta(share * 8, (1 - share) * 8, (60, themes))
    habit[:, 0] *= share[0] / habit[:, 0].mean()
    weeks = rng.beta(share * (1 / rho - 1), (1 - share) * (1 / rho - 1), (52, themes)) / share
    weeks[-5:, 0] *= times
    return rng.random((52, 60, themes)) < np.clip(habit[None] * weeks[:, None], 0, 0.97)


def seen_until(said: np.ndarray, week: int) -> ThemeHistory:
    """Give what was known at the end of a week (1..52)."""
    recent = said[week - 5 : week].any(axis=0).sum(axis=0)
    return history(said[:week].sum(axis=1), accounts=recent)
