"""Same and nearly same texts meet; negations and numbers keep them apart."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.text.dedupe import content_key, near_groups, normal_form


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Too slow!", "too  slow"),
        ("Can't log in.", "CANT LOG IN"),
        ("<PERSON_1> was rude", "<PERSON_7> was rude."),
        ("Great   support :)", "great support"),
    ],
)
def test_case_blanks_and_punctuation_do_not_count(left, right):
    assert content_key(left) == content_key(right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("C++ plugin", "C plugin"),
        ("1.5 days", "15 days"),
        ("works", "not works"),
        ("👍", "👎"),
        ("<EMAIL>", "<PHONE>"),
        ("30 %", "30"),
    ],
)
def test_marks_with_a_meaning_count(left, right):
    assert content_key(left) != content_key(right)


@given(st.text(alphabet=st.characters(max_codepoint=0x24F) | st.just("\ue000"), max_size=80))
def test_normal_form_is_stable(text):
    assert content_key(text) == content_key(text.strip())
    assert normal_form(normal_form(text)) == normal_form(text)


TEXTS = [
    "the export to excel fails every monday morning since the last release and nobody answers our tickets",
    "the export to excel fails every monday morning since the last release and nobody answers our ticket",
    "the export to excel fails every monday morning since the last release and nobody answers our tickets 3",
    "the export to excel never fails every monday morning since the last release and nobody answers our tickets",
    "support was quick",
]


def test_near_texts_meet_when_facts_agree():
    groups = near_groups(TEXTS)
    assert groups[0] == groups[1]
    assert len(set(groups.tolist())) == 4


def test_groups_ignore_the_order():
    texts = [f"{text} in plant {name}" for text in TEXTS for name in ("north", "south", "east")]
    shuffled = texts[:]
    random.Random(3).shuffle(shuffled)
    one = {(texts[place], texts[head]) for place, head in enumerate(near_groups(texts).tolist())}
    other = {(shuffled[place], shuffled[head]) for place, head in enumerate(near_groups(shuffled).tolist())}
    assert one == other


def test_no_texts_no_groups():
    assert near_groups([]).tolist() == []
    assert near_groups(["", "a", ""]).tolist()[0] == near_groups(["", "a", ""]).tolist()[2]
