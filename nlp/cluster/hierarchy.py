"""The reader's top level: parents of fine themes."""

import math

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage

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
        count: Parents wanted; fewer come back when centroids coincide.
    """
    themes = len(centroids)
    if themes <= 1 or count >= themes:
        return np.arange(themes, dtype=np.int64)
    tree = linkage(centroids.astype(np.float64), method="ward")
    found = fcluster(tree, t=count, criterion="maxclust")
    heavy = np.bincount(found, weights=sizes)
    order = sorted(set(found.tolist()), key=lambda parent: (-heavy[parent], int(np.flatnonzero(found == parent)[0])))
    number = {parent: rank for rank, parent in enumerate(order)}
    return np.array([number[parent] for parent in found.tolist()], dtype=np.int64)
