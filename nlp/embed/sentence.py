"""Any sentence-transformers model: the packaged one, one on disk, or one of the hub by name."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from nlp.config import EmbedConfig
from nlp.embed import packaged
from nlp.embed.types import Vectors, unit_rows
from nlp.errors import EmbedError, ModelMissingError
from nlp.sums import file_sha256

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

INSTALL = "pip install sentence-transformers"


class SentenceEmbedder:
    """A sentence-transformers model in fp32 on torch. Loading happens at the first text."""

    def __init__(self, config: EmbedConfig | None = None) -> None:
        """Keep the settings; `config.model` is `packaged`, a folder, or a hub name such as `BAAI/bge-small-en-v1.5`."""
        self._config = config or EmbedConfig(backend="torch")

    @property
    def key(self) -> str:
        """Model, revision and preprocessing."""
        return f"{self._name}/max{self._config.max_tokens}"

    @property
    def _name(self) -> str:
        if self._config.model == "packaged":
            return f"{packaged.NAME}@{packaged.REVISION}"
        folder = Path(self._config.model)
        if folder.is_dir():
            return f"{folder.name}@{folder_revision(folder)}"
        return f"{self._config.model}@{self._config.revision or 'main'}"

    @property
    def dim(self) -> int:
        """Length of a vector; loads the model unless it is the packaged one."""
        if self._config.model == "packaged":
            return packaged.DIM
        return int(self._model.get_embedding_dimension() or 0)

    @cached_property
    def _model(self) -> "SentenceTransformer":
        model = load_model(self._config)
        model.max_seq_length = self._config.max_tokens
        return model

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return (n, dim) unit rows in the order of `texts`."""
        import torch

        if not texts:
            return np.zeros((0, self.dim), dtype=np.float32)
        distinct = list(dict.fromkeys(texts))
        with torch.inference_mode():
            rows = self._model.encode(distinct, batch_size=64, convert_to_numpy=True, show_progress_bar=False)
        place = {text: number for number, text in enumerate(distinct)}
        return unit_rows(np.asarray(rows, dtype=np.float32))[[place[text] for text in texts]]


def load_model(config: EmbedConfig) -> "SentenceTransformer":
    """Load a sentence-transformers model; a hub name is taken from the local cache or downloaded.

    Raises:
        ModelMissingError: The package is not installed, or the name is neither on disk nor on the hub.
    """
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise ModelMissingError(f"sentence-transformers is not installed; run: {INSTALL}") from error
    source = str(packaged.checked_folder()) if config.model == "packaged" else config.model
    try:
        return SentenceTransformer(source, device="cpu", revision=config.revision or None)
    except (OSError, ValueError) as error:
        raise ModelMissingError(
            f"model {config.model!r} could not be loaded ({error}); check the name, or download it once with network "
            "and set HF_HOME to that cache"
        ) from error


def folder_revision(folder: Path) -> str:
    """Return the beginning of the hash of a model folder's weights, its revision in keys.

    Raises:
        EmbedError: The folder holds no weights.
    """
    for name in ("model.safetensors", "pytorch_model.bin"):
        if (folder / name).is_file():
            return file_sha256(folder / name)[:12]
    raise EmbedError(f"{folder} holds neither model.safetensors nor pytorch_model.bin; is it a model folder?")
