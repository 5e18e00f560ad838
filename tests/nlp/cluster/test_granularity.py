"""The gain that chooses the number of themes."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.cluster.communities import neighbour_graph, support
from nlp.cluster.granularity import choose, merge_by_gain, score, themes_least
from nlp.cluster.neighbours import nearest
from nlp.cluster.outliers import by_size
from nlp.cluster.records import SweepPoint
from tests.nlp.cluster.blobs import blobs


def _graph(rows):
    return neighbour_graph(*nearest(rows, 10, exact_limit=10_000, seed=0))


def _gain(graph, labels):
    return score(graph, labels, resolution=1.0, evidence=2.5, min_size=5).gain


def test_true_partition_gains_most():
    rows, told, _ = blobs(20, 30, spread=0.7)
    graph = _graph(rows)
    halves = told * 2 + np.arange(len(told)) % 2
    assert _gain(graph, told) > _gain(graph, told // 2) > _gain(graph, np.zeros_like(told))
    assert _gain(graph, told) > _gain(graph, halves)


def test_merging_undoes_needless_splits():
    rows, told, _ = blobs(20, 30, spread=0.7)
    graph = _graph(rows)
    halves = told * 2 + np.arange(len(told)) % 2
    merged = merge_by_gain(graph, halves, evidence=2.5, themes_min=1)
    assert len(set(zip(merged.tolist(), told.tolist(), strict=True))) == 20
    assert _gain(graph, merged) >= _gain(graph, halves)


def test_merging_stops_at_the_minimum():
    rows, told, _ = blobs(6, 30, spread=3.0)
    assert len(set(merge_by_gain(_graph(rows), told, evidence=0.1, themes_min=4).tolist())) == 4


def test_choice_needs_enough_themes():
    points = [SweepPoint(0.5, 6, 0.9, 3.0), SweepPoint(1.0, 16, 0.8, 2.0), SweepPoint(2.0, 30, 0.7, 2.5)]
    assert [point.themes for point in choose(points, themes_min=15)] == [30, 16]
    assert choose(points, themes_min=99)[0].themes == 30


def test_small_corpora_may_have_few_themes():
    assert themes_least(60, themes_min=15, min_size=5) == 2
    assert themes_least(5000, themes_min=15, min_size=5) == 15


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(-1, 6), min_size=1, max_size=60))
def test_numbers_go_by_size(labels):
    told = np.array(labels)
    found = by_size(told, np.ones(len(told)))
    sizes = np.bincount(found[found >= 0]) if (found >= 0).any() else np.zeros(0)
    assert (np.diff(sizes) <= 0).all()
    assert ((found < 0) == (told < 0)).all()
    assert len(set(zip(found.tolist(), labels, strict=True))) == len(set(labels))


def test_support_is_a_share():
    rows, told, _ = blobs(5, 20, spread=2.0)
    share = support(_graph(rows), told)
    assert share.min() >= 0.0
    assert share.max() <= 1.0 + 1e-9
    np.testing.assert_allclose(support(_graph(rows), np.zeros_like(told)), 1.0)


def test_neighbours_leave_the_row_itself_out():
    rows, _, _ = blobs(4, 20)
    rows[1:30] = rows[0]
    cosines, found = nearest(rows, 8, exact_limit=10_000, seed=0)
    assert not (found == np.arange(len(rows))[:, None]).any()
    assert (np.diff(cosines, axis=1) <= 1e-6).all()
