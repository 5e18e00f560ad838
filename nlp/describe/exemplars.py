"""Passages that show a theme: near its centre, whole, and unlike each other (Carbonell and Goldstein 1998)."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nlp.types import FloatArray

# Words of a passage that reads as a whole thought and still at a glance.
SHORTEST, LONGEST = 5, 30
# Cosine taken off a passage outside these lengths: about half the spread of a theme's passages around its centre.
OUTSIDE = 0.15


def exemplars(
    rows: FloatArray,
    centroid: FloatArray,
    *,
    count: int,
    diversity: float,
    groups: Sequence[str] | None = None,
    lengths: Sequence[int] | None = None,
) -> list[int]:
    """Return row numbers of up to `count` exemplars, best first.

    Args:
        rows: (n, dim) unit rows of the theme's passages, in an order that depends on content only.
        centroid: (dim,) unit centre.
        count: Exemplars wanted.
        diversity: 0 nearest to the centre, 1 least like those already chosen.
        groups: (n,) comment of each passage; a second passage of a comment is taken only when no other is left.
        lengths: (n,) words of each passage; fragments and long ones come after the rest.
    """
    near = (rows @ centroid).astype(np.float64)
    if lengths is not None:
        words = np.asarray(lengths)
        near = near - OUTSIDE * ((words < SHORTEST) | (words > LONGEST))
    of = list(groups) if groups is not None else [str(row) for row in range(len(rows))]
    order = np.argsort(-near, kind="stable").tolist()
    firsts, seen = [], set[str]()
    for row in order:
        if of[row] not in seen:
            seen.add(of[row])
            firsts.append(row)
    leading = set(firsts)
    pool = firsts[: max(count * 10, 50)]
    if len(pool) < count:
        pool += [row for row in order if row not in leading][: count - len(pool)]
    return _unlike(rows, near, pool, min(count, len(pool)), diversity)


def _unlike(
    rows: FloatArray, near: NDArray[np.float64], pool: Sequence[int], count: int, diversity: float
) -> list[int]:
    chosen: list[int] = []
    alike = np.zeros(len(pool))
    while len(chosen) < count:
        worth = (1 - diversity) * near[pool] - diversity * alike
        worth[[at for at, row in enumerate(pool) if row in chosen]] = -np.inf
        best = pool[int(np.argmax(worth))]
        chosen.append(best)
        alike = np.maximum(alike, rows[pool] @ rows[best])
    return chosen
