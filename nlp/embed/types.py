"""What an embedder is: the Protocol of this room."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


@runtime_checkable
class Embedder(Protocol):
    """Turns texts into unit vectors."""

    @property
    def key(self) -> str:
        """Model, revision and preprocessing; equal keys mean interchangeable vectors."""

    @property
    def dim(self) -> int:
        """Length of a vector."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return (n, dim) float32 rows of length 1, in the order of `texts`; (0, dim) when there are none.

        A row depends on its own text only: cosine >= 1 - 1e-6 whatever else is in the call.
        """


def unit_rows(rows: Vectors) -> Vectors:
    """Scale every row to length 1; a row of zeros stays zeros."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return (rows / np.maximum(lengths, np.finfo(np.float32).tiny)).astype(np.float32)
