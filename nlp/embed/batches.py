"""Cut tokenised texts into batches of like length, so that little is padded and memory is bounded."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray


def token_batches(lengths: Sequence[int], *, budget: int) -> Iterator[NDArray[np.int64]]:
    """Yield row numbers in batches whose padded size (rows x longest) stays within `budget` tokens.

    Longest first, so the biggest allocation comes first. A single text over the budget is a batch of its own.
    """
    order = np.argsort(-np.asarray(lengths, dtype=np.int64), kind="stable")
    start = 0
    while start < len(order):
        longest = max(1, lengths[int(order[start])])
        size = max(1, budget // longest)
        yield order[start : start + size]
        start += size


def padded(rows: Sequence[Sequence[int]]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Stack token ids into (batch, longest) filled with 0 on the right, and give each row's length."""
    lengths = np.array([len(row) for row in rows], dtype=np.int32)
    ids = np.zeros((len(rows), int(lengths.max(initial=0))), dtype=np.int64)
    for number, row in enumerate(rows):
        ids[number, : len(row)] = row
    return ids, lengths


def mean_share(lengths: NDArray[np.int32], *, width: int) -> NDArray[np.float32]:
    """Return (batch, 1, width) weights that average the first `lengths` tokens of each row."""
    real = np.arange(width)[None, :] < lengths[:, None]
    return (real / lengths[:, None])[:, None, :].astype(np.float32)
