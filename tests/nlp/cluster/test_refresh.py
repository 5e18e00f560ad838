"""Neighbours that are brought up to date are those that a search would find."""

import numpy as np
import pytest
from scipy.cluster.hierarchy import fcluster, linkage
from sklearn.metrics import adjusted_rand_score

from nlp.cluster.discover import discover
from nlp.cluster.hierarchy import ward
from nlp.cluster.neighbours import nearest
from nlp.cluster.refresh import Neighbourhood, refreshed
from nlp.cluster.space import principal, project
from tests.nlp.cluster.blobs import blobs


def searched(rows: np.ndarray, names: list[str], count: int = 8) -> Neighbourhood:
    directions = principal(rows, dimensions=20)
    flat = project(rows, directions)
    return Neighbourhood(tuple(names), directions, flat, *nearest(flat, count, exact_limit=10**6, seed=0), len(names))


@pytest.fixture(scope="module")
def known() -> tuple[np.ndarray, list[str], Neighbourhood]:
    rows, _, keys = blobs(10, 30, spread=0.9)
    order = np.argsort(keys)
    rows, names = rows[order], sorted(keys)
    return rows, names, searched(rows, names)


def test_new_rows_find_and_are_found(known):
    rows, names, before = known
    more = blobs(1, 5, seed=3)[0]
    both = [*zip(names, rows, strict=True), *zip([f"{names[at]}+" for at in range(0, 50, 10)], more, strict=True)]
    both.sort(key=lambda one: one[0])
    every = np.stack([row for _, row in both])
    found = refreshed(before, [name for name, _ in both], every)
    flat = project(every, before.directions)
    cosines, near = nearest(flat, 8, exact_limit=10**6, seed=0)
    np.testing.assert_allclose(found.cosines, cosines, atol=1e-5)
    assert (np.sort(found.found) == np.sort(near)).mean() > 0.999
    assert (found.searched, found.changed) == (len(names), 5)


def test_rows_that_went_are_nobodys_neighbours(known):
    rows, names, before = known
    stay = [at for at in range(len(names)) if at % 25]
    found = refreshed(before, [names[at] for at in stay], rows[stay])
    assert found.found.max() < len(stay)
    alone = found.found == np.arange(len(stay))[:, None]
    assert (found.cosines[alone] == 0).all()
    kept = np.take_along_axis(found.flat @ found.flat.T, found.found, axis=1)
    np.testing.assert_allclose(kept[~alone], found.cosines[~alone], atol=1e-5)
    assert found.changed == len(names) - len(stay)


def test_grown_corpus_keeps_its_themes_whatever_the_order_of_rows():
    rows, told, keys = blobs(20, 30, spread=0.8)
    groups = [str(at // 2) for at in range(len(keys))]
    old = [at for at in range(len(keys)) if at // 2 % 100]
    first = discover(rows[old], [keys[at] for at in old], groups=[groups[at] for at in old], keep=True)
    start = {"previous": first.remember([keys[at] for at in old]), "known": first.neighbourhood}
    second = discover(rows, keys, groups=groups, keep=True, **start)
    assert second.neighbourhood is not None
    assert second.neighbourhood.changed == len(keys) - len(old)
    assert adjusted_rand_score(told, second.labels) > 0.95
    assert adjusted_rand_score(first.labels, second.labels[old]) > 0.99
    order = np.random.default_rng(2).permutation(len(keys))
    shuffled = discover(rows[order], [keys[at] for at in order], groups=[groups[at] for at in order], **start)
    np.testing.assert_array_equal(shuffled.labels, second.labels[order])


def test_corpus_that_changed_much_is_searched_anew():
    rows, _, keys = blobs(12, 20)
    half = discover(rows[::2], keys[::2], keep=True)
    found = discover(rows, keys, known=half.neighbourhood, keep=True)
    assert found.neighbourhood is not None
    assert (found.neighbourhood.searched, found.neighbourhood.changed) == (len(keys), 0)


@pytest.mark.parametrize(("rows", "count"), [(4, 2), (60, 20), (150, 40)])
def test_ward_joins_like_scipy(rows, count):
    points = np.random.default_rng(rows).normal(size=(rows, 30)).astype(np.float32)
    theirs = fcluster(linkage(points.astype(np.float64), method="ward"), t=count, criterion="maxclust")
    assert adjusted_rand_score(theirs, ward(points, count=count)) == 1.0
