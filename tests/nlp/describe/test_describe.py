"""Names as a person would write them, terms, exemplars and the nearest taxonomy theme."""

import numpy as np
import pytest

from nlp.config import DescribeConfig
from nlp.describe.describe import describe, parent_names
from nlp.describe.exemplars import exemplars
from nlp.describe.nearest import nearest_taxonomy
from nlp.describe.phrases import phrases
from nlp.describe.terms import class_tfidf, content_lemmas
from nlp.describe.words import STOP, plain_tokens, stem
from nlp.errors import DescribeError
from tests.nlp.describe.tagged import tag

CARD = [
    "My|R card|N has|A not|X arrived|V|arrive yet|B",
    "the|D card|N still|B has|A n't|X arrived|V|arrive .|.",
    "card|N not|X arrived|V|arrive ,|. <PERSON>|E promised|V|promise",
    "The|D new|J card|N has|A not|X arrived|V|arrive",
]
CLOCK = [
    "they|R gave|V|give us|R the|D wrong|J appointment|N time|N",
    "wrong|J appointment|N time|N again|B",
    "Anna|E booked|V|book a|D wrong|J appointment|N time|N",
    "an|D appointment|N with|P the|D wrong|J time|N",
]
LOGIN = [
    "SSO|E login|N fails|V|fail every|D morning|N",
    "the|D SSO|E login|N fails|V|fail",
    "SSO|E login|N for|P <PERSON>|E fails|V|fail",
    "login|N with|P SSO|E fails|V|fail",
]


def _described(groups, **more):
    tokens = [tag(line) for group in groups for line in group]
    labels = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    rows = np.eye(max(8, len(groups)), dtype=np.float32)[labels]
    keys = [f"k{row:03d}" for row in range(len(labels))]
    return describe(labels, tokens, rows, centroids=np.eye(8, dtype=np.float32)[: len(groups)], keys=keys, **more)


def test_names_read_as_customers_wrote():
    names = [one.name for one in _described([CARD, CLOCK, LOGIN])]
    assert names == ["Card not arrived", "Wrong appointment time", "SSO login fails"]


def test_blocked_words_and_placeholders_never_show():
    found = _described([CARD, CLOCK, LOGIN], blocked={"anna", "sso"})
    shown = " ".join(word for one in found for word in (one.name, *one.terms)).lower()
    assert not {"anna", "sso", "person", "<person>"} & set(shown.split())


def test_names_are_unique_in_every_form():
    same = ["late|J invoices|N|invoice", "late|J invoices|N|invoice again|B", "a|D late|J invoice|N"]
    found = _described([same, same, same])
    stems = {frozenset(stem(word) for word in one.name.split()) for one in found}
    assert len(stems) == 3


def test_no_stop_words_at_the_ends_and_no_repeated_stems():
    line = tag("the|D booking|N|booking of|P booked|J|booked rooms|N|room is|A a|D thing|N of|P it|R")
    found = list(phrases(line))
    for one in found:
        assert one.words[0] not in STOP
        assert one.words[-1] not in STOP
        stems = [stem(word) for word in one.words]
        assert len(set(stems)) == len(stems)


def test_half_words_are_left_out():
    assert content_lemmas(tag("re|N -|. order|N page|N")) == ["page"]
    assert all("mail" not in one.words for one in phrases(tag("e|N -|. mail|N server|N down|N")))


def test_plain_tokens_name_themes_too():
    texts = [
        ["invoice arrives late again", "late invoice again", "late invoice"],
        ["search page crashes", "search page"],
    ]
    tokens = [plain_tokens(text) for group in texts for text in group]
    labels = np.array([0, 0, 0, 1, 1])
    found = describe(
        labels,
        tokens,
        np.eye(4, dtype=np.float32)[labels],
        centroids=np.eye(4, dtype=np.float32)[:2],
        keys=list("abcde"),
    )
    assert [one.name for one in found] == ["Late invoice", "Search page"]


def test_embedder_chooses_among_candidates():
    def embed(names):
        return np.array([np.eye(8)[0] if name == "New card" else np.eye(8)[5] for name in names], dtype=np.float32)

    groups = [[*CARD, "a|D new|J card|N", "new|J card|N"], CLOCK]
    assert _described(groups, embed=embed)[0].name == "New card"


def test_namer_is_checked():
    class Writer:
        def name(self, terms, passages):
            return "cards held by anna" if "card" in terms else "appointment mix-ups"

    texts = ["x"] * 8
    names = [one.name for one in _described([CARD, CLOCK], namer=Writer(), texts=texts, blocked={"anna"})]
    assert names == ["Card not arrived", "Appointment mix-ups"]


def test_rare_words_of_a_theme_lead_its_terms():
    weights = class_tfidf([["page", "slow"], ["page", "slow"], ["page", "late"], ["page", "late"]], [0, 0, 1, 1], 2)
    assert weights[0]["slow"] > weights[0]["page"]
    assert "late" not in weights[0]


def test_exemplars_are_near_and_unlike_each_other():
    rows = np.array([[1, 0, 0], [0.999, 0.04, 0], [0.9, 0.43, 0], [0.9, 0, 0.43]], dtype=np.float32)
    centre = np.array([1, 0, 0], dtype=np.float32)
    assert exemplars(rows, centre, count=2, diversity=0.0) == [0, 1]
    assert exemplars(rows, centre, count=2, diversity=0.7)[1] in {2, 3}
    assert len(exemplars(rows, centre, count=9, diversity=0.5)) == 4


def test_far_theme_is_emerging():
    axes = np.eye(3, dtype=np.float32)
    near = nearest_taxonomy(axes[:2], axes[[0, 2]], ["speed", "price"], emerging_below=0.5)
    assert (near[0].key, near[0].emerging) == ("speed", False)
    assert near[1].emerging
    assert nearest_taxonomy(axes[:1], axes[:0], [], emerging_below=0.5)[0].emerging


def test_parents_are_named_after_their_themes():
    names = parent_names(["Late invoice", "Wrong invoice", "SSO login"], np.array([0, 0, 1]), np.array([5, 9, 3]))
    assert names == ("Wrong invoice, late invoice", "SSO login")


def test_unlike_lengths_are_refused():
    with pytest.raises(DescribeError, match="hand in one of each"):
        describe(np.array([0]), [], np.eye(1, dtype=np.float32), centroids=np.eye(1, dtype=np.float32), keys=["a"])


def test_settings_have_a_fingerprint():
    assert DescribeConfig().fingerprint() == DescribeConfig().fingerprint()
    assert DescribeConfig(terms=9).fingerprint() != DescribeConfig().fingerprint()
