"""A layout keeps what is alike together, places later vectors among it, and stays where it was when made again."""

import numpy as np
import pytest

from nlp.cluster.space import unit
from nlp.layout.plane import FEW, Anchors, Plane, lay_out

GROUPS, EACH, DIM = 6, 25, 32


def blobs(seed: int, each: int = EACH):
    """Groups around planted centres, and which group each row is of."""
    centres = np.random.default_rng(0).normal(size=(GROUPS, DIM))
    noise = np.random.default_rng(seed).normal(size=(GROUPS * each, DIM)) * 0.25
    groups = np.repeat(np.arange(GROUPS), each)
    return unit((centres[groups] + noise).astype(np.float32)), groups


def purity(places: np.ndarray, groups: np.ndarray, other: np.ndarray, theirs: np.ndarray) -> float:
    """Share of points whose nearest other point is of their group."""
    distances = np.linalg.norm(places[:, None] - other[None], axis=2)
    distances[distances == 0] = np.inf
    return float((theirs[distances.argmin(axis=1)] == groups).mean())


@pytest.fixture(scope="module")
def laid_out():
    vectors, groups = blobs(1)
    return vectors, groups, lay_out(vectors, seed=7)


def test_alike_lies_together_and_again_the_same(laid_out):
    vectors, groups, places = laid_out
    assert np.abs(places).max() == pytest.approx(1.0)
    assert purity(places, groups, places, groups) > 0.95
    assert np.array_equal(lay_out(vectors, seed=7), places)


def test_later_vectors_join_their_group(laid_out):
    vectors, groups, places = laid_out
    plane = Plane(Anchors(vectors, places))
    later, theirs = blobs(2)
    found = plane.place(later, range(len(later)))
    assert purity(found, theirs, places, groups) > 0.95
    # Each by itself: what comes with it does not move it.
    alone = plane.place(later[3:4], [3])
    assert np.allclose(alone[0], found[3], atol=1e-5)
    twins = plane.place(np.repeat(later[:1], 2, axis=0), [1, 2])
    assert 0 < np.linalg.norm(twins[0] - twins[1]) < 0.02


def test_regions_stay_when_laid_out_again(laid_out):
    vectors, _, places = laid_out
    more, _ = blobs(3, each=10)
    start = np.concatenate([places, Plane(Anchors(vectors, places)).place(more, range(len(more)))])
    again = lay_out(np.concatenate([vectors, more]), seed=8, start=start)
    moved = np.linalg.norm(again[: len(places)] - places, axis=1)
    assert np.median(moved) < 0.05


@pytest.mark.parametrize("count", [0, 1, 2, FEW - 1])
def test_few_vectors_have_places_too(count: int):
    vectors = blobs(4)[0][:count]
    places = lay_out(vectors, seed=1)
    assert places.shape == (count, 2)
    assert np.isfinite(places).all()
