"""Chance: how likely a finding is without a cause, and what is left when many things are looked at together."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

# Issue 4: of the findings shown, at most one in ten is expected to be chance.
RATE = 0.10


def benjamini_hochberg(p: ArrayLike) -> NDArray[np.float64]:
    """Turn the p-values of one family into q-values, same order: the smallest rate at which each would be flagged.

    q of the i-th smallest of m = min over j >= i of p_j * m / j. NaN (not tested) stays NaN and counts nothing in m.
    Flagging q <= .10 keeps the expected share of chance findings among the flagged at .10, for tests that are
    independent or lean the same way.
    Source: Benjamini and Hochberg (1995), JRSS B 57(1).
    """
    values = np.asarray(p, dtype=float)
    tested = np.flatnonzero(~np.isnan(values))
    found = np.full(values.shape, np.nan)
    order = tested[np.argsort(values[tested], kind="stable")]
    steps = values[order] * len(order) / np.arange(1, len(order) + 1)
    found[order] = np.minimum.accumulate(steps[::-1])[::-1].clip(max=1.0)
    return found


def two_sided_t(t: float, df: int) -> float:
    """Give the two-sided p-value of Student's t with whole degrees of freedom, 1 or more.

    Source: Abramowitz and Stegun (1964), 26.7.3 and 26.7.4: a finite sum, exact.
    """
    angle = math.atan(abs(t) / math.sqrt(df))
    sine, square = math.sin(angle), math.cos(angle) ** 2
    term = math.cos(angle) if df % 2 else 1.0
    total = 0.0
    for step in range(df // 2 if df % 2 == 0 else (df - 1) // 2):
        total += term
        term *= square * (2 * step + 2) / (2 * step + 3) if df % 2 else square * (2 * step + 1) / (2 * step + 2)
    inside = 2 / math.pi * (angle + sine * total) if df % 2 else sine * total
    return min(1.0, max(0.0, 1.0 - inside))
