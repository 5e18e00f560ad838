"""BERTopic fed with our embeddings, over its own stages and over ours."""

import warnings

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from nlp.cluster.bertopic_adapter import topic_model
from nlp.cluster.discover import discover
from nlp.config import ClusterConfig
from tests.nlp.cluster.blobs import blobs


@pytest.fixture(autouse=True)
def _their_warnings():
    with warnings.catch_warnings():
        # UMAP and numba warn about threads and their own deprecations.
        warnings.simplefilter("ignore")
        yield


def _texts(told):
    return [f"theme{theme} word{theme} report {row % 3}" for row, theme in enumerate(told)]


def test_bertopic_takes_our_clusterer():
    rows, told, keys = blobs(8, 30, spread=0.5)
    model = topic_model(engine="graph", keys=keys)
    found, _ = model.fit_transform(_texts(told), embeddings=rows)
    assert adjusted_rand_score(told, found) > 0.95
    assert model.get_topic(0)


@pytest.mark.slow
def test_hdbscan_is_a_real_path():
    rows, told, keys = blobs(8, 40, spread=0.4)
    settings = ClusterConfig(engine="bertopic")
    found = discover(rows, keys, texts=_texts(told), config=settings, seed=1)
    assert found.engine == "bertopic"
    assert adjusted_rand_score(told, found.labels) > 0.9
    again = discover(rows, keys, texts=_texts(told), config=settings, seed=1)
    np.testing.assert_array_equal(found.labels, again.labels)
