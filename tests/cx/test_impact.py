"""Drivers: the parts add up, names change nothing, a planted driver is found and chance is not."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cx.errors import CxError
from cx.impact import LEAST_ACCOUNTS, Driver, Drivers, drivers
from cx.scores import Scale, default_scale
from cx.theme_sums import NO_ACCOUNT, AccountSums, ThemeSums

NPS, CSAT, CES = (default_scale(name) for name in ("nps", "csat", "ces"))
CES_LOW = Scale("ces", 1, 7, high_is_good=False)


def summed(account, points, mentions) -> tuple[list[AccountSums], list[ThemeSums]]:
    """Sum answers as a query does: account (n,), points (n,), mentions (n, themes)."""
    account, points, mentions = np.asarray(account), np.asarray(points, dtype=float), np.asarray(mentions, dtype=bool)
    names, rows = np.unique(account, return_inverse=True)
    k = mentions.sum(axis=1)
    columns = {f"t{place:02d}": mentions[:, place] for place in range(mentions.shape[1])} | {None: k == 0}
    weighted = (np.ones(len(k)), points, points**2, 1 / np.maximum(k, 1), points / np.maximum(k, 1))

    def by_account(kept, weights):
        return np.bincount(rows[kept], weights[kept], len(names))

    whole = zip(*(by_account(k >= 0, weights) for weights in weighted[:3]), strict=True)
    accounts = [AccountSums(str(name), int(sums[0]), *sums[1:]) for name, sums in zip(names, whole, strict=True)]
    cells = [
        ThemeSums(str(name), theme, int(sums[0]), *sums[1:])
        for theme, kept in columns.items()
        for name, sums in zip(names, zip(*(by_account(kept, w) for w in weighted), strict=True), strict=True)
        if sums[0]
    ]
    return accounts, cells


def ranked(sums, scale=NPS, seed=1, resamples=400) -> Drivers:
    found = drivers(*sums, scale=scale, family="themes", seed=seed, resamples=resamples)
    assert found is not None
    return found


def moved(driver: Driver) -> tuple[float, float, float]:
    """Give low end, value and high end of a leave-out that has them."""
    effect = driver.leave_out
    assert effect is not None
    assert effect.low is not None
    assert effect.high is not None
    return effect.low, effect.value, effect.high


def simulated(seed: int, *, accounts=60, themes=24, effect=0.0):
    """Answers of accounts that differ in mood (intra-account correlation .2) and in what they speak of; t00 matters."""
    rng = np.random.default_rng(seed)
    account = np.repeat(np.arange(accounts), 1 + rng.poisson(7, accounts))
    talk = rng.beta(0.4, 4.6, (accounts, themes))
    mentions = rng.random((len(account), themes)) < talk[account]
    mood = rng.normal(0, 0.2**0.5, accounts)[account] + rng.normal(0, 0.8**0.5, len(account)) + effect * mentions[:, 0]
    return summed(account, np.where(mood > 0.4, 1, np.where(mood < -0.5, -1, 0)), mentions)


answers = st.lists(
    st.tuples(st.integers(0, 6), st.integers(1, 7), st.tuples(*[st.booleans()] * 3)), min_size=1, max_size=30
)


def points_of(rows, scale: Scale) -> list[float]:
    if scale.type == "ces":
        return [score for _, score, _ in rows]
    return [(score > 5) - (score < 3 and scale.type == "nps") for _, score, _ in rows]


@settings(max_examples=40, deadline=None)
@given(answers, st.sampled_from([NPS, CSAT, CES, CES_LOW]))
def test_parts_add_up_to_the_score(rows, scale):
    found = ranked(summed([row[0] for row in rows], points_of(rows, scale), [row[2] for row in rows]), scale)
    every = [*found.themes, *([found.no_theme] if found.no_theme else [])]
    best = {"nps": 100, "csat": 100, "ces": scale.high if scale.high_is_good else scale.low}[scale.type]
    assert sum(one.part.value for one in every) == pytest.approx(found.score.value, abs=1e-6)
    assert sum(one.lost.value for one in every) == pytest.approx(abs(best - found.score.value), abs=1e-6)
    assert all(one.lost.value >= -1e-9 for one in every)
    assert all(one.n > 0 and one.accounts > 0 for one in every)


def test_leave_out_of_a_worked_example():
    # Ten accounts with two answers: a promoter and a detractor; six of the detractors speak of t00.
    account = [place // 2 for place in range(20)]
    mentions = [[place % 2 == 1 and place < 12] for place in range(20)]
    found = ranked(summed(account, [1, -1] * 10, mentions))
    theme = found.themes[0]
    assert (theme.n, theme.accounts, theme.score.value) == (6, 6, -100)
    assert theme.leave_out is not None
    assert theme.leave_out.value == pytest.approx(100 * (10 - 4) / 14)
    assert theme.part.value == pytest.approx(-30)
    assert found.score.value == 0
    assert "6 answers of 6 accounts NPS would be 42.9 instead of 0.0: +42.9 points" in theme.reading


def test_names_of_accounts_change_nothing():
    accounts, cells = simulated(3, effect=-0.8)
    named = {one.account: f"x{place * 7919 % 1000}" for place, one in enumerate(accounts)}
    renamed = (
        [one._replace(account=named[one.account]) for one in reversed(accounts)],
        [one._replace(account=named[one.account]) for one in reversed(cells)],
    )
    first, second = ranked((accounts, cells)), ranked(renamed)
    assert [one.theme for one in first.themes] == [one.theme for one in second.themes]
    for one, other in zip(first.themes, second.themes, strict=True):
        assert one.p == other.p
        assert one.reading == other.reading
        assert one.part.low == pytest.approx(other.part.low)


def test_planted_driver_is_found():
    # Ten runs: complaints that lower the mood by nine tenths of its spread, in one theme of 24.
    found = [ranked(simulated(seed, effect=-0.9)) for seed in range(10)]
    first = [one.themes[0] for one in found]
    assert sum(one.theme == "t00" and one.stands_out for one in first) >= 9
    assert all(moved(one)[0] > 0 for one in first if one.theme == "t00")


def false_findings(seeds: range) -> float:
    runs = [ranked(simulated(seed), resamples=2) for seed in seeds]
    return float(np.mean([any(one.stands_out for one in run.themes) for run in runs]))


def test_chance_is_seldom_flagged():
    # Without any driver the rate of Benjamini-Hochberg is the chance of flagging anything: .10.
    assert false_findings(range(40)) <= 0.14


@pytest.mark.slow
def test_chance_is_seldom_flagged_in_many_slices():
    assert false_findings(range(1000, 1400)) <= 0.13


@pytest.mark.slow
def test_intervals_cover_the_truth():
    account = simulated(0, accounts=20_000, themes=6, effect=-0.6)
    truth = {one.theme: moved(one)[1] for one in ranked(account).themes}
    runs = [ranked(simulated(seed, accounts=30, themes=6, effect=-0.6), seed=seed) for seed in range(300)]
    covered = [
        moved(one)[0] <= truth[one.theme] <= moved(one)[2] for run in runs for one in run.themes if one.p is not None
    ]
    assert np.mean(covered) >= 0.93


def test_few_accounts_get_no_interval_and_no_rank():
    account = [place for place in range(20) for _ in range(3)]
    mentions = [[place < 3 * (LEAST_ACCOUNTS - 1), True] for place in range(60)]
    found = ranked(summed(account, [1, 0, -1] * 20, mentions))
    few, all_of_them = found.themes
    assert (few.p, few.q, few.stands_out) == (None, None, False)
    assert few.leave_out is not None
    assert few.leave_out.low is None
    assert "not enough data" in few.reading
    assert all_of_them.leave_out is None
    assert all_of_them.part.low is not None
    assert found.tested == 0
    assert found.no_theme is None
    assert "2 themes more in too few accounts" in found.reading


def test_answers_without_account_are_no_accounts():
    found = ranked(summed([f"{NO_ACCOUNT}{place}" for place in range(30)], [1, -1] * 15, [[True], [False]] * 15))
    assert found.accounts == 0
    assert found.themes[0].accounts == 0
    assert moved(found.themes[0])


def test_nobody_answered_gives_no_number():
    assert drivers([], [], scale=NPS, family="themes", seed=1) is None


def test_low_is_good_ranks_the_other_way():
    # Effort 1..7 where low is easy: the theme with the sevens costs most.
    mentions = [[place % 2 == 0, place % 2 == 1] for place in range(40)]
    found = ranked(summed([place // 2 for place in range(40)], [7, 2] * 20, mentions), CES_LOW)
    assert [one.theme for one in found.themes] == ["t00", "t01"]
    assert "CES (low is good)" in found.themes[0].reading


def test_sums_that_contradict_each_other_are_refused():
    accounts, cells = simulated(1, accounts=5, themes=2)
    with pytest.raises(CxError, match="don't add up"):
        ranked((accounts, cells[1:]))
    with pytest.raises(CxError, match="without totals"):
        ranked((accounts[1:], cells))
    with pytest.raises(CxError, match="two totals"):
        ranked(([*accounts, accounts[0]], cells))


def test_many_clusters_are_thrown_together():
    rng = np.random.default_rng(5)
    points, mentions = rng.integers(-1, 2, 9000), rng.random((9000, 3)) < 0.1
    theme = ranked(summed([f"{NO_ACCOUNT}{place}" for place in range(9000)], points, mentions)).themes[0]
    n, spread = theme.n, np.std(points)
    # The difference of two means, times the share that mentions: what the leave-out's standard error is here.
    expected = 100 * n / 9000 * spread * (1 / n + 1 / (9000 - n)) ** 0.5
    low, _, high = moved(theme)
    assert (high - low) / 3.92 == pytest.approx(expected, rel=0.1)
