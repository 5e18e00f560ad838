"""New passages between refits."""

import numpy as np

from nlp.cluster.assign import assign, fit_model
from nlp.cluster.discover import discover
from nlp.cluster.space import with_context
from tests.nlp.cluster.blobs import blobs


def test_new_passages_join_their_theme_or_wait():
    rows, told, keys = blobs(20, 60, spread=0.6)
    fit, new = np.arange(len(told)) % 3 != 0, np.arange(len(told)) % 3 == 0
    found = discover(rows[fit], [key for key, kept in zip(keys, fit, strict=True) if kept])
    theme_of = {int(told[fit][row]): int(found.labels[row]) for row in range(int(fit.sum()))}
    placed = assign(rows[new], found.model)
    known = placed.labels >= 0
    assert known.mean() > 0.9
    assert all(theme_of[int(t)] == label for t, label in zip(told[new][known], placed.labels[known], strict=True))
    strange, _, _ = blobs(5, 20, seed=77)
    assert assign(strange, found.model).waiting > 0.8


def test_nothing_known_means_waiting():
    rows, _, _ = blobs(2, 10)
    model = fit_model(rows, np.full(20, -1), np.ones(20), floor_spreads=3.0)
    assert assign(rows, model).waiting == 1.0
    assert assign(rows[:0], model).waiting == 0.0


def test_short_passage_leans_on_its_comment():
    rows, _, _ = blobs(2, 1, spread=0.1)
    short, long = (
        with_context(rows, ["a", "a"], lengths=np.array([words, 20.0]), context_words=12, context_max=3)
        for words in (2.0, 20.0)
    )
    assert short[0] @ rows[1] > long[0] @ rows[1]
    alone = with_context(rows, ["a", "b"], lengths=np.array([2.0, 20.0]), context_words=12, context_max=3)
    np.testing.assert_allclose(alone, rows, atol=1e-6)
