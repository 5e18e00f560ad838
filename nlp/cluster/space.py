"""The space in which passages are compared: rows in canonical order, comment context, centred principal directions."""

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from threadpoolctl import threadpool_limits

from nlp.types import FloatArray, IntArray, RealArray

# Columns summed at a time in float64: bounds the copy to 512 bytes a row.
COLUMNS = 64
# Rows worked on at a time: a corpus of 100,000 passages has 150 MiB, and no step shall need it several times over.
BLOCK = 16_384


class Directions(NamedTuple):
    """The middle of a corpus and its leading principal directions, (dim,) and (dim, dimensions)."""

    centre: FloatArray
    vectors: FloatArray


def row_names(keys: Sequence[str], groups: Sequence[str] | None = None) -> list[str]:
    """Return what names each row by content only: its key, and with `groups` the keys of its whole group.

    Rows of one name are interchangeable.
    """
    if groups is None:
        return list(keys)
    members: dict[str, list[str]] = {}
    for key, group in zip(keys, groups, strict=True):
        members.setdefault(group, []).append(key)
    marks = {
        group: hashlib.sha256("\x00".join(sorted(rows)).encode()).hexdigest()[:32] for group, rows in members.items()
    }
    return [f"{key}\x00{marks[group]}" for key, group in zip(keys, groups, strict=True)]


def canonical_order(names: Sequence[str]) -> IntArray:
    """Return the row order that depends on content only, by `row_names`."""
    return np.array(sorted(range(len(names)), key=names.__getitem__), dtype=np.int64)


def group_numbers(groups: Sequence[str]) -> IntArray:
    """Return (n,) numbers 0.. in order of first appearance."""
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(group, len(numbers)) for group in groups], dtype=np.int64)


def unit(rows: FloatArray) -> FloatArray:
    """Return rows of length 1; a zero row stays zero."""
    out = np.empty(rows.shape, dtype=np.float32)
    for start in range(0, len(rows), BLOCK):
        part = rows[start : start + BLOCK]
        out[start : start + BLOCK] = part / np.maximum(np.linalg.norm(part, axis=1, keepdims=True), 1e-12)
    return out


def centred(rows: FloatArray, centre: FloatArray) -> FloatArray:
    """Return rows less the centre, of length 1."""
    out = np.empty(rows.shape, dtype=np.float32)
    for start in range(0, len(rows), BLOCK):
        part = slice(start, start + BLOCK)
        out[part] = unit(rows[part] - centre)
    return out


def weighted_sums(rows: FloatArray, number: IntArray, weights: RealArray, *, count: int) -> FloatArray:
    """Return the (count, dim) sums of rows by their number, each row times its weight; -1 counts for nothing.

    Added in float64 in the order of the rows, so sums do not depend on the number of columns worked on at a time.
    """
    known = np.flatnonzero(number >= 0)
    member = sp.csr_matrix(
        (np.asarray(weights, dtype=np.float64)[known], (number[known], known)), shape=(count, len(rows))
    )
    total = np.empty((count, rows.shape[1]), dtype=np.float32)
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
    comments = unit(weighted_sums(embeddings, number, words, count=int(number.max(initial=-1)) + 1))
    weight = np.minimum(context_words / words, context_max)[:, None].astype(np.float32)
    out = np.empty(embeddings.shape, dtype=np.float32)
    for start in range(0, len(out), BLOCK):
        part = slice(start, start + BLOCK)
        out[part] = unit(embeddings[part] + weight[part] * comments[number[part]])
    return out


def centre_of(rows: FloatArray) -> FloatArray:
    """Return the (dim,) mean; zeros on empty input."""
    return rows.mean(axis=0) if len(rows) else np.zeros(rows.shape[1], dtype=np.float32)


def principal(rows: FloatArray, *, dimensions: int) -> Directions:
    """Return the centre and the leading principal directions of (n, dim) rows.

    What every comment of a corpus shares (its domain, its register) lies in the centre; it only blurs cosines.
    """
    centre = centre_of(rows)
    apart = rows - centre
    # One thread: more only wait for each other on a matrix this small.
    with threadpool_limits(limits=1, user_api="blas"):
        _, vectors = np.linalg.eigh((apart.T @ apart).astype(np.float64))
    keep = min(dimensions, rows.shape[1])
    return Directions(centre, np.ascontiguousarray(vectors[:, ::-1][:, :keep], dtype=np.float32))


def project(rows: FloatArray, directions: Directions) -> FloatArray:
    """Return (n, dimensions) unit rows: centred, on the directions."""
    out = np.empty((len(rows), directions.vectors.shape[1]), dtype=np.float32)
    for start in range(0, len(rows), BLOCK):
        part = slice(start, start + BLOCK)
        out[part] = (rows[part] - directions.centre) @ directions.vectors
    return unit(out)
