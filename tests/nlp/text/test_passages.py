"""One point, one passage; offsets slice back."""

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.text.passages import split_passages
from nlp.text.spacy_pass import SpacyPass

PLANTED = {
    "too slow": ["too slow"],
    "The tool is nice but pricey": ["The tool is nice but pricey"],
    "Great support but the pricing is too high": ["Great support", "the pricing is too high"],
    "The export fails every Monday. Support is great!": ["The export fails every Monday.", "Support is great!"],
    "Dashboards are slow, search is broken, and the mobile app crashes daily": [
        "Dashboards are slow",
        "search is broken",
        "the mobile app crashes daily",
    ],
    "When we export the monthly report, the page hangs": ["When we export the monthly report, the page hangs"],
    "We were promised SSO in the demo, however it was not delivered": [
        "We were promised SSO in the demo",
        "it was not delivered",
    ],
    "Not only is it slow but also expensive": ["Not only is it slow but also expensive"],
    "nothing but trouble with the integration": ["nothing but trouble with the integration"],
    "Totals differ by approx. 5 % vs. the old report, e.g. in March": [
        "Totals differ by approx. 5 % vs. the old report, e.g. in March"
    ],
    "Great UI; pricing is too high for us": ["Great UI", "pricing is too high for us"],
    "works ok. api docs are outdated": ["works ok.", "api docs are outdated"],
    "It is fast and easy and reliable": ["It is fast and easy and reliable"],
    "- slow search\n- wrong totals\n- rude agent": ["slow search", "wrong totals", "rude agent"],
    "The export fails every Monday. Thanks!": ["The export fails every Monday."],
    "Setup took 3.5 weeks in v2.1, see www.acme.example/docs for why": [
        "Setup took 3.5 weeks in v2.1, see www.acme.example/docs for why"
    ],
}


@cache
def spacy_pass():
    return SpacyPass(wants_names=lambda _tokens: False)


def passages(text):
    return split_passages(text, spacy_pass().read([text])[0].tokens)


@pytest.mark.parametrize("text", PLANTED)
def test_planted_points_are_found(text):
    assert [passage.text for passage in passages(text)] == PLANTED[text]


WORDS = st.sampled_from(
    "the export fails but support is great and we love it , . ; ! - however 3.5 e.g. n't\n <PERSON_1> 👍 n/a".split(" ")
)


@settings(max_examples=60, deadline=None)
@given(st.lists(WORDS, max_size=40).map(" ".join))
def test_offsets_slice_back_in_order(text):
    found = passages(text)
    end = 0
    for passage in found:
        assert end <= passage.start < passage.end
        assert text[passage.start : passage.end] == passage.text == passage.text.strip()
        for token in passage.tokens:
            assert text[token.start : token.end] == token.text
        end = passage.end
    assert found == passages(text)


def test_blank_text_has_no_passage():
    assert passages("") == []
