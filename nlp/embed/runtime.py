"""The packaged encoder on ONNX runtime: no torch, so the API process can embed a query."""

import json
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from nlp.config import EmbedConfig
from nlp.embed import packaged
from nlp.embed.batches import length_batches
from nlp.embed.graph import BertShape, build_encoder
from nlp.embed.reach import packaged_reach
from nlp.embed.types import Vectors

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

# Names the 8-bit arithmetic in keys; another scheme of rounding needs another name.
INT8_NAME = "int8c"
# Texts tokenised at once: bounds memory for a million rows and still gives batches of like length.
CHUNK = 8192


def load_tokenizer(folder: Path, *, max_tokens: int) -> "Tokenizer":
    """Load `tokenizer.json` with cutting at `max_tokens` and no padding (batches do that)."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_length=max_tokens)
    return tokenizer


def read_shape(folder: Path) -> BertShape:
    """Read the encoder's numbers from its `config.json`."""
    found = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    return BertShape(found["num_hidden_layers"], found["num_attention_heads"], found["layer_norm_eps"])


def open_session(model: bytes) -> "InferenceSession":
    """Start an ONNX runtime session on the CPU with one thread per call; `run` may be called from many threads.

    Whole batches side by side beat the threads inside an operator: those wait for each other at every node.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


class OnnxEmbedder:
    """The packaged MiniLM, or the same encoder with other weights, on ONNX runtime.

    Loading happens at the first text. Equal texts in one call are computed once.
    """

    def __init__(
        self, config: EmbedConfig | None = None, *, weights: Mapping[str, Vectors] | None = None, name: str = ""
    ) -> None:
        """Keep the settings.

        Args:
            config: Precision, cut, batch size and threads.
            weights: Replacements for some of the packaged weights, by name.
            name: What `weights` are, for the key; must change whenever they do.
        """
        self._config = config or EmbedConfig()
        self._replaced = dict(weights or {})
        self._name = name

    @property
    def key(self) -> str:
        """Model, revision and preprocessing. fp32 here and in torch agree within rounding and share their key."""
        parts = [f"{packaged.NAME}@{packaged.REVISION}", self._name, f"max{self._config.max_tokens}"]
        if self._config.precision != "fp32":
            parts.append(INT8_NAME)
        return "/".join(part for part in parts if part)

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return packaged.DIM

    @cached_property
    def _tokenizer(self) -> "Tokenizer":
        return load_tokenizer(packaged.checked_folder(), max_tokens=self._config.max_tokens)

    @cached_property
    def _session(self) -> "InferenceSession":
        weights = {**packaged.packaged_weights(), **self._replaced}
        reach = packaged_reach() if self._config.precision != "fp32" else None
        return open_session(build_encoder(weights, read_shape(packaged.checked_folder()), reach=reach))

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return (n, dim) unit rows in the order of `texts`."""
        distinct = list(dict.fromkeys(texts))
        rows = np.zeros((len(distinct), self.dim), dtype=np.float32)
        for start in range(0, len(distinct), CHUNK):
            self._embed_chunk(distinct[start : start + CHUNK], rows[start : start + CHUNK])
        place = {text: number for number, text in enumerate(distinct)}
        return rows[[place[text] for text in texts]]

    def _embed_chunk(self, texts: Sequence[str], out: Vectors) -> None:
        tokens = [encoding.ids for encoding in self._tokenizer.encode_batch_fast(list(texts))]
        batches = list(length_batches([len(row) for row in tokens], budget=self._config.batch_tokens))
        self._session  # noqa: B018 - loaded here, once, and not in several threads at a time
        with ThreadPoolExecutor(self._config.threads or os.cpu_count() or 1) as pool:
            found = pool.map(lambda batch: self._forward([tokens[number] for number in batch]), batches)
            for batch, vectors in zip(batches, found, strict=True):
                out[batch] = vectors

    def _forward(self, tokens: Sequence[Sequence[int]]) -> Vectors:
        vectors: Vectors = self._session.run(None, {"ids": np.array(tokens, dtype=np.int64)})[0]
        return vectors
