"""The space in which passages are compared: rows in canonical order, comment context, centred principal directions."""

import hashlib
from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp
from threadpoolctl import threadpool_limits

from nlp.types import FloatArray, IntArray, RealArray

# Columns summed at a time in float64: bounds the copy to 512 bytes a row.
COLUMNS = 64


def canonical_order(keys: Sequence[str], groups: Sequence[str] | None = None) -> IntArray:
    """Return the row order that depends on content only.

    Rows with equal keys are told apart by the keys of their group, so what is left tied is interchangeable.
    """
    if groups is None:
        return np.array(sorted(range(len(keys)), key=lambda row: keys[row]), dtype=np.int64)
    members: dict[str, list[str]] = {}
    for key, group in zip(keys, groups, strict=True):
        members.setdefault(group, []).append(key)
    marks = {group: hashlib.sha256("\x00".join(sorted(rows)).encode()).hexdigest() for group, rows in members.items()}
    return np.array(sorted(range(len(keys)), key=lambda row: (keys[row], marks[groups[row]])), dtype=np.int64)


def group_numbers(groups: Sequence[str]) -> IntArray:
    """Return (n,) numbers 0.. in order of first appearance."""
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(group, len(numbers)) for group in groups], dtype=np.int64)


def unit(rows: FloatArray) -> FloatArray:
    """Return rows of length 1; a zero row stays zero."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-12), dtype=np.float32)


def weighted_sums(rows: FloatArray, number: IntArray, weights: RealArray, *, count: int) -> RealArray:
    """Return the (count, dim) float64 sums of rows by their number, each row times its weight; -1 counts for nothing.

    Added in the order of the rows, so sums do not depend on the number of columns worked on at a time.
    """
    known = np.flatnonzero(number >= 0)
    member = sp.csr_matrix(
        (np.asarray(weights, dtype=np.float64)[known], (number[known], known)), shape=(count, len(rows))
    )
    total = np.empty((count, rows.shape[1]), dtype=np.float64)
    for start in range(0, rows.shape[1], COLUMNS):
        part = slice(start, start + COLUMNS)
        total[:, part] = member @ rows[:, part].astype(np.float64)
    return total


def with_context(
    embeddings: FloatArray,
    groups: Sequence[str],
    *,
    lengths: RealArray,
    context_words: float,
    context_max: float,
) -> FloatArray:
    """Return passages mixed with the comment around them, unit rows.

    A short passage says little by itself ("and it never works"), so it leans on its comment more:
    the comment's weight beside a passage of w words is min(context_words / w, context_max).
    A comment is the mean of its passages by words. A passage that is its whole comment stays as it is.

    Args:
        embeddings: (n, dim) unit rows.
        groups: (n,) comment of each passage.
        lengths: (n,) words of each passage.
        context_words: Length at which passage and comment count the same.
        context_max: Most weight of the comment.
    """
    number = group_numbers(groups)
    words = np.maximum(np.asarray(lengths, dtype=np.float64), 1.0)
    comments = weighted_sums(embeddings, number, words, count=int(number.max(initial=-1)) + 1).astype(np.float32)
    weight = np.minimum(context_words / words, context_max)[:, None].astype(np.float32)
    return unit(embeddings + weight * unit(comments)[number])


def centre_of(rows: FloatArray) -> FloatArray:
    """Return the (dim,) mean; zeros on empty input."""
    return rows.mean(axis=0) if len(rows) else np.zeros(rows.shape[1], dtype=np.float32)


def principal(rows: FloatArray, *, dimensions: int) -> FloatArray:
    """Return (n, <= dimensions) unit rows: centred, on the leading principal directions.

    What every comment of a corpus shares (its domain, its register) is taken off; it only blurs cosines.
    """
    centred = rows - centre_of(rows)
    # One thread: more only wait for each other on a matrix this small.
    with threadpool_limits(limits=1, user_api="blas"):
        _, vectors = np.linalg.eigh((centred.T @ centred).astype(np.float64))
    keep = min(dimensions, rows.shape[1])
    return unit(centred @ np.ascontiguousarray(vectors[:, ::-1][:, :keep], dtype=np.float32))
