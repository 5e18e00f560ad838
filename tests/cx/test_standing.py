"""Where an account stands: people once a window, pairs of the same people, and an order of accounts by risk."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cx.answers import Answer, last_of_each
from cx.scores import default_scale
from cx.standing import RiskLine, Signals, pairs, per_week, role_answers, standing

NOW = datetime(2026, 9, 30, 12, tzinfo=UTC)
NPS = default_scale("nps")
FALLING = [100.0, 101, 99, 100, 102, 98, 100, 101, 99, 100, 100, 100]
FALLEN = [value * 0.7 for value in FALLING]
QUIET, BUSY = [0.0] * 12, [1.0] * 12


def answer(person: str | None, score: float, *, days: float = 10, role: str = "champion", key: str = "") -> Answer:
    at = NOW - timedelta(days=days)
    name = key or f"{person}-{days:g}"
    return Answer(name, "a1", NPS, person, role, "usage", None, at, score, person is None, "nps")


def team(*scores: float, days: float) -> list[Answer]:
    return [answer(f"p{place}", score, days=days) for place, score in enumerate(scores)]


def stands(signals: Signals, *, renewal_in: int | None = None, line: RiskLine | None = None):
    renewal = None if renewal_in is None else NOW.date() + timedelta(days=renewal_in)
    return standing(signals, NOW.date(), renewal=renewal, motion="seat_signed", line=line)


AT_RISK = Signals(team(9, 9, 8, 9, days=100), team(4, 5, 3, 4, days=10), FALLING, FALLEN, QUIET, BUSY, ("ticket:T1",))


def test_worked_example_of_the_committee():
    said = [answer("c", 9, role="champion")]
    said += [answer(f"u{i}", 7, role="power_user") for i in range(2)]
    said += [answer(f"e{i}", 4, role="end_user") for i in range(35)]
    found = standing(Signals(nps_now=said), NOW.date(), renewal=None, motion="seat_signed").committee
    assert found.user_level is not None
    assert found.user_level.value == pytest.approx(-89.5, abs=0.05)
    assert found.account_level is not None
    assert found.account_level.value == pytest.approx(100 * (4 - 1) / 7)


def test_person_counts_once_by_the_last_answer():
    said = [answer("p", 2, days=50), answer("p", 9, days=5), answer(None, 3, key="x"), answer(None, 4, key="y")]
    assert sorted(one.score for one in last_of_each(said)) == [3, 4, 9]
    (champions,) = role_answers(said)
    assert (champions.n, champions.promoters, champions.detractors, champions.total) == (3, 1, 2, 16)


def test_only_named_people_are_paired():
    found = pairs(
        [answer("p", 9, days=100), answer(None, 9, days=99, key="x")], [answer("p", 5), answer(None, 2, key="x")]
    )
    assert found is not None
    assert (found.differences.n, found.differences.total, found.earlier, found.evidence) == (
        1,
        -4,
        9,
        ("response:p-10",),
    )
    assert pairs([answer("p", 9, days=100)], [answer("q", 5)]) is None


@given(st.permutations(list(range(6))), st.lists(st.integers(0, 10), min_size=6, max_size=6))
def test_order_of_rows_changes_nothing(order, scores):
    said = [answer(f"p{place % 3}", score, days=place + 1) for place, score in enumerate(scores)]
    mixed = [said[place] for place in order]
    assert stands(Signals(nps_now=said)) == stands(Signals(nps_now=mixed))


@given(st.lists(st.floats(0, 400), max_size=60), st.integers(0, 20))
def test_weeks_hold_every_time_of_their_span_once(days, weeks):
    times = [NOW - timedelta(days=day) for day in days]
    found = per_week(times, NOW, weeks=weeks)
    assert len(found) == weeks
    assert sum(found) == sum(day < 7 * weeks for day in days)


def test_weeks_run_forward():
    assert per_week([NOW - timedelta(days=1), NOW - timedelta(days=8), NOW], NOW, weeks=2) == [1, 2]


def test_conjunction_says_its_changes_and_names_what_is_behind_it():
    found = stands(AT_RISK, renewal_in=45)
    assert (found.risk.state, found.flag.state) == ("at_risk", "flagged")
    assert found.why == (
        "Renewal in 45 days with account-level NPS −100 (n 4), under the line of 0; NPS scores down 4.8 points among 4 "
        "people, usage down 30 % and tickets up, 12 against 0 in the same window."
    )
    assert found.evidence == (*(one.answer_id for one in AT_RISK.nps_now), "ticket:T1")


def test_list_puts_sooner_flagged_renewals_first_and_the_untold_nowhere():
    calm = Signals(team(9, 9, 9, days=100), team(9, 9, 9, days=10), FALLING, FALLING, QUIET, QUIET)
    noisy = Signals(team(9, 9, 9, days=100), team(9, 9, 9, days=10), FALLING, FALLEN, QUIET, QUIET)
    low = Signals(team(3, 3, 3, days=100), team(3, 3, 3, days=10), FALLING, FALLING, QUIET, QUIET)
    ranks = [
        stands(AT_RISK, renewal_in=20).rank,
        stands(AT_RISK, renewal_in=60).rank,
        stands(low, renewal_in=20).rank,
        stands(low, renewal_in=60).rank,
        stands(AT_RISK, renewal_in=200).rank,
        stands(noisy, renewal_in=200).rank,
        stands(calm, renewal_in=20).rank,
    ]
    assert all(first > second for first, second in pairwise(ranks))
    silent = stands(Signals(), renewal_in=20)
    assert (silent.rank, silent.risk.state, silent.flag.state) == (None, "unknown", "unknown")
    assert silent.why == "Renewal in 20 days; too little data on score, usage and tickets."


def test_line_of_the_users_own_data_is_the_one_that_flags():
    low = Signals(nps_now=team(9, 9, 7, 5, days=10))
    assert stands(low, renewal_in=30).flag.state == "clear"
    found = stands(low, renewal_in=30, line=RiskLine(40.0, "found in 40 accounts"))
    assert found.flag.state == "flagged"
    assert "found in 40 accounts" in found.flag.reading


def test_no_data_has_no_numbers():
    found = stands(Signals())
    assert (found.committee.account_level, found.committee.user_level, found.committee.n) == (None, None, 0)
