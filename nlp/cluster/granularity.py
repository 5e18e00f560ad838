"""How many themes there are: chosen from the graph alone, without labels.

A partition is worth what it tells about where a passage's neighbours are, less what it costs to name the
passage's theme. With `inside` the share of edge weight within themes and `chance` the share that random
edges would have there, the telling is the divergence KL(inside || chance); the cost is the entropy of
the theme sizes. Neighbours of one passage are not independent votes, so their worth is one constant
(`evidence`), measured once. This is the description length of a planted partition (Newman 2016, PRE 94,
052315; Peixoto 2013, PRL 110, 148701) with that one discount. Sharp corpora come out fine, diffuse ones coarse.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations

import numpy as np
import scipy.sparse as sp
from sklearn.metrics import adjusted_rand_score

from nlp.cluster.communities import communities
from nlp.cluster.records import SweepPoint
from nlp.types import IntArray

# Leiden lets go of the interpreter lock; the project's yardstick machine has 2 cores.
THREADS = 2


def score(graph: sp.csr_matrix, labels: IntArray, *, resolution: float, evidence: float, min_size: int) -> SweepPoint:
    """Return what a partition is worth; see the module's head."""
    edges = graph.tocoo()
    total = float(edges.data.sum())
    _, dense = np.unique(labels, return_inverse=True)
    inside = float(edges.data[dense[edges.row] == dense[edges.col]].sum()) / total
    strength = np.bincount(dense, weights=np.asarray(graph.sum(axis=1)).ravel()) / total
    sizes = np.bincount(dense)
    share = sizes / len(dense)
    gain = evidence * _divergence(inside, float((strength**2).sum())) - float(-(share * np.log(share)).sum())
    return SweepPoint(resolution=resolution, themes=int((sizes >= min_size).sum()), inside=inside, gain=gain)


def sweep(
    graph: sp.csr_matrix, resolutions: Sequence[float], *, seed: int, evidence: float, min_size: int
) -> tuple[SweepPoint, ...]:
    """Return the worth of each resolution, in the order given."""

    def look(resolution: float) -> SweepPoint:
        found = communities(graph, resolution=resolution, seed=seed)
        return score(graph, found, resolution=resolution, evidence=evidence, min_size=min_size)

    with ThreadPoolExecutor(THREADS) as pool:
        return tuple(pool.map(look, resolutions))


def choose(points: Sequence[SweepPoint], *, themes_min: int) -> SweepPoint:
    """Return the point of the highest gain among those with enough themes; the finest where none has."""
    enough = [point for point in points if point.themes >= themes_min]
    if not enough:
        return max(points, key=lambda point: (point.themes, point.gain))
    return max(enough, key=lambda point: (point.gain, -point.resolution))


def themes_least(rows: int, *, themes_min: int, min_size: int) -> int:
    """Return the coarsest number of themes to look at: `themes_min`, less in corpora too small for it."""
    return max(1, min(themes_min, rows // (6 * min_size)))


def central_run(graph: sp.csr_matrix, *, resolution: float, seed: int, runs: int) -> tuple[IntArray, float]:
    """Return the partition closest to those of the other seeds, and the mean adjusted Rand index between them.

    The index is nan when there is one run only.
    """
    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(lambda run: communities(graph, resolution=resolution, seed=seed + run), range(runs)))
    if runs == 1:
        return found[0], float("nan")
    agreement = np.zeros((runs, runs))
    for one, other in combinations(range(runs), 2):
        agreement[one, other] = agreement[other, one] = adjusted_rand_score(found[one], found[other])
    best = int(np.argmax(agreement.sum(axis=1)))
    return found[best], float(agreement.sum() / (runs * (runs - 1)))


def _divergence(inside: float, chance: float) -> float:
    inside = min(max(inside, 1e-9), 1 - 1e-9)
    chance = min(max(chance, 1e-9), 1 - 1e-9)
    return float(inside * np.log(inside / chance) + (1 - inside) * np.log((1 - inside) / (1 - chance)))
