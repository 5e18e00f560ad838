"""New passages join known themes between refits, or wait."""

from dataclasses import dataclass

import numpy as np

from nlp.cluster.outliers import centroids, floors
from nlp.cluster.records import UNASSIGNED, ThemeModel
from nlp.cluster.space import BLOCK, centre_of, centred
from nlp.types import FloatArray, IntArray, RealArray


@dataclass(frozen=True, slots=True)
class Assignment:
    """Where new passages went.

    Attributes:
        labels: (n,) theme number of the model, -1 = waiting for the next refit.
        similarity: (n,) to the nearest theme.
        waiting: Share of the rows that fit no theme; 0 on empty input.
    """

    labels: IntArray
    similarity: RealArray

    @property
    def waiting(self) -> float:
        """Share of the rows that fit no theme; 0 on empty input."""
        return float((self.labels == UNASSIGNED).mean()) if len(self.labels) else 0.0


def fit_model(rows: FloatArray, labels: IntArray, weights: RealArray, *, floor_spreads: float) -> ThemeModel:
    """Return what new passages are compared with.

    Args:
        rows: (n, dim) unit rows that were clustered (with their context mixed in).
        labels: (n,) themes 0.., -1 = unassigned.
        weights: (n,) respondents a row stands for.
        floor_spreads: As in `nlp.cluster.outliers.floors`.
    """
    centre = centre_of(rows)
    apart = centred(rows, centre)
    middle = centroids(apart, labels, weights)
    themes = len(middle)
    own = _own_similarity(apart, labels, middle) if themes else np.zeros(len(rows))
    low = floors(own.astype(np.float64), labels, themes, spreads=floor_spreads)
    return ThemeModel(centre=centre, centroids=middle, floors=low)


def _own_similarity(rows: FloatArray, labels: IntArray, middle: FloatArray) -> FloatArray:
    """Return (n,) similarity of each row to its own theme's middle."""
    out = np.empty(len(rows), dtype=np.float32)
    for start in range(0, len(rows), BLOCK):
        part = slice(start, start + BLOCK)
        out[part] = np.einsum("nd,nd->n", rows[part], middle[np.maximum(labels[part], 0)])
    return out


def assign(rows: FloatArray, model: ThemeModel) -> Assignment:
    """Give each passage its nearest theme, or none where it is under that theme's floor.

    Args:
        rows: (n, dim) unit rows, mixed with their comments by `nlp.cluster.space.with_context` as at the fit.
        model: As the fit left it.
    """
    if len(rows) == 0 or len(model.centroids) == 0:
        return Assignment(np.full(len(rows), UNASSIGNED, dtype=np.int64), np.zeros(len(rows)))
    similarity = centred(rows, model.centre) @ model.centroids.T
    best = similarity.argmax(axis=1)
    value = similarity[np.arange(len(rows)), best]
    labels = np.where(value >= model.floors[best], best, UNASSIGNED).astype(np.int64)
    return Assignment(labels=labels, similarity=value.astype(np.float64))
