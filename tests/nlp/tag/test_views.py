"""What a classifier sees of a text."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.errors import TagError
from nlp.sentiment.lexicon import parse_lexicon
from nlp.tag.views import Viewer, clauses
from tests.hashing import HashingEmbedder
from tests.nlp.tag.examples import LEXICON

VIEWER = Viewer(HashingEmbedder(), lexicon=parse_lexicon(LEXICON))


def test_each_point_gets_a_clause() -> None:
    found = clauses("The food was great, but the waiter (a rude one) kept us waiting and the bill was wrong.")
    assert found == ["The food was great", "the waiter", "a rude one", "kept us waiting", "the bill was wrong"]


@given(st.text("abc ,.(\n-é", max_size=40))
def test_no_word_is_lost_and_no_text_is_without_clauses(text: str) -> None:
    found = clauses(text)
    assert found
    assert re.findall(r"\w+", " ".join(found)) == re.findall(r"\w+", text)


@given(st.lists(st.text("ab ,", min_size=1, max_size=12), min_size=1, max_size=6), st.data())
def test_taken_rows_look_as_if_looked_at_alone(texts: list[str], data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.integers(0, len(texts) - 1), min_size=1, max_size=4))
    taken, alone = VIEWER.look(texts).take(rows), VIEWER.look([texts[row] for row in rows])
    assert taken.texts == alone.texts
    for name in ("whole", "parts", "starts", "signs"):
        np.testing.assert_allclose(getattr(taken, name), getattr(alone, name), atol=1e-6)


def test_vectors_of_another_length_are_refused() -> None:
    with pytest.raises(TagError, match="2 texts and 1 vectors"):
        VIEWER.look(["a", "b"], whole=np.zeros((1, 256), dtype=np.float32))
