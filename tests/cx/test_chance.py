"""Chance: q-values keep their promise, and p-values match the tables."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cx.chance import benjamini_hochberg, two_sided_t
from cx.scores import t_quantile

p_values = st.lists(st.floats(0, 1), min_size=1, max_size=40)


def test_worked_example_of_benjamini_and_hochberg():
    # The fifteen p-values of the paper (1995, section 3.2): four are flagged at .05.
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240]
    p += [0.4262, 0.5719, 0.6528, 0.7590, 1.0000]
    assert (benjamini_hochberg(p) <= 0.05).sum() == 4


@given(p_values)
def test_q_keeps_the_order_of_p(p: list[float]):
    q = benjamini_hochberg(p)
    assert (q >= np.array(p) - 1e-12).all()
    assert (q <= 1).all()
    assert (np.diff(q[np.argsort(p, kind="stable")]) >= 0).all()


@given(p_values)
def test_untested_themes_count_nothing(p: list[float]):
    assert benjamini_hochberg([np.nan, *p])[1:].tolist() == benjamini_hochberg(p).tolist()


@pytest.mark.parametrize("df", [3, 4, 7, 8, 30, 101])
def test_t_agrees_with_its_quantile(df: int):
    assert two_sided_t(t_quantile(df), df) == pytest.approx(0.05, abs=2e-3)
    assert two_sided_t(-1.0, df) == two_sided_t(1.0, df)
    assert two_sided_t(0.0, df) == 1.0


def test_t_matches_the_tables():
    # Abramowitz and Stegun, table 26.10: two-sided .01.
    assert two_sided_t(63.657, 1) == pytest.approx(0.01, abs=1e-5)
    assert two_sided_t(9.925, 2) == pytest.approx(0.01, abs=1e-5)
    assert two_sided_t(4.032, 5) == pytest.approx(0.01, abs=1e-5)
    assert two_sided_t(3.169, 10) == pytest.approx(0.01, abs=1e-5)
