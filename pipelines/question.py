"""The query embedder that the API is handed: the packaged encoder from one file, without torch and in little memory.

The encoder is built from its weights once, in a process of its own that takes 300 MB for it, and kept in the home
folder under the hash of what it was built from; here it is only opened. Its weights lie in a file beside it, which is
mapped: of the 46 MB of words' vectors a question reads a few rows, and the rest is the system's to keep or let go.
"""

import shutil
import subprocess
import sys
import threading
from collections.abc import Sequence
from functools import cached_property, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from nlp.embed import packaged
from nlp.embed.load import load_embedder
from nlp.embed.types import Embedder
from nlp.sums import LIST, check_noted, note_sums
from nlp.text.canonical import canonical
from pipelines.configs import embed_config
from pipelines.errors import PipelineError
from pipelines.index import index_folder
from pipelines.settings import Settings

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

# Vectors kept of the last questions: whoever pages through a search asks the same again.
REMEMBERED = 256
# The files of the encoder, and from how many bytes on a table lies in the second one.
MODEL, WEIGHTS, LARGE = "encoder.onnx", "weights.bin", 1 << 16
# A search has a few words; what stands behind these tokens is not looked for.
MOST_TOKENS = 128


class QuestionEmbedder:
    """Embeds questions as `embed` embeds passages. Nothing is loaded before the first one; for many threads."""

    def __init__(self, settings: Settings) -> None:
        """Keep the settings."""
        self._settings = settings
        self._lock = threading.Lock()
        self.embed_one = lru_cache(maxsize=REMEMBERED)(self._embed_one)

    @property
    def key(self) -> str:
        """The model, as in the table `embeddings`."""
        return self._stored.key

    @property
    def folder(self) -> Path:
        """Where the index of meanings lies."""
        return index_folder(self._settings)

    def load(self) -> None:
        """Load the encoder where forked processes can use it: it has no threads; a hub model's library has."""
        if self._settings.embedder == "packaged":
            _ = self._parts

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Give (n, dim) float32 unit rows."""
        return np.stack([self.embed_one(text) for text in texts])

    def _embed_one(self, text: str) -> NDArray[np.float32]:
        if self._settings.embedder != "packaged":
            return np.asarray(self._stored.embed([canonical(text)])[0], dtype=np.float32)
        session, tokenizer = self._parts
        ids = np.array([tokenizer.encode(canonical(text)).ids], dtype=np.int64)
        vector: NDArray[np.float32] = session.run(None, {"ids": ids})[0][0]
        return vector

    @cached_property
    def _stored(self) -> Embedder:
        """The embedder of the stage `embed`: for its key, and for a hub model's vectors."""
        return load_embedder(embed_config(self._settings))

    @property
    def _parts(self) -> "tuple[InferenceSession, Tokenizer]":
        # Two first questions at a time load the encoder once.
        with self._lock:
            return self._loaded

    @cached_property
    def _loaded(self) -> "tuple[InferenceSession, Tokenizer]":
        from nlp.embed.runtime import load_tokenizer

        file = encoder_file(self._settings)
        check_noted(file.parent, (MODEL, WEIGHTS), mend=f"remove {file.parent}: it is built again")
        return _open(file), load_tokenizer(packaged.checked_folder(["tokenizer.json"]), max_tokens=MOST_TOKENS)


def _open(file: Path) -> "InferenceSession":
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Short texts of any length: memory for the longest one seen is not kept.
    options.enable_cpu_mem_arena = False
    options.enable_mem_pattern = False
    # Weights are multiplied as they lie in the file: in the order that the processor likes best they would be a copy of
    # 11 MB, for 1 ms a question.
    options.add_session_config_entry("session.disable_prepacking", "1")
    return onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])


def encoder_file(settings: Settings) -> Path:
    """Give the file of the encoder; it is built where it is missing (3 s, once).

    Raises:
        PipelineError: It could not be built; says why.
    """
    config = embed_config(settings)
    # How it lies in its files is part of what it is called by: what another version built is built again.
    name = sha256(f"{load_embedder(config).key}/{WEIGHTS}/{LIST}".encode()).hexdigest()[:16]
    file = settings.home / "models" / f"encoder-{name}" / MODEL
    if not file.exists():
        _build(file, precision=config.precision)
    return file


def _build(file: Path, *, precision: str) -> None:
    scratch = file.parent.with_name(f"{file.parent.name}.{uuid4().hex}")
    scratch.mkdir(parents=True)
    done = subprocess.run(
        [sys.executable, "-m", "pipelines.question", str(scratch), precision], capture_output=True, text=True
    )
    if done.returncode:
        shutil.rmtree(scratch, ignore_errors=True)
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise PipelineError(f"the query encoder could not be built ({last}): run `sottovoce doctor`")
    try:
        scratch.rename(file.parent)
    except OSError:
        # Another process was there first, with the same.
        shutil.rmtree(scratch, ignore_errors=True)
        if not file.exists():
            raise


def write_encoder(folder: Path, *, precision: str) -> None:
    """Build the packaged encoder from its checked weights and write it, large tables into a file of their own."""
    import onnx

    from nlp.embed.graph import build_encoder
    from nlp.embed.reach import packaged_reach
    from nlp.embed.runtime import read_shape

    reach: Any = packaged_reach() if precision != "fp32" else None
    shape = read_shape(packaged.checked_folder())
    model = onnx.load_from_string(build_encoder(packaged.packaged_weights(), shape, reach=reach))
    onnx.save_model(model, str(folder / MODEL), save_as_external_data=True, location=WEIGHTS, size_threshold=LARGE)
    note_sums(folder, (MODEL, WEIGHTS))


if __name__ == "__main__":
    write_encoder(Path(sys.argv[1]), precision=sys.argv[2])
