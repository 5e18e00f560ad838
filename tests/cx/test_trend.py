"""Trend: planted changes are read, usual ups and downs are not, and too little data is said to be too little."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cx.errors import CxError
from cx.history import dispersion, theme_history, week_starts
from cx.trend import FALLING, RISING, STEADY, TOO_FEW, trends
from tests.cx.histories import AS_OF, history


def weeks(share: float, rng, *, themes: int, spoke=60, times=1.0, recent=4, rho=0.005) -> np.ndarray:
    """Beta-binomial counts of 52 weeks; the last `recent` at `times` the share."""
    drawn = rng.beta(share * (1 / rho - 1), (1 - share) * (1 / rho - 1), (52, themes))
    drawn[-recent:] *= times
    return rng.binomial(spoke, drawn.clip(0, 1))


def states(counts: np.ndarray) -> list[str]:
    return [one.state for one in trends(history(counts, recent=4))]


def test_planted_changes_are_read():
    # 60 accounts a week, 15 % mention the theme; the last four weeks twice or a quarter as many.
    rng = np.random.default_rng(7)
    assert states(weeks(0.15, rng, themes=50, times=2.0)).count(RISING) >= 45
    assert states(weeks(0.15, rng, themes=50, times=0.25)).count(FALLING) >= 45
    assert states(weeks(0.15, rng, themes=50)).count(STEADY) >= 30


@pytest.mark.parametrize(("share", "rho"), [(0.03, 0.005), (0.1, 0.005), (0.1, 0.02), (0.3, 0.02)])
def test_usual_ups_and_downs_are_no_finding(share: float, rho: float):
    counts = weeks(share, np.random.default_rng(11), themes=600, rho=rho)
    found = trends(history(counts, recent=4))
    assert np.mean([one.p <= 0.05 for one in found if one.p is not None]) <= 0.065
    assert sum(one.state in (RISING, FALLING) for one in found) <= 6


def test_weeks_that_hang_together_are_no_finding():
    # Week effects with a correlation of .6 from week to week: the binomial's test flags 24 % of such themes.
    rng = np.random.default_rng(13)
    effects = rng.normal(size=(52, 600))
    for week in range(1, 52):
        effects[week] = 0.6 * effects[week - 1] + 0.8 * effects[week]
    counts = rng.binomial(60, 0.1 * np.exp(0.3 * effects))
    found = trends(history(counts, recent=4))
    assert np.mean([one.p <= 0.05 for one in found if one.p is not None]) <= 0.065


def test_new_theme_is_rising_since():
    counts = np.zeros((52, 1), dtype=int)
    counts[-3:] = 4
    (found,) = trends(history(counts, recent=4, accounts=[7]))
    assert (found.state, found.times, found.first_seen) == (RISING, None, week_starts(AS_OF, 52)[49])
    assert found.reading.startswith("Rising: 7 accounts in the last 4 weeks, 5.0 % of those that spoke in a week")
    assert f"first seen in the week of {found.first_seen}" in found.reading


def test_too_little_is_said_to_be_too_little():
    rare, unsure = np.zeros((52, 1), dtype=int), np.tile([[1], [5]], (26, 1))
    rare[::20] = 1
    assert [one.state for one in trends(history(rare, recent=4))] == [TOO_FEW]
    assert "fewer than 5 mentions" in trends(history(rare, recent=4))[0].reading
    assert "leaves open" in trends(history(unsure, recent=1))[0].reading
    assert "12 weeks of history, 20 needed" in trends(history(np.full((12, 1), 6), recent=4))[0].reading


def test_silence_gives_no_number():
    counts, spoke = np.full((52, 1), 6), np.full(52, 60)
    counts[-4:], spoke[-4:] = 0, 0
    (found,) = trends(history(counts, spoke, recent=4))
    assert (found.state, found.recent, found.times, found.p) == (TOO_FEW, None, None, None)
    assert "nobody said anything in the last 4 weeks" in found.reading


def test_survey_wave_is_no_trend():
    spoke = np.array([30] * 48 + [120] * 4)
    (found,) = trends(history((spoke / 6).astype(int)[:, None], spoke, recent=4))
    assert found.state == STEADY
    assert found.times is not None
    assert found.times.value == pytest.approx(1, abs=0.03)


counts_of_weeks = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=2, max_size=30)


@given(counts_of_weeks, st.data())
def test_any_history_is_read(rows, data):
    recent = data.draw(st.integers(1, len(rows) - 1))
    spoke = np.array([max(row) for row in rows])
    (found,) = trends(history(np.array([[min(row)] for row in rows]), spoke, recent=recent))
    if found.times is not None:
        assert found.times.low <= found.times.value <= found.times.high
    assert found.dispersion >= 1
    assert found.reading.endswith(".")
    assert (found.recent is None) == (spoke[-recent:].sum() == 0)


def test_dispersion_is_found_again():
    rng, rho = np.random.default_rng(3), 0.02
    shares = rng.beta(0.1 * (1 / rho - 1), 0.9 * (1 / rho - 1), (400, 100))
    found = [dispersion(rng.binomial(60, row), np.full(100, 60)) for row in shares]
    assert np.mean(found) == pytest.approx(1 + 59 * rho, rel=0.05)
    assert dispersion([3, 3, 3], [9, 9, 9]) == 1


def test_periods_look_back_from_as_of():
    assert week_starts(date(2026, 3, 15), 2) == (date(2026, 3, 2), date(2026, 3, 9))


def test_rows_of_a_query_make_a_history():
    starts = week_starts(AS_OF, 3)
    found = theme_history(starts, [5, 4, 6], [("b", 0, 2), ("a", 2, 6)], recent=1, recent_accounts={"a": 6})
    assert found.themes == ("a", "b")
    assert found.mentions.tolist() == [[0, 2], [0, 0], [6, 0]]
    assert found.accounts.tolist() == [6, 0]
    with pytest.raises(CxError, match="than said anything"):
        theme_history(starts, [1, 4, 6], [("b", 0, 2)], recent=1, recent_accounts={})
    with pytest.raises(CxError, match="3 periods, 2 counts"):
        theme_history(starts, [1, 4], [], recent=1, recent_accounts={})
