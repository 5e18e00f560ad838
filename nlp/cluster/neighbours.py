"""Nearest neighbours of unit rows: all pairs while that is cheap, inverted lists beyond."""

from typing import TYPE_CHECKING

import numpy as np

from nlp.types import FloatArray, IntArray

if TYPE_CHECKING:
    # Loaded by those who search: a run that knows its neighbours does without.
    import faiss

# Inverted lists: about 4 * sqrt(n) lists (faiss wiki, "Guidelines to choose an index"), some of them read per query.
# On the 31k passages of the development corpora 16 lists find 96 % of the true 30 neighbours, in a quarter of the time.
LISTS_PER_ROOT = 4
LISTS_READ = 16
TRAINING_PER_LIST = 40


def neighbour_count(rows: int, *, exponent: float, least: int, most: int) -> int:
    """Return how many neighbours a passage gets in a corpus of `rows`."""
    return max(1, min(rows - 1, max(least, min(most, round(rows**exponent)))))


def nearest(rows: FloatArray, count: int, *, exact_limit: int, seed: int) -> tuple[FloatArray, IntArray]:
    """Return (n, count) cosines and row numbers of the nearest other rows, best first.

    Args:
        rows: (n, dim) float32 unit rows, n >= 2.
        count: Neighbours, 1..n-1.
        exact_limit: Up to so many rows every pair is compared.
        seed: For the training of the inverted lists.
    """
    index = _flat(rows) if len(rows) <= exact_limit else _inverted(rows, seed=seed)
    cosines, found = index.search(rows, count + 1)
    return _without_self(cosines, found.astype(np.int64), count)


def _flat(rows: FloatArray) -> "faiss.Index":
    import faiss

    index = faiss.IndexFlatIP(rows.shape[1])
    index.add(rows)
    return index


def _inverted(rows: FloatArray, *, seed: int) -> "faiss.Index":
    import faiss

    lists = int(LISTS_PER_ROOT * np.sqrt(len(rows)))
    index = faiss.IndexIVFFlat(faiss.IndexFlatIP(rows.shape[1]), rows.shape[1], lists, faiss.METRIC_INNER_PRODUCT)
    index.cp.seed = seed + 1
    index.cp.niter = 8
    index.cp.min_points_per_centroid = 1
    index.cp.max_points_per_centroid = TRAINING_PER_LIST
    index.nprobe = LISTS_READ
    index.train(rows)
    index.add(rows)
    return index


def _without_self(cosines: FloatArray, found: IntArray, count: int) -> tuple[FloatArray, IntArray]:
    """Drop each row from its own list; identical rows may push it away from the front, or out."""
    own = found == np.arange(len(found))[:, None]
    own[~own.any(axis=1), -1] = True
    keep = ~own
    cosines, found = cosines[keep].reshape(-1, count), found[keep].reshape(-1, count)
    missing = found < 0
    return np.where(missing, 0.0, cosines).astype(np.float32), np.where(missing, np.arange(len(found))[:, None], found)
