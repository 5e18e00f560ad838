"""Scores: NPS, CSAT and CES. A value always comes with its n and its 95 % interval, by one method at every n.

How often the intervals cover the truth is worked out in `tests/cx/test_scores.py`: see `nps` and `score_of_clusters`.

Sources: DOMAIN "Scores and comments belong together"; the adjusted Wald interval for NPS follows Rocks (2016),
"Interval Estimation for the Net Promoter Score", The American Statistician 70(4).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from cx.errors import ScaleError

# 95 %, two-sided.
Z = 1.959963984540054
PROMOTER_FROM, PASSIVE_FROM = 9, 7
# Rocks (2016): 3/4 promoter, 3/4 detractor and 3 answers are added before the variance is taken.
NPS_ADDED_EACH, NPS_ADDED_TOTAL = 0.75, 3.0
# Answers are whole numbers: rounding alone leaves this variance, also where all answers are alike.
ROUNDING_VARIANCE = 1 / 12
# Two boxes of five: the upper two fifths of a longer scale.
TOP_BOXES = 2
DEFAULT_SCALES = {"nps": (0.0, 10.0), "csat": (1.0, 5.0), "ces": (1.0, 7.0)}
# DOMAIN: 3 of 5 for CSAT, 4 of 7 for CES where high is easy; a detractor is 6 or less.
DEFAULT_FLAG_LINES = {"nps": 6.0, "csat": 3.0, "ces": 4.0}


@dataclass(frozen=True)
class Scale:
    """A survey's range and direction, and the line under which a score is flagged."""

    type: str
    low: float
    high: float
    high_is_good: bool = True
    flag_line: float | None = None

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise ScaleError(f"scale {self.low}..{self.high} is empty: give scale_min under scale_max")


@dataclass(frozen=True)
class Score:
    """A value with its n and 95 % interval. `low` and `high` are None where n allows none (n = 1 for a mean)."""

    value: float
    n: int
    low: float | None
    high: float | None


def default_scale(survey_type: str) -> Scale:
    """Give the usual scale of a survey type.

    Raises:
        ScaleError: The type is not nps, csat or ces.
    """
    if survey_type not in DEFAULT_SCALES:
        raise ScaleError(f"survey type {survey_type!r} is not known: use nps, csat or ces")
    low, high = DEFAULT_SCALES[survey_type]
    return Scale(survey_type, low, high, flag_line=DEFAULT_FLAG_LINES[survey_type])


def score_band(score: float, scale: Scale) -> int:
    """Place a score: -1 detractor or flagged, 0 between, 1 promoter or satisfied.

    Raises:
        ScaleError: The score lies outside the scale.
    """
    if not scale.low <= score <= scale.high:
        raise ScaleError(f"score {score:g} lies outside {scale.low:g}..{scale.high:g}")
    if scale.type == "nps":
        return -1 if score < PASSIVE_FROM else 1 if score >= PROMOTER_FROM else 0
    good = score if scale.high_is_good else scale.low + scale.high - score
    line = scale.flag_line
    flagged = _default_line(scale) >= good if line is None else _at_or_past(score, line, scale.high_is_good)
    if flagged:
        return -1
    return 1 if good > scale.high - TOP_BOXES * (scale.high - scale.low + 1) / 5 else 0


def _default_line(scale: Scale) -> float:
    return (scale.low + scale.high) / 2


def _at_or_past(score: float, line: float, high_is_good: bool) -> bool:
    return score <= line if high_is_good else score >= line


def nps(scores: Sequence[float]) -> Score | None:
    """Net Promoter Score of 0-10 answers, -100..100, with an adjusted Wald interval clipped at +-100.

    NPS = 100 (promoters - detractors) / n. None for no answers.
    Answers: are customers likely to recommend us, and how sure is that number (CX leader, PM, CSM)?

    Coverage, exact over all outcomes: 95.1 % on average over n = 3..200 and twelve shapes of (promoters, detractors),
    94.3 to 96.1 % by shape; over evenly drawn shapes 94.8 to 95.6 % at each n. Worst: 73 % at n = 3 with .9 promoters
    and no detractor; never under 92 % from n = 50 on. It takes answers as independent: for several accounts there is
    `score_of_clusters`.
    """
    n = len(scores)
    if n == 0:
        return None
    promoters = sum(s >= PROMOTER_FROM for s in scores)
    detractors = sum(s < PASSIVE_FROM for s in scores)
    return nps_of_counts(promoters, detractors, n)


def nps_of_counts(promoters: int, detractors: int, n: int, *, effect: float = 1.0) -> Score | None:
    """NPS from counts; see `nps`. A design effect over 1 makes the answers count as n / effect in the interval."""
    if n == 0:
        return None
    value = 100 * (promoters - detractors) / n
    adjusted_n = n / effect + NPS_ADDED_TOTAL
    p = (promoters / effect + NPS_ADDED_EACH) / adjusted_n
    d = (detractors / effect + NPS_ADDED_EACH) / adjusted_n
    margin = 100 * Z * math.sqrt((p + d - (p - d) ** 2) / adjusted_n)
    centre = 100 * (p - d)
    # The value itself always lies inside its interval, also where the added answers pull the centre away.
    return Score(value, n, max(-100.0, min(centre - margin, value)), min(100.0, max(centre + margin, value)))


def told(score: Score | None) -> Score | None:
    """Take the interval from a score of a single answer, where "what would others have said" is not asked for."""
    return score if score is None or score.n > 1 else Score(score.value, score.n, None, None)


def share(satisfied: float, n: int, *, effect: float = 1.0) -> Score | None:
    """Percentage with a Wilson interval, 0..100: CSAT as the share of the top two boxes. None for no answers.

    Answers: what part of the customers is satisfied (support lead, CSM)?
    """
    if n == 0:
        return None
    p, m = satisfied / n, n / effect
    centre = (p + Z**2 / (2 * m)) / (1 + Z**2 / m)
    margin = Z / (1 + Z**2 / m) * math.sqrt(p * (1 - p) / m + Z**2 / (4 * m**2))
    return Score(100 * p, n, 100 * max(0.0, centre - margin), 100 * min(1.0, centre + margin))


def mean_of_moments(
    total: float, squares: float, n: int, scale: Scale, *, effect: float = 1.0, df: int | None = None
) -> Score | None:
    """Mean with a t interval clipped at the scale, from the sum and the sum of squares: CES. None for no answers.

    `effect` widens the variance, `df` are the degrees of freedom where they are not n - 1 (clusters - 1). The variance
    is never under what rounding to whole numbers leaves: two answers of 6 don't prove that all would say 6.
    Answers: how easy was it (CX leader, implementation)?
    """
    if n == 0:
        return None
    mean = total / n
    if n == 1:
        return Score(mean, 1, None, None)
    variance = max(ROUNDING_VARIANCE, (squares - n * mean**2) / (n - 1))
    margin = t_quantile(df or n - 1) * math.sqrt(variance * effect / n)
    return Score(mean, n, max(scale.low, mean - margin), min(scale.high, mean + margin))


@dataclass(frozen=True)
class Clusters:
    """Sums over answers and over the accounts they come from: all that a score and its clustered interval need.

    `n`, `total`, `squares`: over answers. `clusters`: their number; `tt`, `tn`, `nn`: sums over clusters of total^2,
    total * n and n^2.
    """

    n: int
    total: float
    squares: float
    clusters: int
    tt: float
    tn: float
    nn: float


def sum_clusters(n: ArrayLike, totals: ArrayLike, squares: ArrayLike) -> Clusters:
    """Sum per-account counts, totals and sums of squares, each (accounts,); those without an answer count nothing."""
    counts, sums = np.asarray(n, dtype=float), np.asarray(totals, dtype=float)
    return Clusters(
        n=int(counts.sum()),
        total=float(sums.sum()),
        squares=float(np.asarray(squares, dtype=float).sum()),
        clusters=int((counts > 0).sum()),
        tt=float(sums @ sums),
        tn=float(sums @ counts),
        nn=float(counts @ counts),
    )


def design_effect(moments: Clusters) -> float:
    """How much wider the variance of the mean is than if the answers were independent; never under 1.

    The linearised variance over clusters, g / (g - 1) * sum((t_i - mean * n_i)^2) / n^2, over the plain one, s^2 / n.
    1 where it can't be told: one cluster, or all answers alike.
    Source: Kish (1965), "Survey Sampling"; Kish and Frankel (1974), JRSS B 36(1), for the linearised form.
    """
    n, g = moments.n, moments.clusters
    if g < 2 or n < 3:
        return 1.0
    mean = moments.total / n
    plain = (moments.squares - n * mean**2) / (n - 1) / n
    if plain <= 1e-12:
        return 1.0
    between = max(0.0, moments.tt - 2 * mean * moments.tn + mean**2 * moments.nn)
    return max(1.0, g / (g - 1) * between / n**2 / plain)


def score_of_clusters(moments: Clusters, scale: Scale) -> Score:
    """Score with an interval that takes answers of one account as dependent.

    Points per answer: NPS +1, 0, -1; CSAT 1 or 0; CES the score itself.
    Answers: the same as `nps`, over several accounts. With 40 accounts of 8 answers and intra-account correlation .2
    the plain interval covers 77 to 81 %, this one 94 to 96 %; with 3 to 10 accounts 92 to 99 % (simulated).

    Raises:
        ScaleError: There is no answer.
    """
    n, effect = moments.n, design_effect(moments)
    if n < 1:
        raise ScaleError("a score needs at least one answer")
    # A few accounts say little of how accounts differ: Student's t over clusters instead of the normal.
    small = (t_quantile(moments.clusters - 1) / Z) ** 2 if moments.clusters > 1 and effect > 1 else 1.0
    if scale.type == "nps":
        # Each point is +1, 0 or -1, so the squares are the number of promoters and detractors.
        promoters = round((moments.squares + moments.total) / 2)
        score = nps_of_counts(promoters, round(moments.squares) - promoters, n, effect=effect * small)
    elif scale.type == "csat":
        score = share(round(moments.total), n, effect=effect * small)
    else:
        df = moments.clusters - 1 if moments.clusters > 1 and effect > 1 else None
        score = mean_of_moments(moments.total, moments.squares, n, scale, effect=effect, df=df)
    if score is None:
        raise ScaleError("a score needs at least one answer")
    return score


def t_quantile(df: float) -> float:
    """Give the .975 quantile of Student's t (exact for 1 and 2, else Cornish-Fisher; error under .004 from 3 on).

    Source: Abramowitz and Stegun (1964), 26.7.5.
    """
    if df == 1:
        return 12.7062047362
    if df == 2:
        return 4.30265272975
    z = Z
    g1 = (z**3 + z) / 4
    g2 = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    g3 = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    g4 = (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160
    return z + g1 / df + g2 / df**2 + g3 / df**3 + g4 / df**4
