"""What a search asks for, whatever somebody types."""

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.store.queries.search import fuse
from data.store.queries.wanted import Term, fts5_match, read_question, read_wanted
from data.store.queries.words import spans


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("slow export", [Term(("slow",)), Term(("export",))]),
        ('"in the demo" -sales', [Term(("in", "the", "demo"), quoted=True), Term(("sales",), unwanted=True)]),
        ("integrat*", [Term(("integrat",), prefix=True)]),
        ("set-up", [Term(("set", "up"))]),
        ("why is support slow", [Term(("support",)), Term(("slow",))]),
        # Nothing but little words: they are what is asked for.
        ("who are you", [Term(("who",)), Term(("are",)), Term(("you",))]),
        ('"unclosed phrase', [Term(("unclosed", "phrase"), quoted=True)]),
        ("( * ) - \u2026", []),
    ],
)
def test_search_is_read(text: str, terms: list[Term]):
    assert list(read_wanted(text).terms) == terms


def test_question_has_no_signs():
    assert read_question('why "was promised" integrat* -sales -"old thing"') == "why was promised integrat"
    assert read_question("* -x") == ""


@given(st.text(max_size=60))
def test_no_text_breaks_the_index_of_words(text: str):
    match = fts5_match(read_wanted(text), accounts=["a-1"])
    if match is None:
        return
    with sqlite3.connect(":memory:") as connection:
        connection.execute("CREATE VIRTUAL TABLE words USING fts5(text, account_id)")
        connection.execute("SELECT rowid FROM words WHERE words MATCH ?", (match,)).fetchall()
    connection.close()


def test_two_rankings_become_one():
    # 5 is second in both, 1 and 2 lead one each; ties go to what came in later.
    assert fuse([[1, 5, 3], [2, 5, 4]]) == [5, 2, 1, 4, 3]
    assert fuse([[], [7, 8]]) == [7, 8]


def test_marks_become_places():
    assert spans("a \x02bc\x03 d\x02e\x03") == [(2, 4), (6, 7)]
