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
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp

from nlp.cluster.communities import communities
from nlp.cluster.records import SweepPoint
from nlp.measure.partitions import adjusted_rand, cross
from nlp.types import BoolArray, IntArray, RealArray

# Leiden lets go of the interpreter lock; the project's yardstick machine has 2 cores.
THREADS = 2


class Look(NamedTuple):
    """A resolution that was looked at, and its communities."""

    point: SweepPoint
    labels: IntArray


def score(graph: sp.csr_matrix, labels: IntArray, *, resolution: float, evidence: float, min_size: int) -> SweepPoint:
    """Return what a partition is worth; see the module's head."""
    edges = graph.tocoo()
    total = float(edges.data.sum())
    _, dense = np.unique(labels, return_inverse=True)
    inside = float(edges.data[dense[edges.row] == dense[edges.col]].sum()) / total
    strength = np.bincount(dense, weights=np.asarray(graph.sum(axis=1)).ravel()) / total
    sizes = np.bincount(dense)
    gain = partition_gain(inside, strength, sizes / len(dense), evidence=evidence)
    return SweepPoint(resolution=resolution, themes=int((sizes >= min_size).sum()), inside=inside, gain=gain)


def partition_gain(inside: float, strength: RealArray, share: RealArray, *, evidence: float) -> float:
    """Return the gain in nats a passage.

    Args:
        inside: Share of edge weight within themes.
        strength: (themes,) share of edge ends at each theme.
        share: (themes,) share of passages; zeros are allowed.
        evidence: Votes that the neighbours of one passage are worth.
    """
    return evidence * _divergence(inside, float((strength**2).sum())) + float(_plogp(share).sum())


def sweep(
    graph: sp.csr_matrix, resolutions: Sequence[float], *, seed: int, evidence: float, min_size: int, themes_min: int
) -> list[Look]:
    """Look at every second resolution, then at both neighbours of the best; from coarse to fine.

    The gain rises to one peak and falls again, so what lies further from the best is not worth a look.
    """

    def look(at: int) -> tuple[int, Look]:
        labels = communities(graph, resolution=resolutions[at], seed=seed)
        return at, Look(score(graph, labels, resolution=resolutions[at], evidence=evidence, min_size=min_size), labels)

    with ThreadPoolExecutor(THREADS) as pool:
        seen = dict(pool.map(look, range(0, len(resolutions), 2)))
        best = choose([one.point for one in seen.values()], themes_min=themes_min)[0].resolution
        middle = list(resolutions).index(best)
        beside = [at for at in (middle - 1, middle + 1) if 0 <= at < len(resolutions) and at not in seen]
        seen.update(pool.map(look, beside))
    return [seen[at] for at in sorted(seen)]


def choose(points: Sequence[SweepPoint], *, themes_min: int, most: int = 2) -> list[SweepPoint]:
    """Return the `most` points of the highest gain among those with enough themes, best first.

    Where none has enough, the finest alone.
    """
    enough = [point for point in points if point.themes >= themes_min]
    if not enough:
        return [max(points, key=lambda point: (point.themes, point.gain))]
    return sorted(enough, key=lambda point: (-point.gain, point.resolution))[:most]


def themes_least(rows: int, *, themes_min: int, min_size: int) -> int:
    """Return the coarsest number of themes to look at: `themes_min`, less in corpora too small for it."""
    return max(1, min(themes_min, rows // (6 * min_size)))


def best_run(
    graph: sp.csr_matrix, looks: Sequence[Look], *, seed: int, runs: int, evidence: float, min_size: int
) -> tuple[Look, float]:
    """Return the look of the highest gain over the ones given and `runs` - 1 further seeds each, and its stability.

    Stability is the mean adjusted Rand index between the seeds at its resolution; nan for one run.
    """

    def again(one: tuple[float, int]) -> Look:
        labels = communities(graph, resolution=one[0], seed=one[1])
        return Look(score(graph, labels, resolution=one[0], evidence=evidence, min_size=min_size), labels)

    tries = [(look.point.resolution, seed + run) for look in looks for run in range(1, runs)]
    with ThreadPoolExecutor(THREADS) as pool:
        found = [*looks, *pool.map(again, tries)]
    best = found[max(range(len(found)), key=lambda at: (found[at].point.gain, -at))]
    return best, _mean_agreement([one.labels for one in found if one.point.resolution == best.point.resolution])


def merge_by_gain(graph: sp.csr_matrix, labels: IntArray, *, evidence: float, themes_min: int) -> IntArray:
    """Join themes pair by pair while the gain rises; Leiden has one resolution for all, themes do not.

    Args:
        graph: As `nlp.cluster.communities.neighbour_graph` returns.
        labels: (n,) communities.
        evidence: As in the sweep.
        themes_min: Stop at so many.
    """
    _, dense = np.unique(labels, return_inverse=True)
    count = int(dense.max()) + 1
    member = sp.csr_matrix((np.ones(len(dense)), (np.arange(len(dense)), dense)), shape=(len(dense), count))
    between = np.asarray((member.T @ graph @ member).todense(), dtype=np.float64) / float(graph.sum())
    share = np.bincount(dense) / len(dense)
    target = np.arange(count)
    alive = np.ones(count, dtype=bool)
    while alive.sum() > themes_min:
        pair = _best_merge(between, share, alive, evidence)
        if pair is None:
            break
        one, other = pair
        between[one] += between[other]
        between[:, one] += between[:, other]
        share[one] += share[other]
        between[other] = between[:, other] = share[other] = 0.0
        alive[other] = False
        target[target == other] = one
    return np.unique(target[dense], return_inverse=True)[1].astype(np.int64)


def _best_merge(between: RealArray, share: RealArray, alive: BoolArray, evidence: float) -> tuple[int, int] | None:
    """Return the pair whose union gains most, or None where every union loses.

    `between` holds the share of edge weight from theme to theme, so its row sums are the themes' strengths.
    """
    strength = between.sum(axis=1)
    inside, chance = float(np.trace(between)), float((strength**2).sum())
    now = evidence * _divergence(inside, chance) + float(_plogp(share).sum())
    one, other = np.nonzero(np.triu(between, k=1))
    if not len(one):
        return None
    union = share[one] + share[other]
    told = _divergences(inside + 2 * between[one, other], chance + 2 * strength[one] * strength[other])
    cost = _plogp(share).sum() - _plogp(share[one]) - _plogp(share[other]) + _plogp(union)
    gain = np.where(alive[one] & alive[other], evidence * told + cost, -np.inf)
    best = int(np.argmax(gain))
    return (int(one[best]), int(other[best])) if gain[best] > now + 1e-9 else None


def _mean_agreement(partitions: Sequence[IntArray]) -> float:
    pairs = [adjusted_rand(cross(one.tolist(), other.tolist())) for one, other in combinations(partitions, 2)]
    return sum(pairs) / len(pairs) if pairs else float("nan")


def _plogp(share: RealArray) -> RealArray:
    return np.asarray(share * np.log(np.where(share > 0, share, 1.0)))


def _divergence(inside: float, chance: float) -> float:
    return float(_divergences(np.array([inside]), np.array([chance]))[0])


def _divergences(inside: RealArray, chance: RealArray) -> RealArray:
    """Return KL(inside || chance) of two-way splits, in nats."""
    told, random = np.clip(inside, 1e-9, 1 - 1e-9), np.clip(chance, 1e-9, 1 - 1e-9)
    return np.asarray(told * np.log(told / random) + (1 - told) * np.log((1 - told) / (1 - random)))
