"""NRR and GRR: worked examples, what a cohort is, and how often the intervals cover the truth."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cx.benchmarks import GRR, NRR, standing
from cx.errors import CxError
from cx.quarters import AccountQuarter, in_currency, quarters_after
from cx.retention import retention, retention_table
from cx.scores import Score

Q1 = date(2025, 10, 1)
LAST = quarters_after(Q1, 3)


def row(account: str, start: float, up: float = 0, down: float = 0, churned: float = 0, **rest) -> AccountQuarter:
    place = rest.pop("place", 0)
    return AccountQuarter(
        account,
        rest.get("segment", "smb"),
        quarters_after(Q1, place),
        None,
        start,
        up,
        down,
        churned,
        rest.get("currency", "EUR"),
    )


def width(score: Score) -> float:
    assert score.low is not None
    assert score.high is not None
    return score.high - score.low


def test_worked_example():
    # 1,000 at the start; +150 expansion, -50 contraction, -100 churned: NRR 100 %, GRR 85 %.
    rows = [row("A", 500, up=150), row("B", 400, down=50), row("C", 100, churned=100)]
    found = retention(rows, last=LAST)
    assert found is not None
    assert (found.nrr.value, found.grr.value) == (pytest.approx(100), pytest.approx(85))
    assert (found.accounts, found.churned_accounts, found.churned, found.start) == (3, 1, 100, 1000)
    assert found.churn_rate is not None
    assert found.churn_rate.value == pytest.approx(100 / 3)
    assert "2025 Q4 to 2026 Q3, 3 accounts: NRR 100.0 % (no interval), GRR 85.0 %" in found.reading
    assert "(start + expansion - contraction - churned) / start" in found.formula


def test_new_and_returning_customers_are_in_neither_part():
    rows = [
        row("A", 100),
        row("B", 100),
        row("B", 100, churned=100, place=1),
        row("B", 80, up=500, place=3),
        row("C", 900, up=90, place=2),
    ]
    found = retention(rows, last=LAST)
    assert found is not None
    assert (found.accounts, found.nrr.value, found.grr.value) == (2, pytest.approx(50), pytest.approx(50))


def test_expansion_lost_again_never_makes_grr_negative():
    found = retention([row("A", 100, up=200), row("A", 300, churned=300, place=2), row("B", 100)], last=LAST)
    assert found is not None
    assert (found.nrr.value, found.grr.value) == (pytest.approx(50), pytest.approx(50))


def test_nobody_there_is_no_number():
    assert retention([], last=LAST) is None
    assert retention([row("A", 100, place=2)], last=LAST) is None


def test_benchmarks_stand_beside_a_full_year_only():
    rows = [row(f"A{place}", 100, up=10) for place in range(30)]
    year, quarter = retention(rows, last=LAST), retention(rows, last=Q1, quarters=1)
    assert year is not None
    assert quarter is not None
    assert [one.benchmark.name for one in year.standings] == ["NRR", "GRR"]
    assert quarter.standings == ()
    assert "twelve months" in quarter.reading


def test_standing_says_when_it_is_not_sure():
    assert (NRR.median, NRR.top_quartile, GRR.median, GRR.top_quartile) == (106, 120, 90, 95)
    assert standing(Score(107, 40, 101, 113), NRR).sure is False
    assert standing(Score(107, 40, 106.5, 108), NRR).sure is True
    assert standing(Score(96, 40, 95.5, 98), GRR).place == "top_quartile"
    assert standing(Score(80, 1, None, None), GRR).sure is None
    assert "how sure is not told" in standing(Score(80, 1, None, None), GRR).words


def test_table_has_all_and_each_segment_and_keeps_currencies_apart():
    rows = [row("A", 100), row("B", 200, segment="enterprise"), row("C", 50, currency="USD"), row("D", 9, segment=None)]
    found = retention_table(rows, [LAST])
    assert [(one.currency, one.segment, one.accounts) for one in found] == [
        ("EUR", None, 3),
        ("EUR", "enterprise", 1),
        ("EUR", "smb", 1),
        ("USD", None, 1),
        ("USD", "smb", 1),
    ]
    with pytest.raises(CxError, match="2 currencies"):
        retention(rows, last=LAST)


def test_currencies_are_added_at_a_given_rate():
    rows = [row("A", 100, up=10), row("B", 200, down=50, currency="USD")]
    found = retention(in_currency(rows, "EUR", {"USD": 0.5}), last=LAST)
    assert found is not None
    assert (found.start, found.expansion, found.contraction, found.currency) == (200, 10, 25, "EUR")
    with pytest.raises(CxError, match="no rate from 'USD' to EUR"):
        in_currency(rows, "EUR", {})


amounts = st.floats(0.01, 1e6)
parts = st.tuples(amounts, st.floats(0, 2), st.floats(0, 0.5), st.booleans())


@given(st.lists(parts, min_size=1, max_size=30), st.floats(0.01, 100))
def test_values_lie_in_their_intervals_and_money_has_no_unit(accounts, factor: float):
    def cohort(by: float):
        return [
            row(str(place), by * start, by * start * up * (not left), by * start * down * (not left), by * start * left)
            for place, (start, up, down, left) in enumerate(accounts)
        ]

    found, scaled = retention(cohort(1.0), last=LAST), retention(list(reversed(cohort(factor))), last=LAST)
    assert found is not None
    assert scaled is not None
    assert found.grr.value <= min(100.0, found.nrr.value) + 1e-9
    for one, other in ((found.nrr, scaled.nrr), (found.grr, scaled.grr)):
        assert one.value == pytest.approx(other.value)
        if one.low is not None and one.high is not None:
            assert one.low - 1e-6 <= one.value <= one.high + 1e-6
            assert (other.low, other.high) == (pytest.approx(one.low, abs=1e-6), pytest.approx(one.high, abs=1e-6))


def draw(rng: np.random.Generator, accounts: int, churn: float) -> list[AccountQuarter]:
    start = np.exp(rng.normal(10, 1, accounts))
    gone = rng.random(accounts) < churn
    down = (rng.random(accounts) < 0.05) * start * rng.uniform(0.05, 0.5, accounts) * ~gone
    up = (rng.random(accounts) < 0.25) * start * rng.lognormal(-1.5, 0.7, accounts) * ~gone
    return [row(str(i), start[i], up[i], down[i], start[i] * gone[i]) for i in range(accounts)]


def coverage(accounts: int, churn: float, seeds: int) -> tuple[float, float]:
    """Part of seeds whose NRR and GRR intervals hold the truth of 100,000 accounts."""
    true = retention(draw(np.random.default_rng(10**6), 100_000, churn), last=LAST)
    assert true is not None
    hits = np.zeros(2)
    for seed in range(seeds):
        found = retention(draw(np.random.default_rng(seed), accounts, churn), last=LAST)
        assert found is not None
        for place, (one, of) in enumerate(((found.nrr, true.nrr), (found.grr, true.grr))):
            assert one.low is not None
            assert one.high is not None
            hits[place] += one.low - 0.2 <= of.value <= one.high + 0.2
    net, gross = hits / seeds
    return float(net), float(gross)


def test_interval_is_wide_where_nobody_left_yet():
    found = retention([row(str(place), 100) for place in range(20)], last=LAST)
    assert found is not None
    assert found.grr.value == 100
    assert width(found.grr) > 10
    assert width(found.nrr) > 10


def test_intervals_cover():
    net, gross = coverage(40, 0.05, 200)
    assert net >= 0.9
    assert gross >= 0.92


@pytest.mark.slow
@pytest.mark.parametrize("churn", [0.03, 0.1, 0.2])
@pytest.mark.parametrize("accounts", [20, 60, 200])
def test_intervals_cover_everywhere(accounts: int, churn: float):
    net, gross = coverage(accounts, churn, 600)
    assert net >= 0.90
    assert gross >= 0.92
