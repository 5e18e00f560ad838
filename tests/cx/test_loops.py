"""Loops: what opens one, who owns it, what may happen to it, and its clocks."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cx.loop_clocks import clocks, due, spell
from cx.loop_owners import StaffMember, assign
from cx.loops import MOVES, STATES, Loop, LoopError, LoopEvent, MismatchRule, Signal, act, open_loops, reasons, why_not
from cx.scores import Scale, Score, default_scale

NOW = datetime(2026, 9, 30, 12, tzinfo=UTC)
H = timedelta(hours=1)
NPS, CSAT, CES = (default_scale(name) for name in ("nps", "csat", "ces"))
STAFF = (
    StaffMember("S1", "Imogen Tallis", "csm", "A01"),
    StaffMember("S2", "Ada Nwosu", "support_lead", None),
    StaffMember("S3", "Piet Moor", "product", None),
)
SURE = MismatchRule(enabled=True, precision=Score(91.0, 120, 84.0, 95.0))


def signal(scale: Scale | None = NPS, score: float | None = 3, **rest) -> Signal:
    given = {"response_id": "R1", "account_id": "A01", "said_at": NOW - H, "stage": "usage", **rest}
    return Signal(scale=scale, score=score, **given)


def opened(one: Signal | None = None, staff=STAFF) -> Loop:
    (loop,) = open_loops([one or signal()], staff, now=NOW)
    return loop


def after(loop: Loop, *acts: tuple[str, float]) -> Loop:
    for name, hours in acts:
        loop = act(loop, LoopEvent(name, NOW + hours * H, "S1", owner="S9", outcome="solved"))
    return loop


@pytest.mark.parametrize(
    ("one", "found"),
    [
        (signal(NPS, 6), ("detractor",)),
        (signal(NPS, 7), ()),
        (signal(CSAT, 3, stage="support"), ("low_csat",)),
        (signal(CSAT, 4), ()),
        (signal(CES, 4, stage="onboarding"), ("low_onboarding_ces",)),
        (signal(CES, 5, stage="onboarding"), ()),
        (signal(CES, 2, stage="renewal"), ()),
        (signal(Scale("ces", 1, 5, high_is_good=False, flag_line=4), 4, stage="onboarding"), ("low_onboarding_ces",)),
        (signal(Scale("csat", 1, 10, flag_line=5), 5), ("low_csat",)),
        (signal(None, None), ()),
    ],
)
def test_signals_that_open_a_loop(one: Signal, found: tuple[str, ...]):
    assert reasons(one) == found
    assert bool(open_loops([one], STAFF, now=NOW)) == bool(found)


def test_mismatch_opens_only_with_a_stated_precision():
    one = signal(None, None, mismatch=True)
    poor = replace(SURE, precision=Score(60.0, 120, 50.0, 69.0))
    for rule in (None, MismatchRule(), MismatchRule(enabled=True), poor, replace(SURE, enabled=False)):
        assert open_loops([one], STAFF, now=NOW, rule=rule) == ()
    (loop,) = open_loops([signal(mismatch=True)], STAFF, now=NOW, rule=SURE)
    assert loop.reasons == ("detractor", "sales_delivery_mismatch")


def test_history_opens_none_and_a_response_only_one():
    week = timedelta(days=7)
    assert open_loops([signal(said_at=NOW - week - H)], STAFF, now=NOW) == ()
    assert "older than 7 days" in why_not(signal(said_at=NOW - week - H), now=NOW)
    assert len(open_loops([signal(said_at=NOW - week), signal()], STAFF, now=NOW)) == 1
    assert open_loops([signal()], STAFF, now=NOW, already={"R1"}) == ()
    assert open_loops([signal(anonymous=True)], STAFF, now=NOW) == ()
    assert open_loops([signal(vendor_voice=True)], STAFF, now=NOW) == ()


def test_success_manager_owns_and_support_lead_is_told_of_csat():
    assert (opened().owner, opened().also) == ("S1", ())
    flagged = opened(signal(CSAT, 2, stage="support"))
    assert (flagged.owner, flagged.also, flagged.state) == ("S1", ("S2",), "open")
    elsewhere = opened(signal(CSAT, 2, stage="usage", account_id="A99"))
    assert (elsewhere.owner, elsewhere.also) == ("S2", ())


def test_stage_owner_is_the_fallback_and_nobody_is_said():
    assert opened(signal(account_id="A99")).owner == "S3"
    nobody = opened(signal(account_id="A99", stage="renewal"))
    assert (nobody.owner, nobody.state) == (None, "unowned")
    assert "no owner" in nobody.why
    assert due([nobody], NOW)[0].act == "assign"
    with pytest.raises(LoopError, match="unowned can't take 'touch'"):
        after(nobody, ("touch", 1))
    settled = after(nobody, ("assign", 1))
    assert (settled.owner, settled.state) == ("S9", "open")


def test_newest_holder_on_the_day_owns():
    staff = [
        StaffMember("S1", "old", "csm", "A01", date(2020, 1, 1)),
        StaffMember("S2", "new", "csm", "A01", date(2026, 1, 1)),
        StaffMember("S3", "gone", "csm", "A01", date(2026, 5, 1), date(2026, 8, 31)),
        StaffMember("S4", "next", "csm", "A01", date(2026, 10, 1)),
        StaffMember("S5", "all", "csm", None, date(2026, 6, 1)),
    ]
    for order in (staff, staff[::-1]):
        owners = [assign(account, None, order, on=NOW.date()).owner for account in ("A01", "A77")]
        assert [one.staff_id if one else None for one in owners] == ["S2", "S5"]


def test_acts_that_make_no_sense_are_refused():
    loop = opened()
    with pytest.raises(LoopError, match="use assign, route, touch or note"):
        act(loop, LoopEvent("close", NOW + H, "S1", outcome="solved"))
    with pytest.raises(LoopError, match="lies before the last act"):
        act(loop, LoopEvent("touch", NOW - H, "S1"))
    with pytest.raises(LoopError, match="needs an outcome"):
        act(after(loop, ("touch", 1)), LoopEvent("close", NOW + 2 * H, "S1", outcome=" "))
    with pytest.raises(LoopError, match="needs an owner"):
        act(loop, LoopEvent("assign", NOW, "S1"))
    with pytest.raises(LoopError):
        after(loop, ("route", 0), ("route", 0))


def test_new_owner_is_told_until_somebody_has_touched_it():
    assert after(opened(), ("route", 0), ("assign", 1)).state == "open"
    assert after(opened(), ("route", 0), ("touch", 1), ("assign", 2)).state == "touched"


@given(st.lists(st.tuples(st.sampled_from(sorted(MOVES)), st.floats(0, 100)), max_size=12))
def test_every_history_that_is_allowed_leads_to_a_state(acts):
    loop = opened()
    for name, hours in acts:
        try:
            loop = after(loop, (name, hours))
        except LoopError:
            continue
    assert loop.state in STATES
    assert [event.at for event in loop.history] == sorted(event.at for event in loop.history)
    for clock in clocks(loop, NOW + 200 * H):
        assert clock.state in ("met", "late") if clock.met_at else clock.state in ("running", "overdue")
    assert len(due([loop], NOW + 200 * H)) == (loop.state != "checked")


def test_clocks_run_from_opening_and_the_check_from_closing():
    loop = opened()
    assert [(one.name, one.due_at - NOW, one.state) for one in clocks(loop, NOW)] == [
        ("route", timedelta(minutes=5), "running"),
        ("touch", 24 * H, "running"),
        ("close", 48 * H, "running"),
    ]
    done = after(loop, ("route", 0.05), ("touch", 25), ("close", 47))
    assert [one.state for one in clocks(done, NOW + 50 * H)] == ["met", "late", "met", "running"]
    assert clocks(done, NOW)[-1].due_at == NOW + 47 * H + timedelta(days=7)
    assert due([after(done, ("check", 300))], NOW + 400 * H) == ()


def test_reopening_starts_touch_and_close_anew():
    loop = after(opened(), ("route", 0), ("touch", 1), ("close", 2), ("reopen", 100))
    touch = {one.name: one for one in clocks(loop, NOW + 101 * H)}["touch"]
    assert (touch.due_at, touch.state) == (NOW + 124 * H, "running")
    assert due([loop], NOW + 101 * H)[0].act == "touch"
    again = after(loop, ("touch", 101), ("close", 102))
    assert {one.name: one.due_at for one in clocks(again, NOW)}["check"] == NOW + 102 * H + timedelta(days=7)


def test_longest_overdue_comes_first():
    late, soon = opened(signal(response_id="R2")), after(opened(), ("route", 0), ("touch", 1))
    found = due([soon, late], NOW + 30 * H)
    assert [(one.loop.response_id, one.act, one.overdue) for one in found] == [
        ("R2", "route", True),
        ("R1", "close", False),
    ]
    assert found[0].reading == "Telling the owner was due 30 h ago: detractor at A01."
    assert found[1].reading == "Closing is due in 18 h: detractor at A01."
    assert due([soon, late], NOW + 30 * H, within=timedelta(0)) == found[:1]
    assert [spell(timedelta(minutes=m)) for m in (4, 180, 4320)] == ["4 min", "3 h", "3 days"]
