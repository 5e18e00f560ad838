"""Combine several opinions on each theme into one calibrated probability, and choose where "none" begins."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Candidate cuts on the probability.
CUTS = np.round(np.arange(0.10, 0.91, 0.01), 2)
# Strength of the pull of each theme's own shift towards zero, in scikit-learn's C.
SHIFT_STRENGTH = 0.3
EPSILON = 1e-6


@dataclass(frozen=True, slots=True)
class Stack:
    """Weights of the opinions, shared by all themes, and one shift a theme.

    Attributes:
        weights: (opinions,), applied to log-odds.
        bias: Shared shift.
        shifts: (themes,) own shifts.
        cut: Probability from which a theme is said.
    """

    weights: NDArray[np.float32]
    bias: float
    shifts: NDArray[np.float32]
    cut: float

    def probability(self, opinions: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return (n, themes) probabilities from (opinions, n, themes) log-odds."""
        return sigmoid(np.tensordot(self.weights, opinions, axes=1) + self.bias + self.shifts[None, :])


def sigmoid(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return 1 / (1 + exp(-x)) without overflow."""
    return (0.5 * (1.0 + np.tanh(0.5 * np.asarray(logits, dtype=np.float64)))).astype(np.float32)


def fit_stack(opinions: NDArray[np.float32], targets: NDArray[np.float32]) -> Stack:
    """Learn weights, shifts and cut from out-of-fold opinions.

    Args:
        opinions: (opinions, n, themes) log-odds of models that did not see the row.
        targets: (n, themes) of 0, 1 and NaN for unknown.
    """
    from sklearn.linear_model import LogisticRegression

    kinds, _, themes = opinions.shape
    known = ~np.isnan(targets)
    rows, columns = np.nonzero(known)
    own = np.eye(themes, dtype=np.float32)[columns] * np.float32(SHIFT_STRENGTH)
    x = np.hstack([opinions[:, rows, columns].T, own])
    model = LogisticRegression(C=1.0, max_iter=1000).fit(x, targets[known])
    weights = model.coef_[0].astype(np.float32)
    shifts = weights[kinds:] * np.float32(SHIFT_STRENGTH)
    stack = Stack(weights[:kinds], float(model.intercept_[0]), shifts, cut=0.5)
    cut = best_cut(stack.probability(opinions), targets)
    return Stack(stack.weights, stack.bias, stack.shifts, cut)


def best_cut(probability: NDArray[np.float32], targets: NDArray[np.float32]) -> float:
    """Return the cut with the highest micro F1: the mean of those within .001 of it, so that noise does not choose."""
    scores = np.array([micro_f1(probability >= cut, targets) for cut in CUTS])
    return float(CUTS[scores >= scores.max() - 1e-3].mean())


def micro_f1(said: NDArray[np.bool_], targets: NDArray[np.float32]) -> float:
    """Return F1 over all known (row, theme) pairs; 0 when nothing is said or stated."""
    stated = targets == 1
    hits = int((said & stated).sum())
    total = int((said & ~np.isnan(targets)).sum() + stated.sum())
    return 2 * hits / total if total else 0.0


def log_odds(probability: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return log(p / (1 - p)), bounded."""
    safe = np.clip(probability, EPSILON, 1 - EPSILON)
    return np.log(safe / (1 - safe)).astype(np.float32)
