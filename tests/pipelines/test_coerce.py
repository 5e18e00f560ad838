"""Cells into values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.coerce import detect_decimal_comma, to_boolean, to_number, to_score, to_text


@pytest.mark.parametrize(
    ("text", "comma", "number"),
    [
        ("1,234.5", False, 1234.5),
        ("1.234,5", True, 1234.5),
        ("7,5", True, 7.5),
        ("€ 1 200", False, 1200),
        ("12k", False, 12e3),
    ],
)
def test_reads_numbers(text: str, comma: bool, number: float) -> None:
    assert to_number(text, decimal_comma=comma) == number


@pytest.mark.parametrize("text", ["", "abc", "1-2", "nan", "inf", "1e999", True])
def test_refuses_what_is_no_number(text: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        to_number(text)


@pytest.mark.parametrize(
    ("text", "score"), [("9 - Very likely", 9), ("4 of 5", 4), ("3 stars", 3), ("★★★★☆", 4), (8.0, 8), ("7,5", 7.5)]
)
def test_reads_scores_with_words(text: object, score: float) -> None:
    assert to_score(text) == score


def test_decimal_comma_is_decided_over_the_column() -> None:
    assert detect_decimal_comma(["7,5", "8", "1.200,25"])
    assert not detect_decimal_comma(["7.5", "1,200"])


def test_spreadsheet_ids_lose_their_point() -> None:
    assert to_text(1001.0) == "1001"


def test_unclear_words_are_no_boolean() -> None:
    assert to_boolean("Yes")
    assert not to_boolean("nein")
    with pytest.raises(ValueError, match="neither"):
        to_boolean("perhaps")


@given(st.text())
def test_texts_can_be_kept_by_any_database(text: str) -> None:
    kept = to_text(text)
    assert "\0" not in kept
    kept.encode("utf-8")
