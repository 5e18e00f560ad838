"""A refit that starts from the known themes, so that they stay what they are unless the data says otherwise."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np
import scipy.sparse as sp

from nlp.cluster.communities import support_by_label, warm_communities
from nlp.cluster.granularity import merge_by_gain, score
from nlp.cluster.records import UNASSIGNED, PreviousPartition
from nlp.config import ClusterConfig
from nlp.types import BoolArray, IntArray


def warm(
    graph: sp.csr_matrix, keys: Sequence[str], previous: PreviousPartition, *, settings: ClusterConfig, seed: int
) -> IntArray:
    """Return (n,) communities found from an earlier partition.

    Leiden starts with known passages in their old theme and new ones alone. Splits and merges that gain next to
    nothing are taken back, then each known passage goes back to its old theme where its neighbours there weigh nearly
    as much.

    Args:
        graph: (n, n) neighbour graph.
        keys: (n,) passage keys.
        previous: The earlier run.
        settings: `evidence`, `change_gain`, `stickiness`.
        seed: Random seed.
    """
    old = _old_labels(keys, previous)
    alone = np.arange(len(keys)) + len(keys)
    begin = np.where(old >= 0, old, alone)
    found = warm_communities(graph, begin.tolist(), resolution=previous.resolution, seed=seed)
    merged = merge_by_gain(graph, found, evidence=settings.evidence, themes_min=int(old.max(initial=0)) + 1)
    steady = _undo(graph, merged, old, evidence=settings.evidence, tolerance=settings.change_gain)
    return _stick(graph, steady, old, share=settings.stickiness)


def _undo(graph: sp.csr_matrix, found: IntArray, old: IntArray, *, evidence: float, tolerance: float) -> IntArray:
    """Take back splits and merges of known themes that gain less than `tolerance` nats a passage."""

    def gain(labels: IntArray) -> float:
        return score(graph, labels, resolution=0.0, evidence=evidence, min_size=1).gain

    labels, now = found, gain(found)
    for other in _undone(graph, found, old):
        tried = other(labels)
        worth = gain(tried)
        if worth >= now - tolerance:
            labels, now = tried, worth
    return labels


def _undone(graph: sp.csr_matrix, found: IntArray, old: IntArray) -> Iterator[Callable[[IntArray], IntArray]]:
    """Yield, for each split and each merge of known themes, a function that takes it back."""
    heirs, main = _heirs(found, old)
    for part, theme in enumerate(main.tolist()):
        if theme >= 0 and heirs[theme] != part:
            yield partial(_joined, part=part, heir=int(heirs[theme]))
    fresh = int(found.max(initial=0)) + 1
    for theme, heir in enumerate(heirs.tolist()):
        if main[heir] != theme and (old == theme).any():
            yield partial(_parted, graph=graph, inside=found == heir, own=old == theme, old=old, number=fresh + theme)


def _joined(labels: IntArray, *, part: int, heir: int) -> IntArray:
    return np.where(labels == part, heir, labels)


def _parted(
    labels: IntArray, *, graph: sp.csr_matrix, inside: BoolArray, own: BoolArray, old: IntArray, number: int
) -> IntArray:
    """Take a swallowed theme out again, with the new passages that lie nearer to it than to the rest."""
    ours, others = inside & own, inside & ~own & (old >= 0)
    pull = graph @ np.column_stack([ours, others]).astype(np.float64)
    follow = inside & (old < 0) & (pull[:, 0] > pull[:, 1])
    return np.where(ours | follow, number, labels)


def _old_labels(keys: Sequence[str], previous: PreviousPartition) -> IntArray:
    numbers: dict[str | int, int] = {}
    labels = np.full(len(keys), UNASSIGNED, dtype=np.int64)
    for row, key in enumerate(keys):
        old = previous.labels.get(key)
        if old is not None:
            labels[row] = numbers.setdefault(old, len(numbers))
    return labels


def _stick(graph: sp.csr_matrix, found: IntArray, old: IntArray, *, share: float) -> IntArray:
    """Give known passages back to the heir of their old theme where its pull is at least `share` of the new one's.

    The heir of an old theme is the community that holds most of it. A theme that came apart keeps its parts:
    only passages whose community is mostly made of another old theme, or of none, go back.
    """
    heirs, main = _heirs(found, old)
    wanted = np.where(old >= 0, heirs[np.maximum(old, 0)], found)
    stranger = (old >= 0) & (main[found] != old) & (wanted != found)
    pull = support_by_label(graph, found)
    rows = np.arange(len(found))
    back = stranger & (pull(rows, wanted) >= share * pull(rows, found))
    return np.where(back, wanted, found)


def _heirs(found: IntArray, old: IntArray) -> tuple[IntArray, IntArray]:
    """Return the community that holds most of each old theme, and the old theme that each community holds most of."""
    known = old >= 0
    table = np.zeros((int(old.max(initial=-1)) + 1, int(found.max(initial=-1)) + 1))
    np.add.at(table, (old[known], found[known]), 1.0)
    if not table.size:
        return np.zeros(1, dtype=np.int64), np.full(table.shape[1], UNASSIGNED, dtype=np.int64)
    main = np.where(table.max(axis=0) > 0, table.argmax(axis=0), UNASSIGNED)
    return table.argmax(axis=1).astype(np.int64), main.astype(np.int64)
