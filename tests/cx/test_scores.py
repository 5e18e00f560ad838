"""Scores: worked examples, invariants, and how often the interval covers the truth."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cx.errors import ScaleError
from cx.scores import (
    Clusters,
    Scale,
    Score,
    default_scale,
    design_effect,
    mean_of_moments,
    nps,
    score_band,
    score_of_clusters,
    share,
)

NPS, CES = default_scale("nps"), default_scale("ces")


def clusters_of(groups) -> Clusters:
    totals, sizes = [float(np.sum(group)) for group in groups], [len(group) for group in groups]
    return Clusters(
        n=sum(sizes),
        total=sum(totals),
        squares=float(sum(np.sum(np.square(group)) for group in groups)),
        clusters=len(sizes),
        tt=sum(t * t for t in totals),
        tn=sum(t * n for t, n in zip(totals, sizes, strict=True)),
        nn=float(sum(n * n for n in sizes)),
    )


def width_of(score: Score) -> float:
    assert score.low is not None
    assert score.high is not None
    return score.high - score.low


def test_worked_example_of_the_committee():
    # DOMAIN: champion 9, two power users 7, thirty-five end users 4.
    found = nps([9, 7, 7, *[4] * 35])
    assert found is not None
    assert found.value == pytest.approx(-89.5, abs=0.05)
    assert found.n == 38


@given(st.lists(st.integers(0, 10), min_size=1, max_size=200))
def test_nps_lies_in_its_interval(answers: list[int]):
    found = nps(answers)
    assert found is not None
    assert found.low is not None
    assert found.high is not None
    assert -100 <= found.low <= found.value <= found.high <= 100
    assert found == nps(sorted(answers))


@given(st.integers(0, 50), st.integers(0, 50))
def test_share_lies_in_its_interval(satisfied: int, others: int):
    found = share(satisfied, satisfied + others)
    if satisfied + others == 0:
        assert found is None
    else:
        assert found is not None
        assert found.low is not None
        assert found.high is not None
        assert 0 <= found.low <= found.value + 1e-9 <= found.high + 2e-9 <= 100 + 1e-6


def test_no_number_without_answers():
    assert nps([]) is None
    assert share(0, 0) is None
    assert mean_of_moments(0, 0, 0, CES) is None
    with pytest.raises(ScaleError):
        score_of_clusters(Clusters(0, 0, 0, 0, 0, 0, 0), NPS)


def test_low_is_good_flags_high_scores():
    effort = Scale("ces", 1, 5, high_is_good=False, flag_line=4)
    assert [score_band(score, effort) for score in (1, 2, 3, 4, 5)] == [1, 1, 0, -1, -1]


@given(st.lists(st.lists(st.sampled_from([-1, 0, 1]), min_size=1, max_size=8), min_size=1, max_size=12))
def test_clusters_never_narrow_the_interval(groups: list[list[int]]):
    moments = clusters_of(groups)
    plain = nps([{-1: 0, 0: 7, 1: 10}[point] for group in groups for point in group])
    found = score_of_clusters(moments, NPS)
    assert plain is not None
    assert design_effect(moments) >= 1
    assert found.value == pytest.approx(plain.value)
    assert width_of(found) >= width_of(plain) - 40 / (moments.n + 3)


def test_one_answer_has_no_interval_for_a_mean():
    found = score_of_clusters(clusters_of([[5.0]]), CES)
    assert (found.value, found.n, found.low, found.high) == (5.0, 1, None, None)


def coverage_of(draw, truth: float, *, times: int = 400) -> float:
    inside = 0
    for _ in range(times):
        found = score_of_clusters(clusters_of(draw()), NPS)
        assert found.low is not None
        assert found.high is not None
        inside += found.low <= truth <= found.high
    return inside / times


@pytest.mark.parametrize("n", [10, 50, 200])
def test_interval_covers_independent_answers(n: int):
    rng = np.random.default_rng(n)

    # Half promoters, a fifth detractors: NPS 30. Each answer is an account of its own.
    def draw():
        return [[point] for point in rng.choice([1, 0, -1], size=n, p=[0.5, 0.3, 0.2])]

    assert coverage_of(draw, 30.0) >= 0.93


def test_interval_covers_answers_of_the_same_accounts():
    # 40 accounts of 8 answers; a share .2 of the variance lies between accounts: the plain interval covers 83 %.
    rng = np.random.default_rng(7)
    cuts = (-0.8416, 0.0)  # standard normal: a fifth below, half above

    def draw():
        account = rng.normal(size=(40, 1)) * np.sqrt(0.33)
        latent = account + rng.normal(size=(40, 8)) * np.sqrt(0.67)
        return [[-1 if x < cuts[0] else 1 if x > cuts[1] else 0 for x in row] for row in latent]

    assert coverage_of(draw, 30.0) >= 0.93
