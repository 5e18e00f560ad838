"""The language stages' settings, from those of the user; and the embedder. Light: knows no database."""

from functools import lru_cache

from nlp.config import ClusterConfig, EmbedConfig, RedactConfig, TextConfig
from nlp.embed.load import load_embedder
from nlp.embed.types import Embedder
from pipelines.settings import Settings


def text_config(settings: Settings) -> TextConfig:
    """Give the settings of the language stage."""
    return TextConfig(redact=RedactConfig(keep=tuple(sorted(settings.kept_names))))


def embed_config(settings: Settings) -> EmbedConfig:
    """Give the settings of the embedder: the packaged MiniLM, or a hub model by name."""
    if settings.embedder == "packaged":
        return EmbedConfig()
    return EmbedConfig(model=settings.embedder, backend="torch")


@lru_cache(maxsize=2)
def open_embedder(settings: Settings) -> Embedder:
    """Load the embedder, once a process. It is loaded lazily: asking for its key reads no weights."""
    return load_embedder(embed_config(settings))


def cluster_config(settings: Settings) -> ClusterConfig:
    """Give the settings of the clusterer."""
    return ClusterConfig(engine="bertopic" if settings.cluster_engine == "hdbscan" else "graph")
