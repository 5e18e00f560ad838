"""Perception gap and contradictions: belief against words."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cx.errors import ScaleError
from cx.perception import Health, Heard, contradictions, perception_gap, tone
from cx.scores import PASSIVE_FROM, nps, share

AS_OF = date(2026, 9, 30)
GREEN, RED = Health("green", AS_OF), Health("red", AS_OF)


def heard_nps(*scores: int, **rest) -> Heard:
    return Heard(nps=nps(scores), detractors=sum(score < PASSIVE_FROM for score in scores), **rest)


def test_green_health_over_unhappy_users_is_a_gap():
    # The sample's A19: champion 9, end users 3 and 2.
    found = perception_gap(GREEN, heard_nps(9, 3, 2, evidence=("R33", "R34")), AS_OF)
    assert (found.state, found.sure, found.evidence) == ("gap", False, ("R33", "R34"))
    assert "NPS −33 (n 3" in found.reading
    assert perception_gap(GREEN, heard_nps(*[3] * 20), AS_OF).sure


def test_one_unhappy_person_is_no_gap():
    assert perception_gap(GREEN, heard_nps(8, 3, 7), AS_OF).state == "agrees"


def test_many_flagged_answers_or_complaints_are_a_gap_too():
    assert perception_gap(GREEN, heard_nps(9, 9, 9, csat_flagged=share(3, 4)), AS_OF).state == "gap"
    assert perception_gap(GREEN, Heard(negative=share(9, 12)), AS_OF).state == "gap"
    assert perception_gap(GREEN, Heard(negative=share(7, 12)), AS_OF).state == "agrees"


@pytest.mark.parametrize(
    ("health", "heard"),
    [
        (None, heard_nps(*[1] * 9)),
        (Health(None, AS_OF), heard_nps(*[1] * 9)),
        (Health("green", date(2026, 5, 1)), heard_nps(*[1] * 9)),
        (GREEN, Heard()),
        (GREEN, heard_nps(1, 1)),
    ],
)
def test_too_little_is_not_held_against_health(health, heard):
    found = perception_gap(health, heard, AS_OF)
    assert (found.state, found.evidence) == ("unknown", ())


def test_red_health_over_happy_customers_is_the_reverse():
    assert perception_gap(RED, heard_nps(9, 9, 8), AS_OF).state == "reverse"
    assert perception_gap(RED, heard_nps(2, 3, 8), AS_OF).state == "agrees"


def test_bitter_nine_and_warm_three_come_first():
    ids = ["warm 9", "bitter 9", "plain 8", "warm 3", "bitter 2"]
    found = contradictions(ids, [1, 1, 0, -1, -1], tone([0.8, -0.7, -0.9, 0.9, -0.9], [3, 0, 0, 3, 0], [0, 2, 2, 0, 2]))
    assert [one.comment_id for one in found] == ["warm 3", "bitter 9"]
    assert found[0].reading.startswith("Low score, warm words")
    assert found[1].reading.startswith("High score, critical words")


@given(st.lists(st.tuples(st.sampled_from([-1, 0, 1]), st.floats(-1, 1)), max_size=30))
def test_contradictions_are_ranked_and_past_the_line(said: list[tuple[int, float]]):
    ids = [str(place) for place in range(len(said))]
    found = contradictions(ids, [band for band, _ in said], [heard for _, heard in said])
    strengths = [one.strength for one in found]
    assert strengths == sorted(strengths, reverse=True)
    assert all(strength >= 0.5 for strength in strengths)
    assert len(found) == sum(-band * heard >= 0.5 for band, heard in said)


def test_tone_stays_in_bounds():
    rng = np.random.default_rng(0)
    found = tone(rng.normal(size=50) * 3, rng.uniform(0, 9, 50), rng.uniform(0, 9, 50))
    assert np.abs(found).max() <= 1


def test_unequal_lengths_are_refused():
    with pytest.raises(ScaleError, match="2 ids"):
        contradictions(["a", "b"], [1], [0.5])
