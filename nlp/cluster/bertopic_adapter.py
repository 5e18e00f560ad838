"""BERTopic fed with our embeddings: UMAP and HDBSCAN as its own stages, or our graph clusterer in HDBSCAN's place."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from nlp.errors import EngineMissingError
from nlp.types import FloatArray, IntArray

if TYPE_CHECKING:
    from bertopic import BERTopic

# BERTopic's own defaults (bertopic 0.17.4, `_bertopic.py`); only the seed is ours.
UMAP_NEIGHBOURS = 15
UMAP_DIMENSIONS = 5
TOPIC_SIZE = 10


class Unreduced:
    """Stands in the place of UMAP and hands the embeddings through."""

    def fit(self, rows: FloatArray, y: IntArray | None = None) -> "Unreduced":
        """Do nothing."""
        return self

    def transform(self, rows: FloatArray) -> FloatArray:
        """Return the rows as they are."""
        return rows


class GraphClusterer:
    """Our graph engine with the interface of a scikit-learn clusterer, for BERTopic's `hdbscan_model`.

    `keys` name the rows in the order in which BERTopic is given them; row numbers stand in when left out.
    """

    def __init__(self, *, keys: Sequence[str] | None = None, seed: int = 0) -> None:
        self.keys = keys
        self.seed = seed
        self.labels_: IntArray = np.zeros(0, dtype=np.int64)

    def fit(self, rows: FloatArray, y: IntArray | None = None) -> "GraphClusterer":
        """Cluster (n, dim) rows; leaves `labels_`, -1 = unassigned."""
        from nlp.cluster.discover import discover

        keys = self.keys or [f"{row:09d}" for row in range(len(rows))]
        self.labels_ = discover(np.asarray(rows, dtype=np.float32), keys, seed=self.seed).labels
        return self

    def predict(self, rows: FloatArray) -> IntArray:
        """Return the labels of the fit; BERTopic asks for no others here."""
        return self.labels_


def topic_model(*, engine: str = "hdbscan", keys: Sequence[str] | None = None, seed: int = 0) -> "BERTopic":
    """Return a BERTopic that needs no embedding model of its own.

    Args:
        engine: `hdbscan` (seeded UMAP and HDBSCAN with BERTopic's defaults) or `graph` (ours).
        keys: Content keys of the rows, for the graph engine.
        seed: Random seed of UMAP or of the graph engine.

    Raises:
        EngineMissingError: BERTopic or its parts are not installed.
    """
    try:
        from bertopic import BERTopic
    except ImportError as error:
        raise EngineMissingError("bertopic is not installed; run `pip install bertopic umap-learn hdbscan`") from error
    reducer, clusterer = (Unreduced(), GraphClusterer(keys=keys, seed=seed)) if engine == "graph" else _density(seed)
    return BERTopic(embedding_model=None, umap_model=reducer, hdbscan_model=clusterer, min_topic_size=TOPIC_SIZE)


def topics(texts: Sequence[str], embeddings: FloatArray, *, seed: int = 0) -> IntArray:
    """Return (n,) BERTopic topic numbers over UMAP and HDBSCAN, -1 = outlier."""
    model = topic_model(engine="hdbscan", seed=seed)
    found, _ = model.fit_transform(list(texts), embeddings=embeddings)
    return np.asarray(found, dtype=np.int64)


def _density(seed: int) -> tuple[Any, Any]:
    try:
        from hdbscan import HDBSCAN
        from umap import UMAP
    except ImportError as error:
        raise EngineMissingError("UMAP or HDBSCAN is missing; run `pip install umap-learn hdbscan`") from error
    reducer = UMAP(
        n_neighbors=UMAP_NEIGHBOURS,
        n_components=UMAP_DIMENSIONS,
        min_dist=0.0,
        metric="cosine",
        random_state=seed,
        n_jobs=1,
    )
    clusterer = HDBSCAN(
        min_cluster_size=TOPIC_SIZE, metric="euclidean", cluster_selection_method="eom", prediction_data=True
    )
    return reducer, clusterer
