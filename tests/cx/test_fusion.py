"""Fusion: directions that noise does not make, and the four readings."""

import numpy as np
import pytest

from cx.fusion import Direction, Pairs, fuse, score_direction, usage_direction
from cx.scores import Scale, default_scale, sum_clusters

NPS = default_scale("nps")
# Weekly active users of the sample's A36 (Q2, Q3 2026), A15, and an account that only keeps Christmas.
FALLING = (
    [119, 120, 116, 118, 117, 123, 118, 118, 119, 115, 118, 117, 120],
    [111, 103, 99, 96, 89, 83, 79, 71, 69, 61, 62, 53, 50],
)
HOLIDAY = (
    [112, 109, 110, 108, 111, 111, 115, 77, 76, 115, 115, 110, 113],
    [114, 112, 113, 112, 108, 113, 114, 114, 117, 115, 114, 116, 112],
)


def pairs_of(before, after, scale: Scale = NPS) -> Pairs:
    change = np.subtract(after, before)
    return Pairs(sum_clusters([len(change)], [change.sum()], [(change**2).sum()]), float(np.sum(before)), scale)


def test_same_people_who_turn_away_are_a_fall():
    found = score_direction(pairs_of([8, 9, 8], [4, 3, 4]))
    assert (found.state, found.leaning, found.accounts) == ("down", "down", 1)
    assert found.change is not None
    assert found.change.n == 3
    assert found.change.value == pytest.approx(-14 / 3)
    assert "3 people who answered both times" in found.reading
    assert "line 1" in found.reading


def test_too_few_people_are_not_enough_data():
    for pairs in (None, pairs_of([9, 9], [1, 1])):
        found = score_direction(pairs)
        assert (found.state, found.leaning, found.change) == ("unknown", "unknown", None)
        assert "not enough data" in found.reading


def test_change_that_may_be_chance_is_not_a_direction():
    found = score_direction(pairs_of([8, 3, 9, 7], [4, 5, 8, 5]))
    assert (found.state, found.leaning) == ("unknown", "down")
    assert "may be chance" in found.reading


def test_more_effort_is_a_fall():
    effort = Scale("ces", 1, 5, high_is_good=False)
    found = score_direction(pairs_of([2, 1, 2, 1], [4, 4, 5, 4], effort))
    assert found.state == "down"
    assert found.change is not None
    assert found.change.value == pytest.approx(-2.75)


def test_people_of_one_account_count_less_than_people_of_many():
    # Four accounts of five people each: all of an account move alike.
    moves = [[-3] * 5, [-2] * 5, [1] * 5, [0] * 5]
    apart = Pairs(sum_clusters([1] * 20, np.ravel(moves), np.ravel(moves) ** 2), 140.0, NPS)
    together = Pairs(sum_clusters([5] * 4, np.sum(moves, axis=1), np.sum(np.square(moves), axis=1)), 140.0, NPS)
    assert score_direction(apart, accounts=20).state == "down"
    assert score_direction(together, accounts=4).state == "unknown"


def wandering(rng: np.random.Generator, *, spread: float, alike: float = 0.3, level: float = 60) -> np.ndarray:
    """Give 26 weeks of active users around a level, each week like the one before to a degree."""
    noise = rng.normal(size=40) * np.sqrt(1 - alike**2)
    for week in range(1, 40):
        noise[week] += alike * noise[week - 1]
    return level * (1 + spread * noise[14:])


def states(weeks: list[np.ndarray]) -> dict[str, float]:
    found = [usage_direction(np.round(np.maximum(0, w[:13])), np.round(np.maximum(0, w[13:]))).state for w in weeks]
    return {state: found.count(state) / len(found) for state in ("up", "down", "flat", "unknown")}


@pytest.mark.parametrize(("spread", "alike"), [(0.05, 0.0), (0.15, 0.3), (0.3, 0.6)])
def test_ups_and_downs_are_no_direction(spread: float, alike: float):
    rng = np.random.default_rng(5)
    found = states([wandering(rng, spread=spread, alike=alike) for _ in range(300)])
    assert found["up"] + found["down"] <= 0.08


@pytest.mark.parametrize("now", [np.full(13, 0.7), 1 - 0.5 * np.linspace(0, 1, 13)], ids=["step", "slide"])
def test_fall_by_a_third_is_found(now: np.ndarray):
    rng = np.random.default_rng(6)
    found = states([wandering(rng, spread=0.05) * np.r_[np.ones(13), now] for _ in range(200)])
    assert found["down"] >= 0.85
    assert found["up"] == 0


def test_falling_account_of_the_sample_falls():
    found = usage_direction(*FALLING)
    assert found.state == "down"
    assert found.change is not None
    assert found.change.value == pytest.approx(-33, abs=3)


def test_holiday_weeks_are_no_rise():
    assert usage_direction(*HOLIDAY).state == "flat"


@pytest.mark.parametrize(("before", "now"), [([50] * 5, [20] * 13), ([], []), ([2] * 13, [4] * 13)])
def test_too_little_usage_is_not_enough_data(before, now):
    found = usage_direction(before, now)
    assert (found.state, found.change) == ("unknown", None)
    assert "not enough data" in found.reading


def test_usage_that_stops_is_a_fall():
    found = usage_direction([40] * 13, [0] * 13)
    assert found.state == "down"
    assert found.change is not None
    assert found.change.value == -100


def direction(of: str, state: str) -> Direction:
    return Direction(of, state, state, None, 1, 1.0, f"{of} {state}")


@pytest.mark.parametrize(
    ("score", "usage", "key"),
    [
        ("up", "up", "growing"),
        ("up", "down", "problem"),
        ("down", "up", "save"),
        ("down", "down", "decline"),
        ("flat", "down", "flat"),
        ("up", "unknown", "unknown"),
        ("unknown", "flat", "unknown"),
    ],
)
def test_readings_of_score_and_usage(score: str, usage: str, key: str):
    found = fuse(direction("score", score), direction("usage", usage))
    assert found.key == key
    assert found.action
    assert f"Usage {usage}." in found.reading
    assert f"Score {score}." in found.reading
