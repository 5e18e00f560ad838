"""Measures against worked examples and the libraries' own."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import normalized_mutual_info_score

from nlp.errors import MeasureError
from nlp.measure.agreement import agreement
from nlp.measure.stability import stability, survival
from nlp.measure.tags import polarity_accuracy, tag_scores
from nlp.measure.topics import coherence, diversity


def test_worked_example():
    # a: rows 0-2, b: rows 3-4, c: row 5. Theme 1 holds 0,1; 2 holds 2,3; row 4 and 5 are unassigned.
    found = agreement([1, 1, 2, 2, None, None], list("aaabbc"))
    assert found.best_f1 == pytest.approx((0.8 + 0.5 + 0.0) / 3)
    assert found.matched_f1 == pytest.approx((0.8 + 0.5 + 0.0) / 3)
    assert found.unassigned == pytest.approx(1 / 3)
    assert found.nmi == pytest.approx(normalized_mutual_info_score(list("aaabbc"), [1, 1, 2, 2, -1, -1]))
    assert (found.themes, found.labels, found.rows) == (2, 3, 6)


def test_one_theme_matches_one_label_only():
    found = agreement([1, 1, 2, 3, 4, 5], list("aabbbb"))
    shared = agreement([1, 1, 1, 2, 2, 3, 3, 4, 4, 4], ["a", "b", "a", *"ccddeee"])
    assert found.matched_f1 <= found.best_f1
    assert shared.best_f1 - shared.matched_f1 == pytest.approx((2 * 1 / 4) / 5)


def test_theme_over_two_fifths_counts_for_nothing():
    labels = ["a"] * 5 + ["b"] * 5
    assert agreement([0] * 5 + [1] * 5, labels).best_f1 == 0.0
    assert agreement([0] * 4 + [2] + [1] * 4 + [3], labels).best_f1 == pytest.approx(8 / 9)


def test_several_labels_and_themes_a_row():
    sets = [frozenset("ab"), frozenset("a"), frozenset("b"), frozenset("c"), frozenset("c")]
    main = agreement([1, 1, 2, 3, 3], ["a", "a", "b", "c", "c"], label_sets=sets)
    every = agreement(
        [1, 1, 2, 3, 3],
        ["a", "a", "b", "c", "c"],
        label_sets=sets,
        theme_sets=[frozenset({1, 2}), frozenset({1}), frozenset({2}), frozenset({3}), frozenset({3})],
    )
    assert main.best_f1 == pytest.approx((1 + 2 / 3 + 1) / 3)
    assert every.best_f1 == pytest.approx(1.0)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from("abc")), min_size=2, max_size=40), st.randoms())
def test_names_of_themes_do_not_matter(rows, random):
    renamed = list(range(6))
    random.shuffle(renamed)
    labels = [label for _, label in rows]
    one = agreement([theme for theme, _ in rows], labels)
    other = agreement([f"t{renamed[theme]}" for theme, _ in rows], labels)
    assert one.matched_f1 == pytest.approx(other.matched_f1)
    assert one.ami == pytest.approx(other.ami, abs=1e-9)
    assert 0 <= one.matched_f1 <= one.best_f1 <= 1


def test_nothing_to_measure_is_refused():
    with pytest.raises(MeasureError, match="at least one row"):
        agreement([], [])


def test_tag_scores_worked_example():
    given_tags = [frozenset("ab"), frozenset("a"), frozenset()]
    told = [frozenset("a"), frozenset("b"), frozenset("b")]
    scores = tag_scores(given_tags, told)
    assert scores.micro_f1 == pytest.approx(2 * 1 / 6)
    assert scores.by_tag["a"].f1 == pytest.approx(2 / 3)
    assert scores.macro_f1 == pytest.approx((2 / 3 + 0) / 2)
    assert polarity_accuracy([{"a": "positive", "b": "negative"}], [{"a": "negative", "b": "negative"}]) == (0.5, 2)
    assert polarity_accuracy([{}], [{"a": "negative"}]) == (0.0, 0)


def test_words_that_go_together_cohere():
    documents = [["late", "invoice"], ["late", "invoice"], ["slow", "page"], ["slow", "page"]]
    assert coherence([["late", "invoice"], ["slow", "page"]], documents) == pytest.approx(1.0)
    assert coherence([["late", "page"]], documents) == -1.0
    assert diversity([["a", "b"], ["a", "c"]]) == pytest.approx(0.75)


def test_stability_and_survival():
    assert stability([[0, 0, 1, 1], [1, 1, 0, 0]]) == pytest.approx(1.0)
    before = {f"p{row}": "old" for row in range(20)} | {f"q{row}": "other" for row in range(20)}
    after = {f"p{row}": "old" for row in range(20)} | {f"q{row}": "new" for row in range(20)}
    result = survival(before, after)
    assert result.survived == 1.0
    assert result.kept == pytest.approx(0.5)
    tiny = survival(before, {f"p{row}": "old" for row in range(9)})
    assert tiny.survived == 0.0
    assert np.isclose(survival(before, {}).survived, 0.0)
