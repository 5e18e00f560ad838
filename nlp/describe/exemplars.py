"""Passages that show a theme: near its centre, and unlike each other (Carbonell and Goldstein 1998)."""

import numpy as np

from nlp.types import FloatArray


def exemplars(rows: FloatArray, centroid: FloatArray, *, count: int, diversity: float) -> list[int]:
    """Return row numbers of up to `count` exemplars, best first.

    Args:
        rows: (n, dim) unit rows of the theme's passages, in an order that depends on content only.
        centroid: (dim,) unit centre.
        count: Exemplars wanted.
        diversity: 0 nearest to the centre, 1 least like those already chosen.
    """
    near = rows @ centroid
    pool = np.argsort(-near, kind="stable")[: max(count * 10, 50)]
    chosen: list[int] = []
    alike = np.zeros(len(pool))
    while len(chosen) < min(count, len(pool)):
        worth = (1 - diversity) * near[pool] - diversity * alike
        worth[[at for at, row in enumerate(pool) if int(row) in chosen]] = -np.inf
        best = int(pool[int(np.argmax(worth))])
        chosen.append(best)
        alike = np.maximum(alike, rows[pool] @ rows[best])
    return chosen
