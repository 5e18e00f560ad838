"""The neighbour graph and its Leiden communities (Traag, Waltman and van Eck 2019; graspologic-native)."""

from collections.abc import Sequence

import graspologic_native
import numpy as np
import scipy.sparse as sp

from nlp.types import FloatArray, IntArray, RealArray

# Keeps every passage in the graph, even one whose neighbours all point away from it.
FAINT = 1e-6


def neighbour_graph(cosines: FloatArray, found: IntArray, comments: IntArray | None = None) -> sp.csr_matrix:
    """Return the (n, n) symmetric graph of squared cosines; a mutual neighbour counts twice.

    Passages of one comment are near by what they have of it (`nlp.cluster.space`), which tells nothing about themes:
    their edges are faint, and only hold together what has no neighbour elsewhere.

    Args:
        cosines: (n, k) as `nlp.cluster.neighbours.nearest` returns.
        found: (n, k) row numbers.
        comments: (n,) comment of each row.
    """
    rows, count = found.shape
    near = np.square(np.maximum(cosines, 0.0))
    if comments is not None:
        near[comments[found] == comments[:, None]] = 0.0
    weights = np.maximum(near, FAINT).astype(np.float64).ravel()
    edges = (weights, (np.repeat(np.arange(rows), count), found.ravel()))
    one_way = sp.csr_matrix(edges, shape=(rows, rows))
    one_way.setdiag(0)
    graph = (one_way + one_way.T).tocsr()
    graph.eliminate_zeros()
    graph.sort_indices()
    return graph


def communities(graph: sp.csr_matrix, *, resolution: float, seed: int) -> IntArray:
    """Return (n,) community numbers from a cold start."""
    _, found = graspologic_native.leiden_csr(
        graph.indptr.astype(np.int64, copy=False),
        graph.indices.astype(np.int32, copy=False),
        graph.data.astype(np.float64, copy=False),
        graph.shape[0],
        resolution=resolution,
        seed=seed,
    )
    return np.array([found.get(row, row + graph.shape[0]) for row in range(graph.shape[0])], dtype=np.int64)


def warm_communities(graph: sp.csr_matrix, start: Sequence[int], *, resolution: float, seed: int) -> IntArray:
    """Return (n,) community numbers from a starting partition; its themes move only where that pays.

    Args:
        graph: As `neighbour_graph` returns.
        start: (n,) community of each row to begin with; give new rows a number of their own.
        resolution: Leiden resolution.
        seed: Random seed.
    """
    upper = sp.triu(graph, k=1).tocoo()
    names = [str(row) for row in range(graph.shape[0])]
    edges = [
        (names[one], names[other], weight)
        for one, other, weight in zip(upper.row.tolist(), upper.col.tolist(), upper.data.tolist(), strict=True)
    ]
    linked = set(upper.row.tolist()) | set(upper.col.tolist())
    begin = dict(
        zip((names[row] for row in sorted(linked)), _dense([start[row] for row in sorted(linked)]), strict=True)
    )
    _, found = graspologic_native.leiden(edges, starting_communities=begin, resolution=resolution, seed=seed)
    return np.array([found.get(name, row + graph.shape[0]) for row, name in enumerate(names)], dtype=np.int64)


def support(graph: sp.csr_matrix, labels: IntArray) -> RealArray:
    """Return (n,) share of each row's edge weight that leads to its own label, 0..1."""
    edges = graph.tocoo()
    same = (labels[edges.row] == labels[edges.col]) & (labels[edges.row] >= 0)
    inside = np.bincount(edges.row[same], weights=edges.data[same], minlength=graph.shape[0])
    total = np.bincount(edges.row, weights=edges.data, minlength=graph.shape[0])
    return np.divide(inside, total, out=np.zeros(graph.shape[0]), where=total > 0)


def _dense(values: Sequence[int]) -> list[int]:
    numbers: dict[int, int] = {}
    return [numbers.setdefault(value, len(numbers)) for value in values]
