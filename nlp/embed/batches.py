"""Cut tokenised texts into batches of one length: nothing is padded, and memory is bounded."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray


def length_batches(lengths: Sequence[int], *, budget: int) -> Iterator[NDArray[np.int64]]:
    """Yield row numbers in batches of texts of equal length, of at most `budget` tokens together.

    Longest first, so the biggest allocation comes first. A single text over the budget is a batch of its own.
    """
    found = np.asarray(lengths, dtype=np.int64)
    order = np.argsort(-found, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(found[order])) + 1):
        size = max(1, budget // max(1, int(found[rows[0]]))) if len(rows) else 1
        for start in range(0, len(rows), size):
            yield rows[start : start + size]


def padded(rows: Sequence[Sequence[int]]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Stack token ids into (batch, longest) filled with 0 on the right, and give each row's length; for training."""
    lengths = np.array([len(row) for row in rows], dtype=np.int32)
    ids = np.zeros((len(rows), int(lengths.max(initial=0))), dtype=np.int64)
    for number, row in enumerate(rows):
        ids[number, : len(row)] = row
    return ids, lengths
