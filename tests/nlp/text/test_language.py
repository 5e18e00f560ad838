"""Foreign comments are seen, English ones never lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.text.language import detect
from tests.nlp.text.language_lines import LINES


def test_right_on_short_comments_of_seven_languages():
    right = [detect(text).language == language for language, text in LINES]
    assert sum(right) / len(right) >= 0.95


@pytest.mark.parametrize("text", [text for language, text in LINES if language == "en"])
def test_english_is_never_lost(text):
    assert detect(text).language == "en"


@pytest.mark.parametrize(
    "text", ["ok", "SSO", "???", "", "<PERSON_1>", "zu teuer", "https://exemple.fr/lundi", "12345 %"]
)
def test_unclear_text_is_in_the_main_language(text):
    assert detect(text).language == "en"
    assert detect(text).confidence == 0.0


@pytest.mark.parametrize(("text", "language"), [("特になし", "ja"), ("поддержка отвечает слишком медленно", "ru")])
def test_other_scripts_need_no_length(text, language):
    assert detect(text).language == language


def test_main_language_can_be_another():
    assert detect("ok", main="de").language == "de"


@given(st.text(max_size=80))
def test_any_text_gets_a_language(text):
    guess = detect(text)
    assert len(guess.language) >= 2
    assert 0.0 <= guess.confidence <= 1.0
