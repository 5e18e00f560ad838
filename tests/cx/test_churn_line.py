"""The line under which accounts churn: planted ones are found, null data gives none, too little gives the default."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cx.churn_line import churn_line
from cx.quarters import AccountQuarter, quarters_after

Q1 = date(2024, 1, 1)
LINES = (-20, 0, 30)


def year(nps, gone) -> list[AccountQuarter]:
    """Each account's NPS in one quarter, and whether it is gone in the next."""
    rows = []
    for place, (score, left) in enumerate(zip(nps, gone, strict=True)):
        rows.append(AccountQuarter(f"A{place:03}", None, Q1, float(score), 100.0, 0, 0, 0))
        rows.append(AccountQuarter(f"A{place:03}", None, quarters_after(Q1, 1), None, 100.0, 0, 0, 100.0 * left))
    return rows


def planted(seed: int, line: float | None, accounts: int = 300) -> list[AccountQuarter]:
    rng = np.random.default_rng(seed)
    nps = np.clip(rng.normal(10, 45, accounts), -100, 100).round()
    risk = 0.12 if line is None else np.where(nps < line, 0.30, 0.04)
    return year(nps, rng.random(accounts) < risk)


def history(seed: int, accounts: int = 100) -> list[AccountQuarter]:
    """Null: NPS rises and churn falls over eight quarters everywhere, segments differ in both, some hardly answer."""
    rng = np.random.default_rng(seed)
    rows = []
    for account in range(accounts):
        liking, segment, answers = rng.normal(0, 30), int(rng.integers(0, 2)), rng.choice([0.25, 0.7])
        for quarter in range(int(rng.integers(0, 4)), 8):
            score = float(np.clip(10 + liking + 8 * quarter - 40 * segment + rng.normal(0, 25), -100, 100))
            gone = rng.random() < (0.03 + 0.04 * segment) * (1.4 - 0.1 * quarter)
            at, nps = quarters_after(Q1, quarter), score if rng.random() < answers else None
            rows.append(AccountQuarter(f"A{account:03}", f"s{segment}", at, nps, 100.0, 0, 0, 100.0 * gone))
            if gone:
                break
    return rows


def found_within_a_band(seeds: int) -> float:
    hits = 0
    for seed in range(seeds):
        line = LINES[seed % 3]
        found = churn_line(planted(seed, line), seed=seed, permutations=99, resamples=20)
        hits += found.state == "found" and abs(found.line - line) <= 10
    return hits / seeds


def called_found(sets: int, make) -> float:
    p = [churn_line(make(seed), seed=seed, permutations=199, resamples=20).best for seed in range(sets)]
    return float(np.mean([one.p < 0.05 for one in p if one is not None]))


def test_planted_line_is_found():
    assert found_within_a_band(30) >= 0.9


def test_null_sets_give_no_line():
    assert called_found(60, lambda seed: planted(seed, None)) <= 0.13
    assert called_found(30, history) <= 0.17


@pytest.mark.slow
def test_planted_line_is_found_in_all_seeds():
    assert found_within_a_band(200) >= 0.9


@pytest.mark.slow
def test_200_null_sets_give_a_line_in_8_percent_at_most():
    assert called_found(200, lambda seed: planted(seed, None)) <= 0.08


@pytest.mark.slow
def test_common_trends_repeated_quarters_and_segments_are_no_line():
    assert called_found(400, history) <= 0.08


def test_figures_are_those_of_the_accounts():
    rows = planted(1, 0)
    found = churn_line(rows, seed=1)
    gone = {row.account for row in rows if row.gone}
    score = {row.account: row.nps for row in rows if row.nps is not None}
    under = {account for account, nps in score.items() if nps < found.line}
    assert found.best is not None
    assert found.state == "found"
    assert (found.best.under.n, found.best.under.accounts) == (len(under), len(under))
    assert (found.best.under.churned, found.best.over.churned) == (len(under & gone), len(gone - under))
    assert found.best.low <= found.line <= found.best.high
    rates = found.best.under.rate.value / found.best.over.rate.value
    assert found.best.lift.value == pytest.approx(rates)
    assert found.best.lift.high is not None
    assert found.best.lift.low < rates < found.best.lift.high
    assert found.best.p == 0.001
    assert f"p = {found.best.p:.3f}" in found.reading
    assert found.source.startswith("found in your data, 300 accounts")
    assert found == churn_line(list(reversed(rows)), seed=1)


@pytest.mark.parametrize(("accounts", "churned"), [(19, 10), (60, 4), (0, 0)])
def test_too_little_gives_the_printed_default(accounts: int, churned: int):
    found = churn_line(year(np.linspace(-90, 90, accounts), np.arange(accounts) < churned), seed=1)
    assert (found.state, found.line, found.best) == ("not_enough_data", 0.0, None)
    assert (found.accounts, found.churned) == (accounts, churned)
    assert "Not enough data" in found.reading
    assert "20 and 5 needed" in found.reading
    assert "a convention" in found.source


def test_accounts_all_alike_give_no_line():
    found = churn_line(year([40] * 50, np.arange(50) < 10), seed=1)
    assert (found.state, found.line) == ("not_enough_data", 0.0)


def test_happy_churners_make_no_line():
    nps = np.linspace(-100, 100, 100)
    found = churn_line(year(nps, nps > 50), seed=1)
    assert found.state == "chance"
    assert found.line == 0.0
    assert "no line separates churners better than chance" in found.reading.lower()


def test_nobody_over_the_line_churned():
    nps = np.linspace(-100, 100, 100)
    found = churn_line(year(nps, (nps < -20) & (np.arange(100) % 2 == 0)), seed=1)
    assert found.best is not None
    assert found.best.lift.value is None
    assert found.best.lift.low > 1
    assert "no lift to tell" in found.reading


def test_score_older_than_a_year_is_not_used():
    rows = [row for row in planted(1, 0) if row.nps is not None]
    late = [row._replace(quarter=quarters_after(Q1, 5), nps=None, churned=100.0) for row in rows]
    assert churn_line([*rows, *late], seed=1).churned == 0
    in_time = [row._replace(quarter=quarters_after(Q1, 4)) for row in late]
    assert churn_line([*rows, *in_time], seed=1).churned == 300


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(-100, 100), st.booleans()), max_size=60), st.sampled_from([5, 10, 20]))
def test_line_is_one_of_those_tried(accounts, width: int):
    nps, gone = [nps for nps, _ in accounts], [gone for _, gone in accounts]
    found = churn_line(year(nps, gone), seed=2, width=width, permutations=19, resamples=20)
    assert found.accounts == len(accounts)
    if found.best is not None:
        assert -100 < found.best.line <= 100
        assert (found.best.line + 100) % width == 0
        assert found.best.under.n + found.best.over.n == found.n
        assert found.best.under.churned + found.best.over.churned == found.churned == sum(gone)
        assert 0 < found.best.p <= 1
