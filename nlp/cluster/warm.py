"""A refit that starts from the known themes, so that they stay what they are unless the data says otherwise."""

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp

from nlp.cluster.communities import warm_communities
from nlp.cluster.granularity import partition_gain
from nlp.cluster.outliers import COMMENTS_LEAST, in_few
from nlp.cluster.records import UNASSIGNED, PreviousPartition
from nlp.config import ClusterConfig
from nlp.types import BoolArray, IntArray

# New passages join the theme of their neighbours, then help their own neighbours to join.
ROUNDS = 3
# A community that is one of the themes to this Dice index proposes nothing new.
ALIKE = 0.8


def warm(
    graph: sp.csr_matrix,
    keys: Sequence[str],
    previous: PreviousPartition,
    *,
    settings: ClusterConfig,
    seed: int,
    comments: IntArray | None = None,
) -> IntArray:
    """Return (n,) communities found from an earlier partition.

    Known passages keep their theme and new ones join that of their neighbours. Leiden, started from there, then
    proposes births, splits and merges; each is taken when it gains at least `change_gain` nats a passage. Without
    news the known themes are given as they are, and -1 for what had none.

    Args:
        graph: (n, n) neighbour graph.
        keys: (n,) passage keys.
        previous: The earlier run.
        settings: `evidence`, `change_gain`, `min_size`.
        seed: Random seed.
        comments: (n,) comment of each passage; what too few of them say does not leave its theme, since it could not
            stand as one.
    """
    old = _old_labels(keys, previous)
    if not previous.news:
        return old
    begin = np.where(old >= 0, old, np.arange(len(keys)) + len(keys))
    found = warm_communities(graph, begin.tolist(), resolution=previous.resolution, seed=seed)
    state = _State(graph, _settled(graph, old, found), evidence=settings.evidence)
    few = in_few(found, comments, np.full(len(keys), COMMENTS_LEAST))
    for part in _by_size(np.where(few, UNASSIGNED, found), least=settings.min_size):
        state.try_apart(found == part, least=settings.change_gain)
    for one, other in _meeting(found, old):
        state.try_joined(one, other, least=settings.change_gain)
    return state.labels


class _State:
    """A partition and what its gain is made of, so that a change costs only the edges that it touches."""

    def __init__(self, graph: sp.csr_matrix, labels: IntArray, *, evidence: float) -> None:
        self.graph = graph
        self.labels = labels
        self.evidence = evidence
        self.total = float(graph.sum())
        self.strength = np.asarray(graph.sum(axis=1)).ravel() / self.total
        rows = np.repeat(np.arange(graph.shape[0]), np.diff(graph.indptr))
        same = labels[rows] == labels[graph.indices]
        self.inside = float(graph.data[same].sum()) / self.total
        self.gain = self._gain(labels, self.inside)

    def try_apart(self, rows: BoolArray, *, least: float) -> None:
        """Make `rows` a theme of their own if that gains `least`."""
        home = np.bincount(self.labels[rows]).argmax()
        whole = self.labels == home
        if 2 * int((rows & whole).sum()) > ALIKE * (int(rows.sum()) + int(whole.sum())):
            return
        at = np.flatnonzero(rows)
        edges = self.graph[at]
        ours, theirs = np.repeat(self.labels[at], np.diff(edges.indptr)), self.labels[edges.indices]
        within = rows[edges.indices]
        won = float(edges.data[within & (ours != theirs)].sum())
        lost = 2 * float(edges.data[~within & (ours == theirs)].sum())
        changed = np.where(rows, int(self.labels.max()) + 1, self.labels)
        self._take(changed, self.inside + (won - lost) / self.total, least)

    def try_joined(self, one: int, other: int, *, least: float) -> None:
        """Join two themes if that gains `least`."""
        first, second = self.labels == one, self.labels == other
        if first.any() and second.any():
            between = float((self.graph[np.flatnonzero(first)] @ second.astype(np.float64)).sum())
            self._take(np.where(second, one, self.labels), self.inside + 2 * between / self.total, least)

    def _take(self, labels: IntArray, inside: float, least: float) -> None:
        gain = self._gain(labels, inside)
        if gain >= self.gain + least:
            self.labels, self.inside, self.gain = labels, inside, gain

    def _gain(self, labels: IntArray, inside: float) -> float:
        strength = np.asarray(np.bincount(labels, weights=self.strength), dtype=np.float64)
        share = np.asarray(np.bincount(labels) / len(labels), dtype=np.float64)
        return partition_gain(inside, strength, share, evidence=self.evidence)


def _old_labels(keys: Sequence[str], previous: PreviousPartition) -> IntArray:
    numbers: dict[str | int, int] = {}
    labels = np.full(len(keys), UNASSIGNED, dtype=np.int64)
    for row, key in enumerate(keys):
        old = previous.labels.get(key)
        if old is not None:
            labels[row] = numbers.setdefault(old, len(numbers))
    return labels


def _settled(graph: sp.csr_matrix, old: IntArray, found: IntArray) -> IntArray:
    """Give new rows the theme that pulls most; rows that no theme pulls stay with their Leiden community."""
    labels = old.copy()
    themes = int(old.max(initial=-1)) + 1
    for _ in range(ROUNDS):
        open_rows, known = np.flatnonzero(labels < 0), np.flatnonzero(labels >= 0)
        if not len(open_rows) or not themes:
            break
        member = sp.csr_matrix((np.ones(len(known)), (known, labels[known])), shape=(len(labels), themes))
        pull = (graph[open_rows] @ member).toarray()
        labels[open_rows] = np.where(pull.max(axis=1) > 0, pull.argmax(axis=1), UNASSIGNED)
    return np.where(labels >= 0, labels, themes + found)


def _by_size(found: IntArray, *, least: int) -> list[int]:
    sizes = np.bincount(found[found >= 0])
    return [int(part) for part in np.argsort(-sizes, kind="stable") if sizes[part] >= least]


def _meeting(found: IntArray, old: IntArray) -> list[tuple[int, int]]:
    """Return pairs of old themes most of whose rows Leiden put into one community, the larger first."""
    known = old >= 0
    table = np.zeros((int(old.max(initial=-1)) + 1, int(found.max(initial=-1)) + 1))
    np.add.at(table, (old[known], found[known]), 1.0)
    groups: dict[int, list[int]] = {}
    for theme in range(len(table)):
        groups.setdefault(int(table[theme].argmax()), []).append(theme)
    sizes = table.sum(axis=1)
    pairs = []
    for themes in groups.values():
        first, *rest = sorted(themes, key=lambda theme: (-sizes[theme], theme))
        pairs += [(first, theme) for theme in rest]
    return pairs
