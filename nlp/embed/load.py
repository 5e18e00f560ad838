"""Choose the embedder that the settings name."""

from nlp.config import EmbedConfig
from nlp.embed.types import Embedder
from nlp.errors import EmbedError


def load_embedder(config: EmbedConfig | None = None) -> Embedder:
    """Return the embedder for `config`; nothing heavy is imported before its first text.

    Raises:
        EmbedError: The settings contradict each other.
    """
    config = config or EmbedConfig()
    if config.backend == "onnx" and config.model == "packaged":
        from nlp.embed.runtime import OnnxEmbedder

        return OnnxEmbedder(config)
    if config.precision == "int8":
        raise EmbedError(
            f"precision {config.precision!r} exists for the packaged model on backend 'onnx' only, "
            f"got model {config.model!r} on {config.backend!r}; set precision to 'fp32'"
        )
    from nlp.embed.sentence import SentenceEmbedder

    return SentenceEmbedder(config)
