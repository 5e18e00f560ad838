"""What texts without labels tell about those near them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp.embed.types import Vectors

# Nearest unlabelled neighbours that a text leans on, and the power of the cosine that weighs them. With 5 of them
# insurance_intents loses .002; 10 to 20 are alike.
NEIGHBOURS, NEARNESS = 20, 16
# Rounds of leaning on each other; at a share of .7 the last one moves a score by under 2 % of its way.
ROUNDS = 12
# Neighbours are sought among at most so many texts, spread evenly: the cost grows with the texts, not their square.
POOL_ROWS = 20_000
# Nearer than this is the text itself.
SAME = 1 - 1e-5
CHUNK = 1024


@dataclass(frozen=True)
class Pool:
    """Unlabelled texts that predictions lean on.

    Attributes:
        vectors: (m, dim) of the texts.
        scores: (m, labels) that the examples alone give them.
        share: What the neighbours count beside the text itself.
    """

    vectors: Vectors
    scores: Vectors
    share: float

    @classmethod
    def settled(cls, unlabelled: Vectors, shares: Vectors, share: float, *, known: tuple[Vectors, Vectors]) -> "Pool":
        """Let texts that go together agree: each leans on its neighbours, these on theirs, and all on the examples.

        Args:
            unlabelled: (m, dim).
            shares: (m, labels) shares that the examples alone give them.
            share: What the neighbours count beside the text itself.
            known: (examples, dim) vectors and (examples, labels) shares of the examples, which stay as they are.

        Source: Zhou, Bousquet, Lal, Weston and Schoelkopf, "Learning with local and global consistency", NIPS 2003.
        """
        vectors = np.vstack([unlabelled, known[0]])
        near = list(_nearest(unlabelled, vectors))
        settled = np.vstack([shares, known[1]]).astype(np.float32)
        for _ in range(ROUNDS):
            before = settled.copy()
            for rows, at, weights in near:
                settled[rows] = (1 - share) * shares[rows] + share * _mean(before[at], weights)
        return cls(vectors, settled, share)

    def mixed(self, vectors: Vectors, scores: Vectors) -> Vectors:
        """Return scores mixed with those of the neighbours; a text in the pool is not its own neighbour."""
        out = np.empty_like(scores)
        for rows, at, weights in _nearest(vectors, self.vectors):
            out[rows] = (1 - self.share) * scores[rows] + self.share * _mean(self.scores[at], weights)
        return out


def spread(rows: int, most: int = POOL_ROWS) -> NDArray[np.int64]:
    """Return at most so many row numbers, spread evenly."""
    return np.unique(np.linspace(0, rows - 1, most).astype(np.int64))


def _nearest(vectors: Vectors, among: Vectors) -> Iterator[tuple[slice, NDArray[np.int64], Vectors]]:
    """Yield, chunk by chunk, the rows, their nearest others and weights that add up to 1; none is its own neighbour."""
    count = min(NEIGHBOURS, len(among))
    for start in range(0, len(vectors), CHUNK):
        rows = slice(start, min(start + CHUNK, len(vectors)))
        cosines = vectors[rows] @ among.T
        cosines[cosines > SAME] = 0.0
        at = np.argpartition(-cosines, count - 1, axis=1)[:, :count]
        weights = np.maximum(np.take_along_axis(cosines, at, axis=1), 1e-2).astype(np.float64) ** NEARNESS
        yield rows, at, (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)


def _mean(near: Vectors, weights: Vectors) -> Vectors:
    return np.asarray(np.einsum("nk,nkl->nl", weights, near), dtype=np.float32)
