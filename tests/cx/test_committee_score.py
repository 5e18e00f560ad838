"""The committee's score: the worked example, what is missing, and intervals that are never made up."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cx.committee import ROLES
from cx.committee_score import (
    EQUAL_WEIGHTS,
    RoleAnswers,
    Weights,
    committee_score,
    weighted_nps,
    weights_for,
)
from cx.scores import nps

EXAMPLE = Weights("example", {"champion": 4.0, "power_user": 2.0, "end_user": 1.0})
REVERSE = Weights("reverse", {"champion": 1.0, "power_user": 2.0, "end_user": 4.0})


def answers(role: str, scores) -> RoleAnswers:
    return RoleAnswers(
        role,
        len(scores),
        sum(score >= 9 for score in scores),
        sum(score < 7 for score in scores),
        float(sum(scores)),
        float(sum(score * score for score in scores)),
    )


# DOMAIN: champion 9, two power users 7, thirty-five end users 4.
COMMITTEE = [answers("champion", [9]), answers("power_user", [7, 7]), answers("end_user", [4] * 35)]


def test_worked_example_both_ways():
    found, turned = committee_score(COMMITTEE, EXAMPLE), committee_score(COMMITTEE, REVERSE)
    assert found.account_level is not None
    assert turned.account_level is not None
    assert found.user_level is not None
    assert found.plain_mean is not None
    assert found.weighted_mean is not None
    assert found.gap is not None
    assert found.account_level.value == pytest.approx(42.9, abs=0.05)
    assert turned.account_level.value == pytest.approx(-42.9, abs=0.05)
    assert found.user_level.value == pytest.approx(-89.5, abs=0.05)
    assert found.plain_mean.value == pytest.approx(4.289, abs=0.0005)
    assert found.weighted_mean.value == pytest.approx((4 * 9 + 2 * 7 + 4) / 7)
    assert found.gap.value == pytest.approx(42.857 + 89.474, abs=0.01)
    assert (found.n, found.accounts, found.weight_answered) == (38, 1, 1.0)


def test_no_interval_is_made_up_for_a_role_of_one():
    found = committee_score(COMMITTEE, EXAMPLE)
    champion, power_user, end_user = found.roles
    assert champion.score.low is None
    assert power_user.score.low is not None
    assert end_user.score.low is not None
    assert found.account_level is not None
    assert found.account_level.low is None
    assert found.gap is not None
    assert found.gap.low is None
    assert found.user_level is not None
    assert found.user_level.low is not None
    assert "only one answer from champion" in found.reading


def test_missing_roles_and_weights_are_printed():
    found = committee_score([answers("champion", [9, 8]), answers("unknown", [2])], weights_for("seat_signed"))
    assert found.missing == ("economic_buyer", "admin", "power_user", "end_user")
    assert found.weight_answered == pytest.approx(4 / 12)
    assert found.unweighted == 1
    assert "champion 4" in found.reading
    assert "No answer from economic buyer, admin, power user or end user" in found.reading
    assert found.user_level is not None
    assert found.user_level.n == 3


def test_no_answer_gives_no_number():
    found = committee_score([], EXAMPLE)
    assert found.account_level is found.user_level is found.gap is found.weighted_mean is found.plain_mean is None
    assert (found.n, found.accounts) == (0, 0)


def test_answers_of_unknown_roles_have_no_account_level():
    found = committee_score([answers("unknown", [9, 3])], EQUAL_WEIGHTS)
    assert found.account_level is None
    assert found.user_level is not None


def test_motion_chooses_who_weighs_most():
    signed, used = weights_for("seat_signed"), weights_for("usage_based")
    assert max(signed.by_role, key=signed.of) == "champion"
    assert max(used.by_role, key=used.of) == "end_user"
    assert len({weights_for(None).of(role) for role in ROLES if role != "unknown"}) == 1
    assert weights_for("seat_signed", {"seat_signed": EXAMPLE}) is EXAMPLE


committees = st.dictionaries(
    st.sampled_from([role for role in ROLES if role != "unknown"]),
    st.lists(st.integers(0, 10), min_size=1, max_size=12),
    min_size=1,
)


@given(committees, st.floats(0.1, 50))
def test_score_lies_between_roles_and_in_its_interval(committee: dict[str, list[int]], factor: float):
    heard = [answers(role, scores) for role, scores in committee.items()]
    weights = weights_for("seat_signed")
    found = committee_score(heard, weights)
    assert found.account_level is not None
    values = [role.score.value for role in found.roles]
    assert min(values) - 1e-9 <= found.account_level.value <= max(values) + 1e-9
    told = all(len(scores) > 1 for scores in committee.values())
    assert (found.account_level.low is not None) == told
    if found.account_level.low is not None and found.account_level.high is not None:
        assert -100 <= found.account_level.low <= found.account_level.value <= found.account_level.high <= 100
    # Only the proportions of weights matter, and not the order of roles.
    scaled = Weights("scaled", {role: factor * weight for role, weight in weights.by_role.items()})
    again = committee_score(heard[::-1], scaled).account_level
    assert again is not None
    assert again.value == pytest.approx(found.account_level.value)


@given(st.lists(st.integers(0, 10), min_size=2, max_size=40))
def test_one_role_is_plain_nps(scores: list[int]):
    found, plain = weighted_nps([answers("champion", scores)], [4.0]), nps(scores)
    assert found is not None
    assert plain is not None
    assert (found.value, found.n) == (pytest.approx(plain.value), plain.n)
    assert (found.low, found.high) == (pytest.approx(plain.low), pytest.approx(plain.high))


@pytest.mark.parametrize(
    ("sizes", "weights"),
    [((2, 3, 35), (4, 2, 1)), ((2, 2, 2, 2), (4, 3, 2, 1)), ((5, 8, 30), (1, 2, 4)), ((2, 2), (4, 1))],
)
def test_interval_of_the_weighted_score_covers(sizes, weights):
    rng = np.random.default_rng(3)
    times, inside = 1500, 0
    mixes = rng.dirichlet([1, 1, 1], size=(times, len(sizes)))
    counts = rng.multinomial(np.broadcast_to(sizes, (times, len(sizes))), mixes)
    truths = 100 * (mixes[..., 0] - mixes[..., 1]) @ np.array(weights) / sum(weights)
    for count, truth in zip(counts, truths, strict=True):
        roles = [RoleAnswers(str(i), n, int(c[0]), int(c[1]), 0, 0) for i, (n, c) in enumerate(zip(sizes, count))]  # noqa: B905
        found = weighted_nps(roles, weights)
        assert found is not None
        assert found.low is not None
        assert found.high is not None
        inside += found.low <= truth <= found.high
    assert inside / times >= 0.92
