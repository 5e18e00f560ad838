"""Account NPS against churn, NRR and GRR: correlations with intervals over accounts, and what is too little."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cx.correlation import pearson, spearman
from cx.lags import links
from cx.quarters import AccountQuarter, quarters_after
from cx.resample import account_weights

Q1 = date(2024, 1, 1)


def told(value):
    """Give a value that must be there."""
    assert value is not None
    return value


def panel(rng: np.random.Generator, accounts: int, *, lag: int = 1, effect: float = 0.0, base: float = 0.05):
    """Accounts over eight quarters; the NPS `lag` quarters before moves churn and expansion."""
    rows = []
    for account in range(accounts):
        liking = rng.normal(0, 40)
        scores = np.clip(liking + rng.normal(0, 30, 8), -100, 100)
        for quarter in range(8):
            known = scores[quarter - lag] / 50 if quarter >= lag else 0.0
            gone = rng.random() < base * np.exp(-effect * known)
            up = 0.0 if gone or rng.random() < 0.6 else 20 * np.exp(effect * known) * rng.random()
            at = quarters_after(Q1, quarter)
            rows.append(AccountQuarter(str(account), "smb", at, scores[quarter], 100.0, up, 0.0, 100.0 * gone))
            if gone:
                break
    return rows


def by_lag(rows, outcome: str, segment: str | None = None):
    return {one.lag: one for one in links(rows) if one.outcome == outcome and one.segment == segment}


def test_planted_lag_is_strongest():
    found = by_lag(panel(np.random.default_rng(3), 300, lag=2, effect=1.2), "churn")
    values = {lag: one.correlation.value for lag, one in found.items() if one.correlation}
    assert min(values, key=lambda lag: values[lag]) == 2
    assert found[2].correlation.high < 0
    assert "accounts with a lower NPS churn more" in found[2].reading
    assert "2 quarters later" in found[2].reading


def test_growth_goes_with_the_score():
    found = by_lag(panel(np.random.default_rng(4), 200, lag=1, effect=1.0), "nrr", "smb")
    assert found[1].correlation.low > 0
    assert found[1].method == "Spearman"
    assert "grow more" in found[1].reading


def test_too_little_is_no_number():
    few_accounts = by_lag(panel(np.random.default_rng(1), 19, base=0.5), "churn")
    few_churns = by_lag(panel(np.random.default_rng(1), 60, base=0.0), "churn")
    for one in (few_accounts[1], few_churns[1]):
        assert one.correlation is None
        assert "not enough data" in one.reading
    assert few_churns[1].moved == 0
    assert "5 needed" in few_churns[1].reading


def test_account_counts_once_for_its_quarters():
    found = by_lag(panel(np.random.default_rng(5), 50), "churn")
    assert found[0].accounts == 50
    assert found[0].n > found[4].n
    assert links([]) != ()
    assert all(one.correlation is None for one in links([]))


pairs = st.lists(st.tuples(st.integers(-5, 5), st.integers(-5, 5), st.integers(0, 9)), min_size=2, max_size=60)


@given(pairs)
def test_correlations_hold_their_values(rows):
    x, y, accounts = (list(part) for part in zip(*rows, strict=True))
    for measure in (pearson, spearman):
        found = measure(x, y, accounts)
        if found is None:
            assert len(set(x)) == 1 or len(set(y)) == 1
            continue
        assert told(measure(y, x, accounts)).value == pytest.approx(found.value, abs=1e-9)
        if found.low is not None and found.high is not None:
            assert -1 <= found.low <= found.value + 1e-9
            assert found.value - 1e-9 <= found.high <= 1
    monotone = spearman([v**3 for v in x], y, accounts)
    if monotone is not None:
        assert monotone.value == pytest.approx(told(spearman(x, y, accounts)).value, abs=1e-9)


def test_spearman_interval_agrees_with_drawing_accounts_again():
    rng = np.random.default_rng(7)
    accounts = np.repeat(np.arange(60), 4)
    x = np.round(rng.normal(0, 1, 60)[accounts] + rng.normal(0, 1, 240))
    y = np.round(0.5 * x + rng.normal(0, 1.5, 240), 1)
    found = told(spearman(x, y, accounts))
    weights = account_weights(60, 300, seed=1)[:, accounts].astype(int)
    drawn = [told(spearman(np.repeat(x, w), np.repeat(y, w), np.zeros(w.sum()))).value for w in weights]
    low, high = np.quantile(drawn, (0.025, 0.975))
    assert found.low == pytest.approx(low, abs=0.05)
    assert found.high == pytest.approx(high, abs=0.05)


def chance_rate(sets: int, accounts: int) -> float:
    wrong = told = 0
    for seed in range(sets):
        one = by_lag(panel(np.random.default_rng(seed), accounts), "churn")[1]
        if one.correlation is not None:
            told += 1
            wrong += not one.correlation.low <= 0 <= one.correlation.high
    return wrong / told


def test_null_data_is_seldom_called_a_link():
    assert chance_rate(40, 60) <= 0.15


@pytest.mark.slow
def test_null_data_is_called_a_link_at_the_stated_rate():
    assert chance_rate(250, 60) <= 0.09
