"""Lay vectors out on a plane so that what is alike lies together; place later ones without moving the earlier."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from nlp.cluster.space import unit
from nlp.types import FloatArray, IntArray

# t-SNE's usual number of neighbours; steps of a first layout (exaggerated, plain), and of one from old places. Half of
# openTSNE's own 250 and 500: the regions are the same, the borders a little less tidy.
PERPLEXITY, EXAGGERATED, STEPS, WARM_STEPS = 30, 100, 250, 60
# t-SNE works in coordinates of about this size.
REACH = 80.0
# A layout that begins at old places moves little; a first one at openTSNE's own rate.
WARM_RATE = 20.0
# Under so many vectors two principal directions say as much.
FEW = 30
# Directions in which later vectors look for their nearest anchors: a sixth of the work, the same neighbours.
DIRECTIONS = 64
# Anchors that a later vector is placed by, as far as they lie near its nearest one, and how fast their weight falls.
PLACED_BY, NEAR, SHARPNESS = 8, 0.15, 0.05
# Equal texts lie in a little cloud and not on one point.
CLOUD = 0.006


@dataclass(frozen=True)
class Anchors:
    """Vectors that were laid out: (n, dim) unit rows and their (n, 2) places."""

    vectors: FloatArray
    places: FloatArray


def lay_out(vectors: FloatArray, *, seed: int, start: FloatArray | None = None) -> FloatArray:
    """Return (n, 2) places within about -1..1; equal input and seed give equal places.

    Args:
        vectors: (n, dim) float32 unit rows.
        seed: Of everything random.
        start: (n, 2) old places: the layout begins there and is turned back to lie on them, so that regions stay.
    """
    if len(vectors) < FEW:
        return start if start is not None else _scaled(_principal(vectors, 2))
    found = _tsne(vectors, seed=seed, start=start)
    return _scaled(found) if start is None else _turned_back(found / REACH, start)


def _tsne(vectors: FloatArray, *, seed: int, start: FloatArray | None) -> FloatArray:
    """Return (n, 2) coordinates in t-SNE's own size."""
    # Half a second to import: only who draws a map waits for it.
    from openTSNE import TSNE

    # It warns where a layout begins at old places, which is what is wanted.
    logging.getLogger("openTSNE").setLevel(logging.ERROR)
    rows = unit(_principal(vectors, DIRECTIONS))
    leading = rows[:, :2] / max(float(rows[:, 0].std()), 1e-9) * 1e-4
    model = TSNE(
        perplexity=min(PERPLEXITY, (len(rows) - 1) / 3),
        initialization=(leading if start is None else start * REACH).astype(np.float64),
        early_exaggeration_iter=EXAGGERATED if start is None else 0,
        n_iter=STEPS if start is None else WARM_STEPS,
        learning_rate="auto" if start is None else WARM_RATE,
        neighbors="exact",
        negative_gradient_method="bh",
        random_state=seed % 2**31,
        # One thread: the same places every time.
        n_jobs=1,
    )
    return np.asarray(model.fit(rows), dtype=np.float32)


def _principal(vectors: FloatArray, dimensions: int) -> FloatArray:
    """Return (n, dimensions) coordinates on the leading principal directions; zeros where there are fewer."""
    directions = _directions(vectors, dimensions)
    found = np.zeros((len(vectors), dimensions), dtype=np.float32)
    found[:, : directions.shape[1]] = (vectors - vectors.mean(axis=0)) @ directions if len(vectors) else 0.0
    return found


def _directions(vectors: FloatArray, count: int) -> FloatArray:
    """Return (dim, <= count) leading principal directions, each with its largest entry positive."""
    if not len(vectors):
        return np.zeros((vectors.shape[1], 0), dtype=np.float32)
    centred = vectors - vectors.mean(axis=0)
    # One thread: more only wait for each other on a matrix this small.
    with threadpool_limits(limits=1, user_api="blas"):
        _, found = np.linalg.eigh((centred.T @ centred).astype(np.float64))
    leading = found[:, ::-1][:, :count]
    signs = np.sign(leading[np.abs(leading).argmax(axis=0), np.arange(leading.shape[1])])
    return np.ascontiguousarray(leading * signs, dtype=np.float32)


def _scaled(places: FloatArray) -> FloatArray:
    """Move the middle to 0 and the farthest coordinate to 1."""
    if not len(places):
        return places
    moved = places - np.median(places, axis=0)
    return np.asarray(moved / max(float(np.abs(moved).max()), 1e-9), dtype=np.float32)


def _turned_back(places: FloatArray, old: FloatArray) -> FloatArray:
    """Turn, mirror and move places so that they lie on their old ones as well as may be (orthogonal Procrustes)."""
    middle, before = places.mean(axis=0), old.mean(axis=0)
    left, _, right = np.linalg.svd((places - middle).T.astype(np.float64) @ (old - before))
    return np.asarray((places - middle) @ (left @ right) + before, dtype=np.float32)


class Plane:
    """Places vectors among anchors."""

    def __init__(self, anchors: Anchors) -> None:
        """Find the directions that tell the anchors apart."""
        self._places = anchors.places
        self._middle = anchors.vectors.mean(axis=0)
        self._directions = _directions(anchors.vectors, DIRECTIONS)
        self._rows = unit((anchors.vectors - self._middle) @ self._directions)

    def place(self, vectors: FloatArray, numbers: Sequence[int]) -> FloatArray:
        """Return (n, 2) places of (n, dim) unit rows, each by its own vector only.

        A vector lies between the anchors that are nearest to it, of which those count that lie together with the very
        nearest: between two regions there is nothing. `numbers` (n) move equal vectors apart, each by its own.
        """
        if not len(vectors):
            return np.zeros((0, 2), dtype=np.float32)
        cosines = unit((vectors - self._middle) @ self._directions) @ self._rows.T
        count = min(PLACED_BY, cosines.shape[1])
        near = np.argpartition(-cosines, count - 1, axis=1)[:, :count]
        values = np.take_along_axis(cosines, near, axis=1)
        best = np.take_along_axis(near, values.argmax(axis=1)[:, None], axis=1)
        places = self._places[near]
        far = np.linalg.norm(places - self._places[best], axis=2) > NEAR
        weights = np.exp((values - values.max(axis=1, keepdims=True)) / SHARPNESS) * ~far
        middle = (places * weights[:, :, None]).sum(axis=1) / weights.sum(axis=1, keepdims=True)
        return np.asarray(middle + _cloud(np.asarray(numbers, dtype=np.int64)), dtype=np.float32)


def _cloud(numbers: IntArray) -> FloatArray:
    """Return (n, 2) small steps in any direction."""
    # Knuth's multiplicative hash: neighbouring numbers go different ways.
    mixed = (numbers * 2_654_435_761) & 0xFFFFFF
    angle = 2 * np.pi * (mixed % 1021) / 1021
    length = CLOUD * np.sqrt((mixed % 509) / 509)
    return np.stack([np.cos(angle) * length, np.sin(angle) * length], axis=1).astype(np.float32)
