"""An embedder without a model: words and letter groups hashed to signed columns."""

import zlib
from collections.abc import Iterator, Sequence

import numpy as np

from nlp.embed.types import Vectors, unit_rows


class HashingEmbedder:
    """Bag of words and letter trigrams, hashed; texts that share words come out close."""

    def __init__(self, dim: int = 256) -> None:
        """Keep the length of a vector."""
        self._dim = dim

    @property
    def key(self) -> str:
        """The scheme and its size."""
        return f"hashing-v1/{self._dim}"

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return self._dim

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return (n, dim) unit rows; a text without letters or digits gets the first axis."""
        rows = np.zeros((len(texts), self._dim), dtype=np.float32)
        for number, text in enumerate(texts):
            for piece, weight in _pieces(text):
                code = zlib.crc32(piece.encode("utf-8"))
                rows[number, code % self._dim] += weight if code & 0x8000_0000 else -weight
            if not rows[number].any():
                rows[number, 0] = 1.0
        return unit_rows(rows)


def _pieces(text: str) -> Iterator[tuple[str, float]]:
    for word in "".join(c if c.isalnum() else " " for c in text.lower()).split():
        yield word, 1.0
        marked = f"<{word}>"
        for start in range(len(marked) - 2):
            yield marked[start : start + 3], 0.3
