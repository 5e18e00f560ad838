"""Sentences a second of one way to embed, and how far its vectors lie from the original's.

`python -m pipelines.bench.embedding FILE OUT --by torch|fp32|int8 [--beside ORIGINAL]`
"""

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.config import EmbedConfig
from nlp.embed.load import load_embedder
from nlp.embed.types import Embedder
from pipelines.evaluate.labelled import read_labelled

SEED = 20261122
# Texts embedded one by one, to see what neighbours in a batch do to a vector.
ALONE = 200
WAYS = {
    "torch": EmbedConfig(backend="torch"),
    "fp32": EmbedConfig(precision="fp32"),
    "int8": EmbedConfig(precision="int8"),
    "default": EmbedConfig(),
}


def measure_embedding(file: Path, out: Path, *, by: str, rows: int, beside: Path | None) -> dict[str, Any]:
    """Embed a seeded draw of texts; the model is loaded and warm before the clock starts."""
    texts = read_labelled(file, text="text").texts
    chosen = [texts[at] for at in np.random.default_rng(SEED).permutation(len(texts))[:rows].tolist()]
    embedder = load_embedder(WAYS[by])
    started = time.perf_counter()
    embedder.embed(chosen[:8])
    loaded = time.perf_counter()
    vectors = embedder.embed(chosen)
    ended = time.perf_counter()
    np.save(out, vectors)
    return {
        "command": "embedding",
        "key": embedder.key,
        "rows": len(chosen),
        "load_s": round(loaded - started, 2),
        "embed_s": round(ended - loaded, 2),
        "texts_per_s": round(len(chosen) / (ended - loaded), 1),
        "alone": _cosines(vectors[:ALONE], _one_by_one(embedder, chosen[:ALONE])),
        **({"original": _cosines(vectors, np.load(beside))} if beside else {}),
    }


def _one_by_one(embedder: Embedder, texts: list[str]) -> NDArray[np.float32]:
    return np.concatenate([embedder.embed([text]) for text in texts])


def _cosines(one: NDArray[np.float32], other: NDArray[np.float32]) -> dict[str, float]:
    found = np.einsum("nd,nd->n", one.astype(np.float64), other.astype(np.float64))
    return {"mean": round(float(found.mean()), 5), "least": round(float(found.min()), 5)}


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("file", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--by", choices=sorted(WAYS), required=True)
    parser.add_argument("--rows", type=int, default=4000)
    parser.add_argument("--beside", type=Path)
    given = parser.parse_args()
    done = measure_embedding(given.file, given.out, by=given.by, rows=given.rows, beside=given.beside)
    sys.stdout.write(json.dumps(done) + "\n")
