"""Our own measures of partitions give what the libraries' do, whatever the partitions."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment
from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score, normalized_mutual_info_score

from nlp.measure.matching import best_match
from nlp.measure.partitions import adjusted_information, adjusted_rand, cross, normalised_information

ROWS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=60)
SHAPES = st.tuples(st.integers(1, 9), st.integers(1, 9), st.integers(0, 10**6))


def same_as_libraries(first: list[int], second: list[int]) -> None:
    table = cross(first, second)
    assert normalised_information(table) == pytest.approx(normalized_mutual_info_score(first, second), abs=1e-9)
    assert adjusted_information(table) == pytest.approx(adjusted_mutual_info_score(first, second), abs=1e-9)
    assert adjusted_rand(table) == pytest.approx(adjusted_rand_score(first, second), abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_any_two_partitions(rows):
    same_as_libraries([one for one, _ in rows], [other for _, other in rows])


@pytest.mark.parametrize(("rows", "labels", "themes"), [(3000, 40, 60), (2000, 3, 12), (500, 500, 20)])
def test_partitions_of_the_usual_sizes(rows, labels, themes):
    draw = np.random.default_rng(rows)
    told = draw.integers(labels, size=rows)
    found = np.where(draw.random(rows) < 0.6, told % themes, draw.integers(themes, size=rows))
    same_as_libraries(told.tolist(), found.tolist())


@settings(max_examples=80, deadline=None)
@given(SHAPES, st.booleans())
def test_best_match_is_worth_the_most(shape, whole):
    rows, columns, seed = shape
    draw = np.random.default_rng(seed)
    worth = draw.integers(0, 4, size=(rows, columns)).astype(float) if whole else draw.random((rows, columns))
    found = best_match(worth)
    assert [len(set(side.tolist())) for side in found] == [min(rows, columns)] * 2
    assert worth[found].sum() == pytest.approx(worth[linear_sum_assignment(-worth)].sum())
