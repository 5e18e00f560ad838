"""Wording as features: hashed words, pairs and letter groups, and linear models over them. No vocabulary to ship."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

# Columns per feature kind: 24 themes then ship in 6 MB of half floats.
COLUMNS = 2**16
WORD = r"(?u)\b\w[\w']*\b|[!?]"

Sparse = sparse.csr_matrix


def hashed_counts(texts: Sequence[str]) -> Sparse:
    """Return (n, 2 * COLUMNS) counts: words and pairs first, letter groups of 3 to 5 within words after."""
    from sklearn.feature_extraction.text import HashingVectorizer

    shared = {"n_features": COLUMNS, "alternate_sign": False, "norm": None, "dtype": np.float32}
    words = HashingVectorizer(ngram_range=(1, 2), token_pattern=WORD, **shared)
    letters = HashingVectorizer(analyzer="char_wb", ngram_range=(3, 5), **shared)
    return sparse.csr_matrix(sparse.hstack([words.transform(texts), letters.transform(texts)]))


def hashed_words(words: Sequence[str]) -> Sparse:
    """Return (n, COLUMNS) with the one column of each single word, as `hashed_counts` has it."""
    from sklearn.feature_extraction.text import HashingVectorizer

    pattern = {"token_pattern": r"(?s).+", "n_features": COLUMNS, "alternate_sign": False, "norm": None}
    return sparse.csr_matrix(HashingVectorizer(**pattern, dtype=np.float32).transform(words))


def inverse_frequency(counts: Sparse) -> NDArray[np.float32]:
    """Return log((1 + n) / (1 + df)) + 1 per column; 0 for columns that occur once, which only memorise."""
    seen = np.bincount(counts.indices, minlength=counts.shape[1])
    weights = np.log((1 + counts.shape[0]) / (1 + seen)) + 1
    return np.where(seen >= 2, weights, 0.0).astype(np.float32)


def weigh(counts: Sparse, idf: NDArray[np.float32]) -> Sparse:
    """Damp counts (1 + log), weigh by rarity and scale words and letters to length 1 each."""
    from sklearn.preprocessing import normalize

    damped = counts.copy()
    damped.data = np.log(damped.data) + 1
    damped = sparse.csr_matrix(damped.multiply(idf[None, :]))
    halves = [normalize(damped[:, :COLUMNS]), normalize(damped[:, COLUMNS:])]
    return sparse.csr_matrix(sparse.hstack(halves), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Linear:
    """A linear model: `x @ weights + bias` gives log-odds.

    Attributes:
        weights: (features, outputs).
        bias: (outputs,).
    """

    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    def __call__(self, x: Sparse | NDArray[np.float32]) -> NDArray[np.float32]:
        """Return (n, outputs) log-odds."""
        return np.asarray(x @ self.weights.astype(np.float32)) + self.bias


def fit_one_vs_rest(
    x: Sparse | NDArray[np.float32],
    targets: NDArray[np.float32],
    *,
    strength: float,
    weights: NDArray[np.float32],
) -> Linear:
    """Fit one logistic regression per column of `targets`, classes balanced.

    Args:
        x: (n, features).
        targets: (n, outputs) of 0 and 1; NaN where unknown, left out for that output.
        strength: Inverse of the regularisation, scikit-learn's C.
        weights: (n,) sample weights.
    """
    used = used_columns(x)
    part = x[:, used]
    columns = [_fit_column(part, targets[:, k], strength=strength, weights=weights) for k in range(targets.shape[1])]
    full = np.zeros((x.shape[1], targets.shape[1]), dtype=np.float32)
    full[used] = np.stack([w for w, _ in columns], axis=1)
    return Linear(full, np.array([b for _, b in columns], dtype=np.float32))


def used_columns(x: Sparse | NDArray[np.float32]) -> NDArray[np.int64]:
    """Return the columns with any value; most hashed ones have none, and fitting them costs time for nothing."""
    if isinstance(x, np.ndarray):
        return np.arange(x.shape[1])
    return np.flatnonzero(np.bincount(x.indices[x.data != 0], minlength=x.shape[1]))


def _fit_column(
    x: Sparse | NDArray[np.float32], target: NDArray[np.float32], *, strength: float, weights: NDArray[np.float32]
) -> tuple[NDArray[np.float32], float]:
    from sklearn.linear_model import LogisticRegression

    known = ~np.isnan(target)
    if len(np.unique(target[known])) < 2:
        # A theme without examples: never said.
        return np.zeros(x.shape[1], dtype=np.float32), -10.0
    model = LogisticRegression(C=strength, class_weight="balanced", solver="liblinear", max_iter=300, random_state=0)
    model.fit(x[known], target[known], sample_weight=weights[known])
    return model.coef_[0].astype(np.float32), float(model.intercept_[0])


def fit_softmax(
    x: Sparse | NDArray[np.float32],
    targets: NDArray[np.int64],
    *,
    classes: int,
    strength: float,
    weights: NDArray[np.float32],
) -> Linear:
    """Fit a multinomial logistic regression; a class without examples gets -10."""
    from sklearn.linear_model import LogisticRegression

    out_w = np.zeros((x.shape[1], classes), dtype=np.float32)
    out_b = np.full(classes, -10.0, dtype=np.float32)
    present = np.unique(targets)
    if len(present) == 1:
        out_b[present] = 0.0
        return Linear(out_w, out_b)
    used = used_columns(x)
    model = LogisticRegression(C=strength, max_iter=500).fit(x[:, used], targets, sample_weight=weights)
    rows, bias = model.coef_, model.intercept_
    if len(present) == 2:  # scikit-learn keeps one row for two classes
        rows, bias = np.vstack([-rows[0] / 2, rows[0] / 2]), np.array([-bias[0] / 2, bias[0] / 2])
    out_w[np.ix_(used, present)], out_b[present] = rows.T, bias
    return Linear(out_w, out_b)
