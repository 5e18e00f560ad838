"""Renewal risk: the conjunction, and the flags around it."""

from datetime import date
from itertools import product

import numpy as np
import pytest

from cx.fusion import Direction, Pairs, score_direction, usage_direction
from cx.risk import OnboardingAnswers, early_risk, renewal_flag, renewal_risk, ticket_direction
from cx.scores import Scale, Score, default_scale, sum_clusters

CES = default_scale("ces")
AS_OF = date(2026, 9, 30)


def leaning(of: str, way: str, *evidence: str) -> Direction:
    return Direction(of, way, way, None, 1, 1.0, f"{of} {way}", evidence)


def test_only_all_three_make_a_risk():
    for score, usage, tickets in product(("up", "down", "flat"), repeat=3):
        found = renewal_risk(leaning("score", score), leaning("usage", usage), leaning("tickets", tickets))
        holding = [score == "down", usage == "down", tickets == "up"]
        assert found.state == ("at_risk" if all(holding) else "noise" if any(holding) else "calm")
        assert [leg.holds for leg in found.legs] == holding


def test_one_leg_alone_is_called_noise():
    found = renewal_risk(leaning("score", "down", "R1"), leaning("usage", "flat"), leaning("tickets", "flat"))
    assert found.reading.startswith("No renewal risk: NPS down alone is noise.")
    assert found.evidence == ("R1",)


def test_untold_leg_leaves_risk_untold_unless_another_rules_it_out():
    down = leaning("score", "down")
    usage, tickets = leaning("usage", "down"), leaning("tickets", "unknown")
    assert renewal_risk(down, usage, tickets).state == "unknown"
    assert renewal_risk(down, leaning("usage", "up"), tickets).state == "noise"


def account(rng: np.random.Generator, *, fewer_points: float = 0, fewer_users: float = 0, more_tickets: float = 1):
    """Draw one account's two windows: 3 to 8 people, 13 weeks of users and of tickets that come in bursts."""
    people, own = int(rng.integers(3, 9)), rng.uniform(0.7, 2)
    like = rng.normal(7, 2, people)
    before = np.clip(np.round(like + rng.normal(0, own, people)), 0, 10)
    after = np.clip(np.round(like - fewer_points + rng.normal(0, own, people)), 0, 10)
    change = after - before
    moments = sum_clusters([people], [change.sum()], [(change**2).sum()])
    users = rng.uniform(10, 150) * (1 + rng.uniform(0.03, 0.25) * rng.normal(size=26))
    users[13:] *= 1 - fewer_users
    rates = rng.uniform(0.1, 1) * np.r_[np.ones(13), np.full(13, more_tickets)] * rng.gamma(2, 0.5, 26)
    tickets = rng.poisson(rates)
    users = np.maximum(0, np.round(users))
    return renewal_risk(
        score_direction(Pairs(moments, before.sum(), default_scale("nps"))),
        usage_direction(users[:13], users[13:]),
        ticket_direction(tickets[:13], tickets[13:]),
    ).state


def test_chance_seldom_makes_all_three():
    rng = np.random.default_rng(8)
    found = [account(rng) for _ in range(1000)]
    assert found.count("at_risk") <= 10
    assert found.count("noise") >= 200


def test_planted_risk_is_found():
    rng = np.random.default_rng(9)
    found = [account(rng, fewer_points=3, fewer_users=0.3, more_tickets=3) for _ in range(200)]
    assert found.count("at_risk") >= 160


def test_tickets_in_one_burst_are_less_sure_than_spread():
    spread = ticket_direction([1, 0] * 6, [2, 1] * 6)
    burst = ticket_direction([1, 0] * 6, [18, *[0] * 11])
    assert spread.change is not None
    assert burst.change is not None
    assert spread.change.value == burst.change.value
    assert (spread.state, burst.state) == ("up", "unknown")
    assert spread.leaning == burst.leaning == "up"


def test_few_tickets_are_no_direction():
    assert ticket_direction([0] * 13, [1, 1, *[0] * 11]).leaning == "flat"
    assert ticket_direction([0] * 13, [0] * 13).leaning == "flat"
    assert ticket_direction([1] * 3, [5] * 13).leaning == "unknown"


@pytest.mark.parametrize(
    ("renewal", "score", "state"),
    [
        (date(2026, 11, 30), Score(-20.0, 6, None, None), "flagged"),
        (date(2026, 11, 30), Score(20.0, 6, None, None), "clear"),
        (date(2026, 12, 29), Score(-20.0, 6, None, None), "flagged"),
        (date(2026, 12, 30), Score(-20.0, 6, None, None), "not_yet"),
        (date(2026, 9, 1), Score(-20.0, 6, None, None), "past"),
        (date(2026, 11, 30), None, "unknown"),
        (None, Score(-20.0, 6, None, None), "unknown"),
    ],
)
def test_renewals_are_flagged_ninety_days_before(renewal, score, state):
    assert renewal_flag(AS_OF, renewal, account_level=score).state == state


def test_flag_prints_its_line_and_where_it_is_from():
    found = renewal_flag(
        AS_OF, date(2026, 11, 30), account_level=Score(12.0, 6, -40.0, 50.0), line=20.0, line_source="x"
    )
    assert found.state == "flagged"
    assert found.reading == "61 days to renewal; account-level NPS +12 (n 6, −40 to +50) is under the line of +20 (x)."


def test_risk_flags_without_a_score():
    risk = renewal_risk(leaning("score", "down"), leaning("usage", "down"), leaning("tickets", "up"))
    assert renewal_flag(AS_OF, date(2026, 11, 30), account_level=None, risk=risk).state == "flagged"


@pytest.mark.parametrize(
    ("scores", "scale", "holds"),
    [
        ([2, 2, 3], CES, True),
        ([4], CES, True),
        ([5, 6, 4], CES, False),
        ([4, 5], Scale("ces", 1, 5, high_is_good=False, flag_line=4), True),
        ([1, 2], Scale("ces", 1, 5, high_is_good=False, flag_line=4), False),
        ([], CES, None),
    ],
)
def test_hard_onboarding_is_an_early_risk(scores, scale: Scale, holds):
    line = scale.flag_line or 0
    flagged = sum(score <= line if scale.high_is_good else score >= line for score in scores)
    found = early_risk(OnboardingAnswers(len(scores), sum(scores), sum(s * s for s in scores), flagged, scale, ("R1",)))
    assert found.holds is holds
    assert (found.mean is None) == (holds is None)
    assert bool(found.evidence) == bool(scores)
