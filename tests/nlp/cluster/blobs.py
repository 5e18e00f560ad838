"""Planted themes: unit vectors around random centres."""

import numpy as np

from nlp.types import FloatArray, IntArray


def blobs(
    themes: int, size: int, *, dim: int = 48, spread: float = 0.6, seed: int = 0
) -> tuple[FloatArray, IntArray, list[str]]:
    """Return rows, planted theme and key of each; `spread` is noise against a centre of length 1."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(themes, dim))
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    told = np.repeat(np.arange(themes), size)
    rows = centres[told] + spread * rng.normal(size=(len(told), dim)) / np.sqrt(dim)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows.astype(np.float32), told, [f"{theme:02d}-{seed}-{row:05d}" for row, theme in enumerate(told)]
