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
    nps_of_counts,
    score_band,
    score_of_clusters,
    share,
    sum_clusters,
    t_quantile,
    told,
)

NPS, CES = default_scale("nps"), default_scale("ces")


def clusters_of(groups) -> Clusters:
    return sum_clusters(
        [len(group) for group in groups],
        [np.sum(group) for group in groups],
        [np.sum(np.square(group)) for group in groups],
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


def log_multinomial(n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give every (promoters, detractors) of n answers with the logarithm of its number of orders."""
    factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, n + 1)))])
    first, second = np.triu_indices(n + 1)
    promoters, detractors = first, n - second
    return (
        promoters,
        detractors,
        factorial[n] - factorial[promoters] - factorial[detractors] - factorial[second - first],
    )


def exact_coverage(n: int, shapes: np.ndarray) -> np.ndarray:
    """Probability, by shape (promoters, detractors, passives), that the interval of n answers holds the true NPS."""
    promoters, detractors, orders = log_multinomial(n)
    found = [nps_of_counts(int(p), int(d), n) for p, d in zip(promoters, detractors, strict=True)]
    low, high = (np.array([getattr(score, end) for score in found]) for end in ("low", "high"))
    counts = np.stack([promoters, detractors, n - promoters - detractors])
    with np.errstate(divide="ignore"):
        chances = np.where(shapes > 0, np.log(shapes), -1e9) @ counts + orders
    truth = 100 * (shapes[:, :1] - shapes[:, 1:2])
    return np.sum(np.exp(chances) * ((low <= truth + 1e-9) & (truth - 1e-9 <= high)), axis=1)


# Promoters and detractors: middling, good, bad, divided, indifferent, and at the edges.
SHAPES = np.array(
    [(p, d, max(0.0, 1 - p - d)) for p, d in [
        (0.5, 0.2), (0.33, 0.33), (0.6, 0.1), (0.8, 0.05), (0.2, 0.5), (0.05, 0.8),
        (0.1, 0.1), (0.5, 0.5), (0.9, 0.05), (0.95, 0.0), (0.9, 0.0), (0.7, 0.0),
    ]]
)  # fmt: skip


def hold_coverage(sizes, *, least_by_shape: float) -> None:
    drawn = np.random.default_rng(1).dirichlet([1, 1, 1], size=60)
    by_size = [(exact_coverage(n, SHAPES), exact_coverage(n, drawn).mean()) for n in sizes]
    named = np.array([found for found, _ in by_size])
    assert named.mean() >= 0.93
    assert named.mean(axis=0).min() >= least_by_shape
    # The worst that the docstring of `nps` reports.
    assert named.min() >= 0.72
    assert named[np.array(sizes) >= 50].min() >= 0.92
    assert min(mean for _, mean in by_size) >= 0.94


def test_interval_covers_at_every_size():
    # Mostly small sizes, where edges cover worst.
    hold_coverage([3, 4, 5, 6, 8, 10, 13, 18, 25, 35, 50, 75, 100], least_by_shape=0.91)


@pytest.mark.slow
def test_interval_covers_from_3_to_200():
    hold_coverage(range(3, 201), least_by_shape=0.93)


def cluster_coverage(
    p: float, d: float, *, accounts: int = 40, answers: int = 8, times: int = 600, plain: bool = False
):
    """Share of draws whose interval holds the NPS; Dirichlet accounts have an intra-account correlation of just .2."""
    rng = np.random.default_rng(7)
    mixes = rng.dirichlet(np.array([p, d, 1 - p - d]) * (1 / 0.2 - 1), size=(times, accounts))
    counts = rng.multinomial(answers, mixes)
    points, said = counts[..., 0] - counts[..., 1], counts[..., 0] + counts[..., 1]
    inside = 0
    for point, heard in zip(points, said, strict=True):
        moments = sum_clusters(np.full(accounts, answers), point, heard)
        promoters = int(heard.sum() + point.sum()) // 2
        found = (
            nps_of_counts(promoters, int(heard.sum()) - promoters, moments.n)
            if plain
            else score_of_clusters(moments, NPS)
        )
        assert found is not None
        assert found.low is not None
        assert found.high is not None
        inside += found.low <= 100 * (p - d) <= found.high
    return inside / times


@pytest.mark.parametrize(("p", "d"), [(0.5, 0.2), (0.33, 0.33), (0.2, 0.5), (0.8, 0.02)])
def test_interval_covers_answers_of_the_same_accounts(p: float, d: float):
    assert 0.93 <= cluster_coverage(p, d) <= 0.98
    assert cluster_coverage(p, d, plain=True) <= 0.85


@pytest.mark.parametrize("accounts", [5, 10, 20])
def test_interval_covers_with_few_accounts(accounts: int):
    assert cluster_coverage(0.5, 0.2, accounts=accounts) >= 0.92


def test_alike_answers_do_not_prove_that_all_are_alike():
    found = mean_of_moments(12.0, 72.0, 2, CES)
    assert found is not None
    assert width_of(found) > 1
    assert found.value == 6


@pytest.mark.parametrize(("df", "quantile"), [(1, 12.7062), (2, 4.3027), (3, 3.1824), (5, 2.5706), (30, 2.0423)])
def test_student_t_matches_tables(df: int, quantile: float):
    assert t_quantile(df) == pytest.approx(quantile, abs=0.004)


def test_one_answer_can_be_told_without_interval():
    found = told(nps([9]))
    assert found == Score(100.0, 1, None, None)
    assert told(None) is None
