"""Emergence: a planted doubling is found within five weeks, and weeks without order seldom raise an alert."""

import numpy as np
import pytest

from cx.emergence import LOOKS, SHUFFLES, emergence
from tests.cx.histories import history, seen_until, year


def alerts_of_five_looks(said: np.ndarray, *, seed: int, shuffles: int) -> list[set[str]]:
    """Look at the end of each of the last five weeks, as a weekly run does."""
    looks = [emergence(seen_until(said, week), seed=seed, shuffles=shuffles) for week in range(48, 53)]
    return [{one.theme for one in look.alerts} for look in looks]


def false_alarms(seeds: range, shuffles=SHUFFLES) -> float:
    """Part of shuffled histories, 24 to 60 themes, in which any theme alerts at any of five weekly looks."""
    found = 0
    for seed in seeds:
        said = year(seed, themes=24 + seed % 37)
        shuffled = said[np.random.default_rng(seed).permutation(52)]
        found += any(alerts_of_five_looks(shuffled, seed=seed, shuffles=shuffles))
    return found / len(seeds)


def found_doublings(seeds: range, shuffles=SHUFFLES) -> float:
    """Part of histories, 24 to 60 themes, in which a doubling from 15 % of the accounts is found by the fifth week."""
    found = 0
    for seed in seeds:
        said = year(seed, themes=24 + seed % 37, base=0.15, times=2)
        found += any("t00" in alerts for alerts in alerts_of_five_looks(said, seed=seed, shuffles=shuffles))
    return found / len(seeds)


def test_shuffled_histories_seldom_alert():
    assert false_alarms(range(60), shuffles=99) <= 0.14


def test_planted_doubling_is_found_in_five_weeks():
    assert found_doublings(range(60), shuffles=99) >= 0.9


@pytest.mark.slow
def test_shuffled_histories_seldom_alert_200():
    assert false_alarms(range(1000, 1200), shuffles=299) <= 0.14


@pytest.mark.slow
def test_planted_doubling_is_found_in_five_weeks_200():
    assert found_doublings(range(1000, 1200), shuffles=299) >= 0.9


def test_new_theme_is_an_alert_that_says_since_when():
    said = np.zeros((52, 60, 2), dtype=bool)
    said[:, ::6, 1] = True
    said[-4:, :9, 0] = True
    (alert,) = emergence(seen_until(said, 52), seed=1).alerts
    assert (alert.theme, alert.accounts, alert.mentions, alert.recent.n, alert.past.value) == ("t00", 9, 36, 300, 0)
    assert alert.first_seen == seen_until(said, 52).starts[-4]
    assert "9 accounts in the last 5 weeks, 12.0 % of those that spoke in a week" in alert.reading
    assert f"first seen in the week of {alert.first_seen}" in alert.reading


def test_falling_theme_is_no_emergence():
    said = year(3, themes=24, base=0.3, times=0.3)
    assert "t00" not in {one.theme for one in emergence(seen_until(said, 52), seed=1).alerts}


def test_survey_wave_is_no_emergence():
    # Twice the accounts speak in the last weeks, the shares stay.
    rng = np.random.default_rng(1)
    spoke = np.array([60] * 47 + [120] * 5)
    counts = rng.binomial(spoke[:, None], 0.1, (52, 30))
    assert not emergence(history(counts, spoke), seed=1).alerts


def test_one_loud_account_is_no_emergence():
    said = year(4, themes=24)
    said[:, :, 0] = False
    said[-5:, :2, 0] = True
    assert "t00" not in {one.theme for one in emergence(seen_until(said, 52), seed=1).alerts}


def test_short_history_says_not_enough_data():
    found = emergence(history(np.full((20, 3), 5)), seed=1)
    assert (found.alerts, found.told) == ((), False)
    assert found.reading == f"Not enough data: 20 weeks of history and 3 themes, {5 + LOOKS - 1 + 12} weeks needed."


def test_silent_weeks_are_borne():
    said = year(5, themes=24, base=0.15, times=2.5)
    said[[3, 20, 50]] = False
    spoke = np.full(52, 60)
    spoke[[3, 20, 50]] = 0
    found = emergence(history(said.sum(axis=1), spoke), seed=1)
    assert found.alerts[0].theme == "t00"
