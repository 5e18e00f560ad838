"""The vector cache: nothing known is computed twice."""

from collections.abc import Sequence

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.embed.batches import length_batches
from nlp.embed.cache import MemoryStore, content_hash, embed_cached
from nlp.embed.hashing import HashingEmbedder
from nlp.embed.types import Vectors


class CountingEmbedder(HashingEmbedder):
    """Remembers every text that it computed."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.seen.extend(texts)
        return super().embed(texts)


def test_second_run_computes_nothing() -> None:
    embedder, store = CountingEmbedder(), MemoryStore()
    texts = ["slow search", "invoice wrong", "slow search"]
    first = embed_cached(texts, embedder, store=store, batch_texts=1)
    second = embed_cached([*texts, "new one"], embedder, store=store)
    assert (first.computed, first.reused) == (2, 0)
    assert (second.computed, second.reused) == (1, 2)
    assert embedder.seen == ["slow search", "invoice wrong", "new one"]
    np.testing.assert_array_equal(second.vectors[:3], first.vectors)


def test_other_model_key_is_computed_again() -> None:
    store = MemoryStore()
    embed_cached(["a text"], HashingEmbedder(64), store=store)
    assert embed_cached(["a text"], HashingEmbedder(128), store=store).computed == 1


@given(st.lists(st.text(max_size=12), max_size=20))
@settings(max_examples=40, deadline=None)
def test_cached_equals_direct(texts: list[str]) -> None:
    embedder = HashingEmbedder(32)
    np.testing.assert_array_equal(
        embed_cached(texts, embedder, store=MemoryStore(), batch_texts=3).vectors, embedder.embed(texts)
    )


def test_hash_is_stable_and_takes_any_text() -> None:
    assert content_hash("abc").startswith("ba7816bf")
    assert content_hash("lone \ud800 surrogate") != content_hash("lone  surrogate")


@given(st.lists(st.integers(1, 60), max_size=50), st.integers(1, 200))
def test_batches_cover_all_within_budget(lengths: list[int], budget: int) -> None:
    batches = [list(batch) for batch in length_batches(lengths, budget=budget)]
    assert sorted(i for batch in batches for i in batch) == list(range(len(lengths)))
    for batch in batches:
        assert len({lengths[i] for i in batch}) == 1
        assert len(batch) == 1 or len(batch) * lengths[batch[0]] <= budget
