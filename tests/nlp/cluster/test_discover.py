"""Discovery as its callers see it: planted themes come back, order does not matter, nothing is lost silently."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from nlp.cluster.discover import discover
from nlp.cluster.records import UNASSIGNED
from nlp.config import ClusterConfig
from nlp.errors import ClusterInputError
from tests.nlp.cluster.blobs import blobs


def test_planted_themes_come_back():
    rows, told, keys = blobs(24, 40)
    found = discover(rows, keys)
    assert found.themes == 24
    assert adjusted_rand_score(told, found.labels) > 0.98
    assert (found.labels != UNASSIGNED).all()
    assert found.confidence.mean() > 0.9


@pytest.mark.parametrize(("themes", "size"), [(16, 25), (40, 30), (60, 60)])
def test_number_of_themes_follows_the_data(themes, size):
    rows, _, keys = blobs(themes, size, spread=0.8)
    assert 0.8 * themes <= discover(rows, keys).themes <= 1.3 * themes


def test_comments_of_many_points_do_not_become_themes_of_their_own():
    # Eight points of any themes a comment, short enough to lean on it; with edges inside comments this gives 0.06.
    rows, told, keys = blobs(20, 40, spread=0.8)
    comments = np.random.default_rng(2).permutation(len(keys)) % 100
    found = discover(rows, keys, groups=[str(comment) for comment in comments], lengths=[12] * len(keys))
    assert adjusted_rand_score(told, found.labels) > 0.95


def test_one_long_conversation_has_no_themes():
    rows, _, keys = blobs(8, 20)
    found = discover(rows, keys, groups=["one"] * len(keys), lengths=[8] * len(keys))
    assert (found.labels == UNASSIGNED).all()


def test_row_order_changes_nothing():
    rows, _, keys = blobs(18, 30, spread=1.0)
    groups = [str(at // 3) for at in range(len(keys))]
    words = [3 + at % 9 for at in range(len(keys))]
    first = discover(rows, keys, groups=groups, lengths=words, seed=3)
    order = np.random.default_rng(5).permutation(len(keys))
    second = discover(
        rows[order],
        [keys[row] for row in order],
        groups=[groups[row] for row in order],
        lengths=[words[row] for row in order],
        seed=3,
    )
    np.testing.assert_array_equal(second.labels, first.labels[order])
    np.testing.assert_array_equal(second.parents, first.parents[order])
    np.testing.assert_allclose(second.centroids, first.centroids, atol=1e-6)


def test_parents_are_fewer_and_hold_whole_themes():
    rows, _, keys = blobs(45, 20)
    found = discover(rows, keys)
    assert 10 <= len(set(found.parent_of.tolist())) <= 40
    assert len(set(found.parent_of.tolist())) < found.themes
    known = found.labels >= 0
    np.testing.assert_array_equal(found.parents[known], found.parent_of[found.labels[known]])
    assert (found.parents[~known] == UNASSIGNED).all()


def test_small_theme_is_dissolved_with_a_reason():
    rows, _, keys = blobs(16, 30, spread=0.4)
    stray, _, stray_keys = blobs(1, 3, spread=0.05, seed=99)
    found = discover(np.vstack([rows, stray]), keys + [f"z{key}" for key in stray_keys])
    lost = found.labels[-3:] == UNASSIGNED
    assert lost.all()
    assert set(found.reasons[-3:]) <= {"theme_too_small", "far_from_theme"}
    assert all(reason == "" for reason, label in zip(found.reasons, found.labels, strict=True) if label >= 0)


def test_noise_never_takes_more_than_the_share_allowed():
    rows, _, keys = blobs(15, 20, spread=0.5)
    noise = np.random.default_rng(1).normal(size=(100, rows.shape[1]))
    noise = (noise / np.linalg.norm(noise, axis=1, keepdims=True)).astype(np.float32)
    found = discover(np.vstack([rows, noise]), [*keys, *(f"n{at}" for at in range(100))])
    assert (found.labels == UNASSIGNED).mean() <= 0.08


def test_respondents_make_a_small_theme_big_enough():
    rows, _, keys = blobs(16, 30, spread=0.4)
    stray, _, stray_keys = blobs(1, 4, spread=0.05, seed=99)
    both, names = np.vstack([rows, stray]), keys + [f"z{key}" for key in stray_keys]
    weights = [1.0] * len(keys) + [10.0] * 4
    assert (discover(both, names, weights=weights).labels[-4:] != UNASSIGNED).all()


def test_few_passages_stay_unassigned():
    rows, _, keys = blobs(3, 2)
    found = discover(rows, keys)
    assert found.themes == 0
    assert set(found.reasons) == {"too_few_passages"}
    assert len(discover(rows[:0], []).labels) == 0


def test_identical_passages_do_not_break_it():
    rows, _, keys = blobs(3, 40, spread=0.3)
    rows[:60] = rows[0]
    found = discover(rows, keys)
    assert len(set(found.labels[:60].tolist())) == 1


def test_warm_start_keeps_themes_and_lets_new_ones_in():
    rows, told, keys = blobs(20, 40, spread=0.9)
    first = discover(rows, keys)
    more, more_told, more_keys = blobs(1, 40, spread=0.5, seed=7)
    both, names = np.vstack([rows, more]), keys + [f"x{key}" for key in more_keys]
    second = discover(both, names, previous=first.remember(keys))
    assert second.sweep == ()
    assert second.resolution == first.resolution
    assert adjusted_rand_score(first.labels, second.labels[: len(keys)]) > 0.99
    assert adjusted_rand_score(np.r_[told, more_told + 20], second.labels) > 0.97


def test_corpus_that_doubled_is_swept_anew():
    rows, _, keys = blobs(20, 40)
    half = discover(rows[::2], keys[::2])
    assert discover(rows, keys, previous=half.remember(keys[::2])).sweep != ()


def test_many_passages_use_inverted_lists_with_the_same_themes():
    rows, told, keys = blobs(30, 60, spread=0.7)
    found = discover(rows, keys, config=ClusterConfig(exact_limit=500))
    assert adjusted_rand_score(told, found.labels) > 0.97


def test_unlike_lengths_are_refused():
    rows, _, keys = blobs(2, 10)
    with pytest.raises(ClusterInputError, match="20 embeddings but 19 keys"):
        discover(rows, keys[:-1])
    with pytest.raises(ClusterInputError, match="texts"):
        discover(rows, keys, config=replace(ClusterConfig(), engine="bertopic"))


def test_default_path_loads_neither_umap_nor_numba():
    code = (
        "import sys, nlp.cluster.discover; print({'umap', 'numba', 'hdbscan', 'bertopic', 'torch'} & set(sys.modules))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "set()"
