"""Names as a person would write them, terms, exemplars and the nearest taxonomy theme."""

import zlib

import numpy as np
import pytest

from nlp.config import DescribeConfig
from nlp.describe.candidates import Candidate
from nlp.describe.describe import describe_levels
from nlp.describe.exemplars import exemplars
from nlp.describe.names import identity, is_taken
from nlp.describe.nearest import nearest_by_tags, nearest_prototype
from nlp.describe.parents import parent_names
from nlp.describe.phrases import phrases
from nlp.describe.terms import class_tfidf, content_lemmas, usual_forms
from nlp.describe.words import STOP, Token, proper_words, stem, whole, with_particles
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
    middles = np.eye(8, dtype=np.float32)[: len(groups)]
    return describe_levels(labels, tokens, rows, centroids=middles, keys=keys, **more).themes


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


def test_untagged_tokens_name_themes_too():
    texts = [
        ["invoice arrives late again", "late invoice again", "late invoice"],
        ["search page crashes", "search page"],
    ]
    tokens = [tuple(Token(word, word, "") for word in text.split()) for group in texts for text in group]
    labels = np.array([0, 0, 0, 1, 1])
    found = describe_levels(
        labels,
        tokens,
        np.eye(4, dtype=np.float32)[labels],
        centroids=np.eye(4, dtype=np.float32)[:2],
        keys=list("abcde"),
    ).themes
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


PHONE = [
    "the|D battery|N of|P my|R phone|N is|A flat|J by|P noon|N",
    "phone|N battery|N flat|J at|P two|N",
    "my|R phone|N battery|N lasts|V|last half|D a|D shift|N",
    "since|P the|D update|N the|D phone|N battery|N is|A flat|J",
    "battery|N empty|J again|B",
    "phone|N dead|J ,|. battery|N gone|V|go",
    "batteries|N|battery of|P all|D phones|N|phone drain|V",
    "the|D battry|N|battry dies|V|die on|P the|D ladder|N",
    "phone|N off|B at|P lunch|N",
    "charging|V|charge the|D phone|N three|D times|N|time",
    "flat|J phones|N|phone ,|. no|D socket|N",
    "phone|N plan|N costs|V|cost more|J",
]
REST = [f"our|R {word}|N" for word in ("gloves", "tea", "dentist", "toaster", "sister", "boots", "radio", "snow")]
QUIRK = ["a|D copper|J zebra|N sang|V|sing", "the|D copper|J zebra|N"]


def _embedding_of(words, width=64):
    """Hash words to directions, so that texts sharing words are near."""
    row = np.full(width, 0.2, dtype=np.float32)
    for word in words:
        row[zlib.crc32(stem(word).encode()) % width] += 1.0
    return row / np.linalg.norm(row)


def _worlds(lines, **more):
    tokens = [tag(line) for theme in lines for line in theme]
    labels = np.repeat(np.arange(len(lines)), [len(theme) for theme in lines])
    rows = np.stack([_embedding_of([token.lemma for token in row]) for row in tokens])
    middles = np.stack([rows[labels == theme].mean(axis=0) for theme in range(len(lines))])
    middles /= np.linalg.norm(middles, axis=1, keepdims=True)
    keys = more.pop("keys", [f"k{row:03d}" for row in range(len(labels))])
    embed = more.pop("embed", lambda names: np.stack([_embedding_of(name.lower().split()) for name in names]))
    return describe_levels(labels, tokens, rows, centroids=middles, keys=keys, embed=embed, **more).themes


@pytest.mark.parametrize("embed", [None, lambda names: np.stack([_embedding_of(n.lower().split()) for n in names])])
def test_name_covers_what_most_comments_say(embed):
    name = _worlds([PHONE + REST, CARD, CLOCK, LOGIN], embed=embed)[0].name.lower()
    assert "phone" in name
    assert "batter" in name or "flat" in name


def test_one_talkative_comment_does_not_name_a_theme():
    talk = ["copper|J zebra|N"] * 9
    lines = PHONE + REST + talk
    keys = [f"k{row:03d}" for row in range(len(lines) + len(CARD))]
    groups = [*keys[: len(PHONE + REST)], *["talker"] * len(talk), *keys[len(lines) :]]
    found = _worlds([lines, CARD], keys=keys, groups=groups)[0]
    assert "zebra" not in found.name.lower()
    assert "zebra" not in found.terms[:3]
    assert len({groups[row] for row in found.exemplars}) == len(found.exemplars)


def test_rare_words_of_two_comments_lose_to_common_ones():
    assert "zebra" not in _worlds([PHONE + REST + QUIRK, CARD, CLOCK])[0].name.lower()


def test_description_does_not_depend_on_order():
    tokens = [tag(line) for group in (PHONE, CARD, CLOCK) for line in group]
    labels = np.repeat(np.arange(3), [len(PHONE), len(CARD), len(CLOCK)])
    rows = np.stack([_embedding_of([token.lemma for token in row]) for row in tokens])
    keys = [f"k{row:03d}" for row in range(len(labels))]
    middles = np.stack([rows[labels == theme].mean(axis=0) for theme in range(3)])

    def told(order):
        found = describe_levels(
            labels[order], [tokens[at] for at in order], rows[order], centroids=middles, keys=[keys[at] for at in order]
        ).themes
        return [(one.name, one.terms, [keys[order[row]] for row in one.exemplars]) for one in found]

    assert told(np.arange(len(labels))) == told(np.random.default_rng(5).permutation(len(labels)))


def test_active_past_names_nothing():
    found = {
        " ".join(one.words) for one in phrases(tag("my|R sister|N won|V|win and|C payment|N was|A declined|V|decline"))
    }
    assert "sister won" not in found
    assert "payment declined" in found
    assert {"battery flat"} < {" ".join(one.words) for one in phrases(tag("the|D battery|N is|A flat|J"))}


def test_words_always_written_large_are_names():
    lines = [
        "the|D Havenkade|N boiler|N",
        "at|P Havenkade|N",
        "my|R Visa|N card|N",
        "the|D visa|N",
        "Boiler|N at|P home|N",
    ]
    assert proper_words([tag(line) for line in lines]) == {"havenkade"}


def test_hyphenated_words_stay_whole():
    tokens = tag("the|D auto|N top|J -|. up|P failed|V|fail -|. again|B")
    joined = whole(tokens, "the auto top-up failed - again")
    assert [token.text for token in joined] == ["the", "auto", "top-up", "failed", "-", "again"]


def test_misspelt_words_are_written_right():
    lines = [tag("battery|N")] * 5 + [tag("battry|N"), tag("iOS|E"), tag("Plan|N plan|N plans|N|plan")]
    forms = usual_forms(lines)
    assert (forms["battry"], forms["ios"], forms["plan"], forms["plans"]) == ("battery", "iOS", "plan", "plans")


def test_exemplars_are_whole_and_from_distinct_comments():
    rows = np.eye(4, dtype=np.float32)[[0, 0, 0, 1]] + 0.1
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    centre = rows[0]
    found = exemplars(rows, centre, count=2, diversity=0.0, groups=["a", "a", "b", "c"], lengths=[2, 9, 9, 9])
    assert found == [1, 2]


TAGGED = [{"bugs": 0.9}] * 6 + [{"bills": 0.8}] * 5 + [{}] + [{"bugs": 0.7}] * 6


def test_taxonomy_theme_is_the_one_that_sets_comments_apart():
    labels = [0] * 6 + [1] * 6 + [2] * 6
    groups = [f"c{row}" for row in range(18)]
    found = nearest_by_tags(labels, groups, TAGGED, themes=3, fits_from=0.5)
    assert [one.key for one in found] == ["bugs", "bills", "bugs"]
    assert found[1].similarity == pytest.approx(5 / 6)
    assert [one.fits for one in found] == [False, True, False]


def test_untagged_themes_have_no_nearest():
    found = nearest_by_tags([0, 0, 1], ["a", "b", "c"], [{}, {}, {}], themes=2, fits_from=0.5)
    assert [(one.key, one.fits) for one in found] == [("", False), ("", False)]


def test_shared_direction_does_not_choose_the_prototype():
    shared = np.array([3.0, 0, 0, 0])
    axes = np.eye(4)
    rows = np.stack([shared + axes[1], shared + axes[2], shared + 0.1 * axes[3]])
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    themes = rows[[1, 0]]
    found = nearest_prototype(themes, rows, ["speed", "price", "vague"], corpus_mean=rows.mean(axis=0), fits_from=0.35)
    assert [(one.key, one.fits) for one in found] == [("price", True), ("speed", True)]
    assert nearest_prototype(themes, rows[:0], [], corpus_mean=shared, fits_from=0.5)[0].key == ""


def test_clear_theme_without_a_word_is_emerging():
    tags = [{"bugs": 0.5}] * len(PHONE) + [{"cards": 0.9}] * 8 + [{"bugs": 0.6}] * 8
    found = _worlds([PHONE, CARD + CARD, CLOCK + CLOCK], tags=tags)
    assert found[0].emerging
    assert (found[1].nearest.key, found[1].emerging) == ("cards", False)


def test_parents_are_named_after_their_themes():
    names = ["Late invoice", "Wrong invoices", "SSO login", "Status page and outage", "Photo upload", "Phone flat"]
    parents = parent_names(names, np.array([0, 0, 1, 2, 2, 2]), np.array([5, 9, 3, 9, 8, 1]))
    assert parents == ("Wrong and late invoices", "SSO login", "Status page and photo upload")


def test_unlike_lengths_are_refused():
    with pytest.raises(DescribeError, match="hand in one of each"):
        describe_levels(
            np.array([0]), [], np.eye(1, dtype=np.float32), centroids=np.eye(1, dtype=np.float32), keys=["a"]
        )


def test_settings_have_a_fingerprint():
    assert DescribeConfig().fingerprint() == DescribeConfig().fingerprint()
    assert DescribeConfig(terms=9).fingerprint() != DescribeConfig().fingerprint()


def test_torn_phrases_are_refused():
    found = {" ".join(one.words) for one in phrases(tag("I|R was|A charged|V|charge a|D fee|N by|P the|D bank|N"))}
    assert not {"charged fee", "fee by bank"} & found
    assert "easy to use" in {" ".join(one.words) for one in phrases(tag("it|R is|A easy|J to|X use|V"))}


def test_words_with_particles_count_as_one():
    lines = ["my|R top-up|N failed|V|fail"] * 3 + ["the|D top|N up|P was|A declined|V|decline"]
    told = with_particles([tag(line) for line in lines])
    assert [token.text for token in told[-1]] == ["the", "top-up", "was", "declined"]


def test_mixed_remarks_are_under_what_their_tags_say():
    lines = [f"our|R {word}|N {word}s|V|{word}" for word in ("glove", "tea", "boot", "radio", "snow", "lamp")]
    tags = [{"billing": 0.9}] * len(lines) + [{}] * 8
    names = {"billing": "Billing and contract"}
    assert _described([lines, CARD, CLOCK], tags=tags, tag_names=names)[0].name.startswith("Billing and contract")
    assert _described([LOGIN, CARD, CLOCK], tags=[{"billing": 0.9}] * 4 + [{}] * 8)[0].name == "SSO login fails"


def test_parent_has_the_wider_term():
    themes = [
        [f"cancel|V the|D refund|N {word}|V" for word in ("walks", "sleeps", "eats")],
        [f"a|D late|J refund|N {word}|V" for word in ("runs", "sits", "jumps")],
        CARD,
        CLOCK,
    ]
    tokens = [tag(line) for theme in themes for line in theme]
    labels = np.repeat(np.arange(4), [len(theme) for theme in themes])
    rows = np.eye(8, dtype=np.float32)[labels]
    keys = [f"k{row:03d}" for row in range(len(labels))]
    told = describe_levels(
        labels, tokens, rows, centroids=np.eye(8, dtype=np.float32)[:4], keys=keys, parent_of=np.array([0, 0, 1, 2])
    )
    assert {one.name for one in told.themes[:2]} == {"Cancel refund", "Late refund"}
    assert told.parents == ("Refund", told.themes[2].name, told.themes[3].name)


def test_parent_and_theme_never_share_a_name():
    best = [[Candidate("Virtual card", ("virtual", "card"), 4.0, "JN")], []]
    told = parent_names(["Virtual card", "Get virtual card", "PIN"], np.array([0, 0, 1]), np.array([9, 5, 3]), best)
    assert told == ("Virtual cards", "PIN")


def test_forms_of_the_same_words_are_one_name():
    taken = [identity("Verify identity"), identity("Transfer fee")]
    assert is_taken("Identity verification", taken)
    assert is_taken("Fee for transfer", taken)
    assert not is_taken("Cancel transaction", [identity("Cancel transfer")])
