"""The reader's top level: parents of fine themes."""

import math

import numpy as np

from nlp.types import FloatArray, IntArray

# A reader opens a parent to find about three themes.
THEMES_PER_PARENT = 3


def parent_count(themes: int, *, least: int, most: int) -> int:
    """Return how many parents: a third of the themes within the bounds, never more than there are themes."""
    return min(themes, max(least, min(most, math.ceil(themes / THEMES_PER_PARENT))))


def parents_of(centroids: FloatArray, sizes: IntArray, *, count: int) -> IntArray:
    """Return (themes,) parent of each theme, 0 = largest by members; Ward linkage, so that no parent swallows the rest.

    Args:
        centroids: (themes, dim) unit rows.
        sizes: (themes,) members.
        count: Parents wanted.
    """
    themes = len(centroids)
    if themes <= 1 or count >= themes:
        return np.arange(themes, dtype=np.int64)
    found = ward(centroids, count=count)
    heavy = np.bincount(found, weights=sizes)
    order = sorted(set(found.tolist()), key=lambda parent: (-heavy[parent], int(np.flatnonzero(found == parent)[0])))
    number = {parent: rank for rank, parent in enumerate(order)}
    return np.array([number[parent] for parent in found.tolist()], dtype=np.int64)


def ward(rows: FloatArray, *, count: int) -> IntArray:
    """Return (n,) clusters: the two whose union costs least variance are joined until `count` are left.

    Same as scipy's linkage and cut (the tests compare them), whose import takes longer than a few hundred joins.
    Distances follow Lance and Williams (1967), ties go to the first pair.
    """
    wide = rows.astype(np.float64)
    lengths = (wide**2).sum(axis=1)
    apart = np.maximum(lengths[:, None] + lengths[None, :] - 2 * wide @ wide.T, 0.0)
    np.fill_diagonal(apart, np.inf)
    sizes, found = np.ones(len(rows)), np.arange(len(rows))
    for _ in range(len(rows) - count):
        one, other = sorted(divmod(int(apart.argmin()), len(rows)))
        both = sizes + sizes[one] + sizes[other]
        joined = ((sizes + sizes[one]) * apart[one] + (sizes + sizes[other]) * apart[other]) / both
        joined -= sizes * apart[one, other] / both
        joined[[one, other]] = np.inf
        apart[one] = apart[:, one] = joined
        apart[other] = apart[:, other] = np.inf
        sizes[one] += sizes[other]
        found[found == other] = one
    return found.astype(np.int64)
