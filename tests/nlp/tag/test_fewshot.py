"""Labels learned from a few examples."""

import pytest

from nlp.embed.hashing import HashingEmbedder
from nlp.errors import TagError
from nlp.tag.fewshot import FewShot
from tests.nlp.tag.examples import EXAMPLES

TEXTS = [example.text for example in EXAMPLES if example.labels]
SETS = [[label.key for label in example.labels] for example in EXAMPLES if example.labels]


def test_several_labels_are_found() -> None:
    model = FewShot.fit(TEXTS, SETS, embedder=HashingEmbedder())
    found = model.predict(["wrong invoice and a slow page", "a rude agent"])
    assert set(found[0]) == {"billing", "speed"}
    assert found[1] == ["support"]


def test_single_label_sets_give_exactly_one() -> None:
    model = FewShot.fit(TEXTS, [labels[:1] for labels in SETS], embedder=HashingEmbedder())
    assert model.single
    assert [len(labels) for labels in model.predict(TEXTS)] == [1] * len(TEXTS)


def test_vectors_can_be_handed_in() -> None:
    embedder = HashingEmbedder()
    own, given = FewShot.fit(TEXTS, SETS, embedder=embedder), FewShot.fit(TEXTS, SETS, embeddings=embedder.embed(TEXTS))
    assert given.predict(TEXTS, embeddings=embedder.embed(TEXTS)) == own.predict(TEXTS)
    with pytest.raises(TagError, match="hand in one of them"):
        given.predict(TEXTS)


def test_one_label_or_none_is_refused() -> None:
    with pytest.raises(TagError, match="1 labels"):
        FewShot.fit(["a", "b"], [["x"], ["x"]], embedder=HashingEmbedder())
