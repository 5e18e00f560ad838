"""What texts without labels tell about those near them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp.embed.types import Vectors

# Nearest unlabelled neighbours that a text leans on, and the power of the cosine that weighs them. With 5 of them
# insurance_intents loses .002; 10 to 20 are alike.
NEIGHBOURS, NEARNESS = 20, 16
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

    def mixed(self, vectors: Vectors, scores: Vectors) -> Vectors:
        """Return scores mixed with those of the neighbours; a text in the pool is not its own neighbour."""
        out = np.empty_like(scores)
        for rows, at, cosines in _nearest(vectors, self.vectors, min(NEIGHBOURS, len(self.vectors))):
            weights = np.maximum(cosines, 1e-2).astype(np.float64) ** NEARNESS
            weights /= weights.sum(axis=1, keepdims=True)
            near = np.einsum("nk,nkl->nl", weights, self.scores[at])
            out[rows] = (1 - self.share) * scores[rows] + self.share * near
        return out


def spread(rows: int, most: int = POOL_ROWS) -> NDArray[np.int64]:
    """Return at most so many row numbers, spread evenly."""
    return np.unique(np.linspace(0, rows - 1, most).astype(np.int64))


def _nearest(vectors: Vectors, among: Vectors, count: int) -> Iterator[tuple[slice, NDArray[np.int64], Vectors]]:
    """Yield, chunk by chunk, the rows, their nearest others and the cosines; a text is not its own neighbour."""
    for start in range(0, len(vectors), CHUNK):
        rows = slice(start, start + CHUNK)
        cosines = vectors[rows] @ among.T
        cosines[cosines > SAME] = 0.0
        at = np.argpartition(-cosines, count - 1, axis=1)[:, :count]
        yield rows, at, np.take_along_axis(cosines, at, axis=1)
