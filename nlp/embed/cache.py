"""Embed only what is new: vectors kept by content hash and model key behind the `VectorStore` Protocol."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from nlp.embed.types import Embedder, Vectors, VectorStore


def content_hash(text: str) -> str:
    """Return the SHA-256 of a text's UTF-8 bytes; the text itself can't be read back from it."""
    return hashlib.sha256(text.encode("utf-8", errors="surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Embedded:
    """Vectors in the order of the texts, and how many of the distinct texts had to be computed.

    Attributes:
        vectors: (n, dim) float32.
        computed: Distinct texts that went through the model.
        reused: Distinct texts that the store knew.
    """

    vectors: Vectors
    computed: int
    reused: int


def embed_cached(texts: Sequence[str], embedder: Embedder, *, store: VectorStore, batch_texts: int = 4096) -> Embedded:
    """Embed texts through a store: read the known, compute the rest and keep it, batch by batch.

    Each batch of `batch_texts` new texts is put into the store before the next is computed, so a killed run
    loses one batch at most.
    """
    hashes = [content_hash(text) for text in texts]
    distinct = dict(zip(hashes, texts, strict=True))
    known = dict(store.get_many(embedder.key, list(distinct)))
    missing = [code for code in distinct if code not in known]
    for start in range(0, len(missing), batch_texts):
        codes = missing[start : start + batch_texts]
        fresh = dict(zip(codes, embedder.embed([distinct[code] for code in codes]), strict=True))
        store.put_many(embedder.key, fresh)
        known.update(fresh)
    vectors = np.zeros((len(hashes), embedder.dim), dtype=np.float32)
    for number, code in enumerate(hashes):
        vectors[number] = known[code]
    return Embedded(vectors=vectors, computed=len(missing), reused=len(distinct) - len(missing))


@dataclass
class MemoryStore:
    """A `VectorStore` that lasts as long as the process."""

    kept: dict[tuple[str, str], Vectors] = field(default_factory=dict)

    def get_many(self, model_key: str, hashes: Sequence[str]) -> Mapping[str, Vectors]:
        """Return the known vectors by hash."""
        return {code: self.kept[model_key, code] for code in hashes if (model_key, code) in self.kept}

    def put_many(self, model_key: str, vectors: Mapping[str, Vectors]) -> None:
        """Keep vectors; a known hash stays as it is."""
        for code, vector in vectors.items():
            self.kept.setdefault((model_key, code), vector)
