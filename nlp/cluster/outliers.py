"""Small themes are dissolved, far passages find another theme or stay without one, always with the reason."""

from dataclasses import dataclass

import numpy as np

from nlp.cluster.records import UNASSIGNED, Reason
from nlp.cluster.space import unit, weighted_sums
from nlp.types import BoolArray, FloatArray, IntArray, RealArray

# A robust standard deviation is 1.4826 times the median absolute deviation (normal distribution).
MAD_TO_SPREAD = 1.4826
# One theme in a thousand passages at least; a hundred thousand passages have no theme of five.
ROWS_PER_SIZE = 1000
SIZE_MOST = 25
# What fewer comments say is a conversation, however many passages it has.
COMMENTS_LEAST = 5
# A known theme ends only under this share of what a new one needs: far passages that a fit lets go must not end it at
# the next fit of the same comments.
KEPT_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Tidied:
    """Labels after tidying: 0.. by size, -1 unassigned, with a reason a row."""

    labels: IntArray
    reasons: list[Reason]


def least_size(rows: int, *, min_size: int) -> int:
    """Return the fewest passages of a theme in a corpus of `rows`."""
    return max(min_size, min(SIZE_MOST, rows // ROWS_PER_SIZE))


def centroids(rows: FloatArray, labels: IntArray, weights: RealArray) -> FloatArray:
    """Return (themes, dim) unit weighted means; labels are 0.., -1 counts for nothing."""
    total = weighted_sums(rows, labels, weights, count=int(labels.max(initial=-1)) + 1)
    return unit(total)


def floors(similarity: RealArray, labels: IntArray, themes: int, *, spreads: float) -> FloatArray:
    """Return (themes,) similarity to the own centroid under which a member is far: median less `spreads` spreads."""
    low = np.zeros(themes, dtype=np.float32)
    for theme in range(themes):
        own = similarity[labels == theme]
        middle = float(np.median(own))
        low[theme] = middle - spreads * MAD_TO_SPREAD * float(np.median(np.abs(own - middle)))
    return low


def by_size(labels: IntArray, weights: RealArray) -> IntArray:
    """Number themes 0.. by weight, ties by first row; -1 stays."""
    found, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    heavy = np.bincount(inverse, weights=weights)
    order = sorted((at for at in range(len(found)) if found[at] >= 0), key=lambda at: (-heavy[at], first[at]))
    number = np.full(len(found), UNASSIGNED, dtype=np.int64)
    number[order] = np.arange(len(order))
    return number[inverse]


def tidy(
    rows: FloatArray,
    labels: IntArray,
    weights: RealArray,
    support: RealArray,
    *,
    min_size: int,
    floor_spreads: float,
    lone_spreads: float,
    min_support: float,
    max_unassigned: float,
    comments: IntArray | None = None,
    known: BoolArray | None = None,
) -> Tidied:
    """Dissolve small themes and let far passages go.

    A far passage is one below its theme's floor whose neighbours mostly lie elsewhere, or one so far below that
    neighbours no longer speak for it. It goes to the nearest theme if it is above that one's floor, else it is left.
    The nearest ones are put back where more than `max_unassigned` of the rows would be left.
    A passage whose neighbours mostly lie elsewhere is no mention where its comment has one that says more.

    Args:
        rows: (n, dim) unit rows in which themes are compared.
        labels: (n,) communities; -1 for rows that the engine left out.
        weights: (n,) respondents a row stands for.
        support: (n,) share of neighbours in the same community.
        min_size: Fewest rows of a theme, and fewest respondents.
        floor_spreads: Spreads under the median that are far.
        lone_spreads: Spreads under the median from which neighbours do not count.
        min_support: Share of neighbours that keeps a far row.
        max_unassigned: Largest share of rows left.
        comments: (n,) comment of each row; what fewer than COMMENTS_LEAST say is a conversation, not a theme.
        known: (n,) rows that had a theme before; a theme mostly of them needs KEPT_SHARE of size and comments only.
    """
    needed = _needed(labels, known)
    small = _in_small(labels, weights, min_size * needed) | in_few(labels, comments, COMMENTS_LEAST * needed)
    kept = by_size(np.where(small, UNASSIGNED, labels), weights)
    themes = int(kept.max(initial=-1)) + 1
    if themes == 0:
        return Tidied(kept, ["theme_too_small"] * len(kept))
    middle = centroids(rows, kept, weights)
    similarity = rows @ middle.T
    own = similarity[np.arange(len(kept)), np.maximum(kept, 0)].astype(np.float64)
    low = floors(own, kept, themes, spreads=floor_spreads)
    lone = floors(own, kept, themes, spreads=lone_spreads)
    at = np.maximum(kept, 0)
    homeless = (kept == UNASSIGNED) | ((own < low[at]) & (support < min_support)) | (own < lone[at])
    placed = _place(similarity, low, kept, homeless, most=int(max_unassigned * len(kept)))
    aside = _aside(placed, support, comments, min_support=min_support, least=min_size)
    placed[aside] = UNASSIGNED
    reasons: list[Reason] = [
        "" if label >= 0 else "said_beside" if beside else "theme_too_small" if was else "far_from_theme"
        for label, beside, was in zip(placed, aside, small, strict=True)
    ]
    return _renumbered(placed, reasons, weights)


def _needed(labels: IntArray, known: BoolArray | None) -> RealArray:
    """Return (n,) share of the usual least that the theme of each row needs."""
    if known is None:
        return np.ones(len(labels))
    _, inverse = np.unique(labels, return_inverse=True)
    before = np.bincount(inverse, weights=known) / np.bincount(inverse)
    return np.where(before[inverse] > 0.5, KEPT_SHARE, 1.0)


def _in_small(labels: IntArray, weights: RealArray, least: RealArray) -> BoolArray:
    _, inverse = np.unique(labels, return_inverse=True)
    heavy = np.bincount(inverse, weights=np.maximum(weights, 1.0))
    return np.asarray((heavy[inverse] < least) & (labels >= 0))


def in_few(labels: IntArray, comments: IntArray | None, least: RealArray) -> BoolArray:
    """Say of each row whether fewer than (n,) `least` comments have its label; False where comments are unknown."""
    if comments is None:
        return np.zeros(len(labels), dtype=bool)
    _, inverse = np.unique(labels, return_inverse=True)
    pairs = np.unique(np.stack([inverse, comments]), axis=1)
    said = np.bincount(pairs[0], minlength=int(inverse.max(initial=-1)) + 1)
    return np.asarray((said[inverse] < least) & (labels >= 0))


def _place(similarity: FloatArray, low: FloatArray, labels: IntArray, homeless: BoolArray, *, most: int) -> IntArray:
    """Give homeless rows the nearest theme where its floor lets them in; of the others the farthest `most` stay out."""
    best = similarity.argmax(axis=1)
    room = similarity[np.arange(len(labels)), best] - low[best]
    out = np.flatnonzero(homeless & (room < 0))
    left = out[np.argsort(room[out], kind="stable")][:most]
    placed = np.where(homeless, best, labels)
    placed[left] = UNASSIGNED
    return placed.astype(np.int64)


def _aside(
    labels: IntArray, support: RealArray, comments: IntArray | None, *, min_support: float, least: float
) -> BoolArray:
    """Say which rows say less than another of their comment and are not held by their neighbours.

    A theme that would keep fewer than `least` rows keeps them all.
    """
    if comments is None:
        return np.zeros(len(labels), dtype=bool)
    best = np.zeros(int(comments.max(initial=-1)) + 1)
    np.maximum.at(best, comments, np.where(labels >= 0, support, 0.0))
    weak = (labels >= 0) & (support < min_support) & (support < best[comments])
    held = np.bincount(labels[(labels >= 0) & ~weak], minlength=int(labels.max(initial=-1)) + 1)
    return np.asarray(weak & (held[labels] >= least))


def _renumbered(labels: IntArray, reasons: list[Reason], weights: RealArray) -> Tidied:
    return Tidied(by_size(labels, weights), reasons)
