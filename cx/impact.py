"""Drivers: what each theme does to the score, both ways the field uses, resampled by account.

Leave-out (Thematic, Kapiche): the slice's score without the answers that mention the theme, minus the slice's score.
At all, not negatively only: complaints come with low scores by nature, so leaving out complaints alone would make every
theme a driver. To see praise and complaints apart, hand in each polarity as a theme of its own in a call of its own.
Additive split (Chattermill): each answer's points shared equally among the themes that it mentions, all of them under
"no theme" where it mentions none; the parts add up to the score. Source: FIELD section 1, T4, K2, C6.
Both say what goes together, not what causes what.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cx.chance import RATE, benjamini_hochberg
from cx.resample import RESAMPLES, percentile_ends, sign_blocks, weight_blocks
from cx.scores import Scale, Score, score_of_clusters, sum_clusters
from cx.theme_sums import AccountSums, Floats, ThemeSums, ThemeTable, theme_table
from cx.wording import MINUS, counted, sentence, signed

# Accounts needed on each side, with the theme and without; under it no interval and no p-value is told. From five on
# intervals cover 92 to 100 % (10 accounts) and 93 to 98 % (40 or more) in simulation, tests of nothing flag 3 to 7 %.
LEAST_ACCOUNTS = 5
# 1 / (flips + 1) is the smallest p-value: .10 over a family of 500 themes can still be reached.
FLIPS = 4_999
# More clusters than this are thrown together at random before resampling: the interval stays, memory is bounded.
MOST_CLUSTERS = 4_000


@dataclass(frozen=True)
class Effect:
    """A value in the score's own units with its 95 % interval; None where too few accounts allow none."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Driver:
    """What one theme does to the score.

    `theme` is None for "no theme". `n` answers and `accounts` mention it; `score` is the score among them. `leave_out`:
    by how much the score would move without them (None where nobody is left). `part`: their share of the score;
    `lost`: their share of what the score lacks to its best, 0 or more. `p`: chance of a leave-out as far from 0 if
    the theme had nothing to do with the score; `q`: the same within the family; both None where not tested.
    """

    theme: str | None
    n: int
    accounts: int
    score: Score
    leave_out: Effect | None
    part: Effect
    lost: Effect
    p: float | None
    q: float | None
    stands_out: bool
    reading: str


@dataclass(frozen=True)
class Drivers:
    """All themes of a slice beside the slice's own score, most costly first by leave-out.

    `family`: what was ranked together; `tested`: how many of it had accounts enough; `rate`: Benjamini-Hochberg's.
    Compare two slices only with their own scores in sight (T4).
    """

    score: Score
    accounts: int
    family: str
    tested: int
    rate: float
    themes: tuple[Driver, ...]
    no_theme: Driver | None
    reading: str


def drivers(
    accounts: Sequence[AccountSums],
    themes: Sequence[ThemeSums],
    *,
    scale: Scale,
    family: str,
    seed: int,
    resamples: int = RESAMPLES,
    rate: float = RATE,
) -> Drivers | None:
    """Rank the themes of a slice by what they do to its score; None when nobody answered.

    Answers: which themes move the score, by how much, for how many accounts (CX leader); which fix would pay (PM).
    `family` names what is ranked, in the plural: "taxonomy themes in NPS, mid-market".

    With N answers, T points, n and t of them for a theme, k themes in an answer, f = 100 for NPS and CSAT, 1 for CES:
    leave-out = f * ((T - t) / (N - n) - T / N);
    part = f * sum(points / k) / N; lost = f * sum(|best - points| / k) / N.
    Intervals: accounts drawn with replacement, expanded percentiles (`cx.resample.percentile_ends`).
    p-value: each account's share in the association of mention and points, s_a = sum over its answers of
    (mention - mean mention) * (points - mean points), gets a random sign; p is the part of draws whose |sum| reaches
    the observed one (score wild cluster bootstrap, Rademacher weights).
    Source: Kline and Santos (2012), Journal of Econometric Methods 1(1); `cx.chance.benjamini_hochberg`.

    Raises:
        CxError: The sums contradict each other.
    """
    if not any(one.n for one in accounts):
        return None
    table = theme_table(accounts, themes)
    return table_drivers(table, scale=scale, family=family, seed=seed, resamples=resamples, rate=rate)


def table_drivers(
    table: ThemeTable, *, scale: Scale, family: str, seed: int, resamples: int = RESAMPLES, rate: float = RATE
) -> Drivers | None:
    """Rank as `drivers` does what is laid out already (`cx.theme_sums.table_of_sums`)."""
    if not table.sums[0].any():
        return None
    p = _p_values(table, seed=seed)
    found = _found(table, scale, p=p, rate=rate, draws=_draws(table, scale, resamples=resamples, seed=seed))
    *rows, no_theme = (_driver(place, found) for place in range(len(table.themes)))
    # The sort is stable and the themes come by key, so ties stay in the order of their keys.
    named = sorted((one for one in rows if one is not None), key=lambda one: -_cost(one, scale))
    tested = int((~np.isnan(p)).sum())
    reading = _summary(named, tested=tested, family=family, rate=rate)
    return Drivers(found.of, int(table.real.sum()), family, tested, rate, tuple(named), no_theme, reading)


def _folded(parts: Floats, *, seed: int) -> Floats:
    clusters = len(parts)
    if clusters <= MOST_CLUSTERS:
        return parts
    group = np.random.default_rng(seed).permutation(clusters) % MOST_CLUSTERS
    folded = np.zeros((MOST_CLUSTERS, parts.shape[1]))
    np.add.at(folded, group, parts)
    return folded


def _factor(scale: Scale) -> float:
    return 1.0 if scale.type == "ces" else 100.0


def _better(scale: Scale) -> float:
    """Give +1 where a higher score is better. NPS and CSAT points are turned that way already."""
    return 1.0 if scale.type != "ces" or scale.high_is_good else -1.0


def _best(scale: Scale) -> float:
    """Give the most points that an answer can bring."""
    if scale.type != "ces":
        return 1.0
    return scale.high if scale.high_is_good else scale.low


def _values(n: Floats, total: Floats, by_theme: Sequence[Floats], scale: Scale) -> tuple[Floats, Floats, Floats]:
    """Give leave-out, part and lost, each (..., themes), from sums over accounts; NaN where nobody is left."""
    theme_n, theme_total, shared_n, shared_total = by_theme
    n, total, factor = n[..., None], total[..., None], _factor(scale)
    left = np.where(n - theme_n > 0.5, n - theme_n, np.nan)
    leave_out = factor * ((total - theme_total) / left - total / n)
    lost = factor * _better(scale) * (_best(scale) * shared_n - shared_total) / n
    return leave_out, factor * shared_total / n, lost


def _draws(table: ThemeTable, scale: Scale, *, resamples: int, seed: int) -> tuple[Floats, Floats, Floats]:
    parts = _folded(np.column_stack((*table.sums[:2], *table.by_theme[[0, 1, 3, 4]])), seed=seed)
    sums = np.concatenate([some @ parts for some in weight_blocks(len(parts), resamples, seed=seed)])
    return _values(sums[:, 0], sums[:, 1], np.split(sums[:, 2:], 4, axis=1), scale)


def _sides(table: ThemeTable) -> Floats:
    """Count accounts with an answer that mentions the theme, and with one that does not: the fewer, (themes,)."""
    mention = (table.by_theme[0] > 0.5).sum(axis=0)
    without = (table.sums[0][:, None] - table.by_theme[0] > 0.5).sum(axis=0)
    return np.minimum(mention, without)


def _p_values(table: ThemeTable, *, seed: int) -> Floats:
    """Give the p-value of each theme, see `drivers`; NaN for "no theme" and for too few accounts."""
    n, total = table.sums[:2]
    theme_n, theme_total = table.by_theme[:2]
    mean, share = total.sum() / n.sum(), theme_n.sum(axis=0) / n.sum()
    parts = theme_total - mean * theme_n - share * (total - mean * n)[:, None]
    scores = _folded(parts, seed=seed).astype(np.float32)
    observed, reached = np.abs(scores.sum(axis=0)), np.zeros(scores.shape[1])
    for signs in sign_blocks(len(scores), FLIPS, seed=seed + 1):
        # A draw that ties with the observed sum but for rounding has reached it.
        reached += (np.abs(signs @ scores) >= observed * (1 - 1e-5)).sum(axis=0)
    told = (_sides(table) >= LEAST_ACCOUNTS) & np.array([theme is not None for theme in table.themes])
    return np.where(told, (1 + reached) / (FLIPS + 1), np.nan)


@dataclass(frozen=True)
class _Found:
    """All that one theme's row is made of."""

    table: ThemeTable
    scale: Scale
    of: Score
    values: tuple[Floats, Floats, Floats]
    draws: tuple[Floats, Floats, Floats]
    sides: Floats
    p: Floats
    q: Floats
    rate: float


def _found(table: ThemeTable, scale: Scale, *, p: Floats, rate: float, draws: tuple[Floats, Floats, Floats]) -> _Found:
    totals = table.by_theme.sum(axis=1)
    n, total = table.sums[:2].sum(axis=1)
    values = _values(n, total, totals[[0, 1, 3, 4]], scale)
    of = score_of_clusters(sum_clusters(*table.sums), scale)
    # By theme and in order, not a number last: what `_effect` takes quantiles of.
    ordered = (np.sort(draws[0].T, axis=1), np.sort(draws[1].T, axis=1), np.sort(draws[2].T, axis=1))
    return _Found(table, scale, of, values, ordered, _sides(table), p, benjamini_hochberg(p), rate)


def _driver(place: int, found: _Found) -> Driver | None:
    """Give one theme's row; None when nobody mentions it."""
    table, tested = found.table, not np.isnan(found.p[place])
    mention = table.by_theme[0, :, place]
    n, accounts = round(mention.sum()), int(((mention > 0.5) & table.real).sum())
    if not n:
        return None
    with_theme = int((mention > 0.5).sum())
    # Leaving out compares two sides; the split has one.
    clusters = (int(found.sides[place]), with_theme, with_theme)
    leave_out, part, lost = (
        _effect(float(value[place]), draws[place], few)
        for value, draws, few in zip(found.values, found.draws, clusters, strict=True)
    )
    kept = None if np.isnan(leave_out.value) else leave_out
    stands_out = bool(found.q[place] <= found.rate)
    words = _reading(kept, found, n=n, accounts=accounts)
    if tested and not stands_out:
        words += f" Chance alone does as much among {counted(int((~np.isnan(found.p)).sum()), 'theme')}."
    return Driver(
        theme=table.themes[place],
        n=n,
        accounts=accounts,
        score=score_of_clusters(sum_clusters(*table.by_theme[:3, :, place]), found.scale),
        leave_out=kept,
        part=part,
        lost=lost,
        p=float(found.p[place]) if tested else None,
        q=float(found.q[place]) if tested else None,
        stands_out=stands_out,
        reading=words,
    )


def _effect(value: float, draws: Floats, accounts: int) -> Effect:
    """Give the value with the interval of its draws, in order."""
    known = int(np.searchsorted(draws, np.inf, side="right"))
    if accounts < LEAST_ACCOUNTS or not known:
        return Effect(value, None, None)
    low, high = (_quantile(draws[:known], end) for end in percentile_ends(accounts))
    return Effect(value, min(low, value), max(high, value))


def _quantile(ordered: Floats, part: float) -> float:
    """Give a quantile as `numpy.quantile` does, of numbers that are in order."""
    at = part * (len(ordered) - 1)
    place = min(int(at), len(ordered) - 2) if len(ordered) > 1 else 0
    low, high = float(ordered[place]), float(ordered[min(place + 1, len(ordered) - 1)])
    return low + (high - low) * (at - place)


def _cost(driver: Driver, scale: Scale) -> float:
    return _better(scale) * driver.leave_out.value if driver.leave_out else 0.0


def _reading(leave_out: Effect | None, found: _Found, *, n: int, accounts: int) -> str:
    name, unit = found.scale.type.upper(), "" if found.scale.type == "ces" else " points"
    name += " (low is good)" if _better(found.scale) < 0 else ""
    who = f"{counted(n, 'answer')} {'of ' + counted(accounts, 'account') if accounts else 'without an account'}"
    if leave_out is None:
        return sentence(f"all {who} are of this kind: there is no {name} without them")
    now, then = found.of.value, found.of.value + leave_out.value
    words = f"without these {who} {name} would be {then:.1f} instead of {now:.1f}".replace("-", MINUS)
    if leave_out.low is None or leave_out.high is None:
        needed = f"{LEAST_ACCOUNTS} accounts with it and {LEAST_ACCOUNTS} without are needed"
        return sentence(f"{words}; not enough data for an interval: {needed}")
    ends = f"{signed(leave_out.low, 1)} to {signed(leave_out.high, 1)}"
    return sentence(f"{words}: {signed(leave_out.value, 1)}{unit} (95 % interval {ends})")


def _summary(named: Sequence[Driver], *, tested: int, family: str, rate: float) -> str:
    """Say what was ranked together and how much of it stands out."""
    out = sum(one.stands_out for one in named)
    words = f"{out} of {tested} {family} stand out (at most {100 * rate:.0f} % of such findings are expected by chance)"
    few = len(named) - tested
    return sentence(words + (f"; {counted(few, 'theme')} more in too few accounts to tell" if few else ""))
