"""The journey over the API: what is heard at each stage, in whose words, and where nobody listens."""

import pytest
from sqlalchemy import select

from data.store.models import OpenedLoop, Response, Staff, StaleAccount, Survey
from tests.api.conftest import Caller, Shared
from tests.api.tables import LOOPS, MISMATCH, SAID


def stages(answer) -> dict[str, dict]:
    assert answer.status_code == 200, answer.text
    return {one["stage"]: one for one in answer.json()["stages"]}


def test_stages_come_whole_and_in_order(shared: Shared):
    found = shared.client("viewer").get("/v1/journey").json()
    assert [one["stage"] for one in found["stages"]] == [
        "consideration",
        "decision",
        "handoff",
        "onboarding",
        "usage",
        "support",
        "business_review",
        "renewal",
    ]
    assert found["gaps"] == ["consideration", "decision", "handoff", "renewal"]
    # Nobody took the loops of two of them up, nobody in the staff list owns the third.
    assert found["theatre"] == ["onboarding", "usage", "support"]
    assert found["reading"].startswith(
        "1 of 8 stages covered; no signal at consideration, decision, handoff and renewal"
    )


def test_stage_counts_what_came_in(shared: Shared):
    found = stages(shared.client("viewer").get("/v1/journey"))
    onboarding = found["onboarding"]
    ces = [said for said in SAID if said.source == "ces"]
    assert (onboarding["n"], onboarding["by_source"]) == (len(ces), {"ces": len(ces)})
    assert onboarding["accounts"] == len({said.account for said in ces})
    assert onboarding["reach"]["value"] == pytest.approx(100 * onboarding["accounts"] / 7)
    assert onboarding["flagged"] == sum((said.score or 0) <= 4 for said in ces)
    (score,) = onboarding["scores"]
    assert (score["type"], score["score"]["n"], score["score"]["accounts"]) == ("ces", 4, 4)
    assert score["score"]["low"] < score["score"]["value"] < score["score"]["high"]
    support = found["support"]["by_source"]
    # Four answers with a name, eight without, one message of a ticket.
    assert support == {"csat": 12, "ticket": 1}
    assert found["business_review"]["by_source"] == {"review_note": 1}
    assert found["business_review"]["comments_total"] == 0
    assert found["business_review"]["comments"][0]["vendor_voice"] is True
    assert found["consideration"]["scores"] == found["consideration"]["comments"] == []


def test_detractors_words_come_first(shared: Shared):
    usage = stages(shared.client("viewer").get("/v1/journey?comments=20"))["usage"]
    bands = [one["score_band"] for one in usage["comments"]]
    assert bands[: bands.count(-1)] == [-1] * bands.count(-1)
    assert usage["comments_total"] == len(bands) == sum(said.source in ("nps", "in_app") for said in SAID)
    assert stages(shared.client("viewer").get("/v1/journey?comments=0"))["usage"]["comments"] == []


def test_mismatch_is_told_by_stage_and_role(shared: Shared):
    found = shared.client("viewer").get("/v1/journey").json()
    spoken = [said for said in SAID if MISMATCH in dict(said.themes) and said.source != "review_note"]
    cells = {(one["stage"], one["role"]): one["counts"]["comments"] for one in found["mismatch"]}
    assert cells == {("onboarding", "admin"): 1, ("onboarding", "power_user"): 1, ("usage", "champion"): 2}
    assert sum(one["mismatch"]["comments"] for one in found["stages"]) == len(spoken)
    assert {one["text"] for one in found["mismatch_comments"]} == {said.text for said in spoken}


def test_one_account_and_slices(shared: Shared):
    client = shared.client("viewer")
    pico = stages(client.get("/v1/journey?account_id=pico"))
    assert (pico["onboarding"]["n"], pico["support"]["n"]) == (1, 0)
    assert pico["onboarding"]["owners"] == ["Mara Lind"]
    # The two anonymous answers of pico's admin are too few to be shown as pico's.
    assert stages(client.get("/v1/journey?account_id=bergmann"))["support"]["by_source"] == {"csat": 7}
    assert stages(client.get("/v1/journey?role=champion&period=2026-Q3"))["onboarding"]["state"] == "gap"
    assert stages(client.get("/v1/journey?source=ticket"))["support"]["by_source"] == {"ticket": 1}
    assert client.get("/v1/journey?account_id=nobody").status_code == 404
    lines = client.get("/v1/journey.csv").text.split("\r\n")
    assert len(lines) == 10
    assert lines[4].startswith("onboarding,theatre,")


def test_csm_reads_its_own_journey(shared: Shared):
    found = shared.client("csm").get("/v1/journey").json()
    assert found["accounts"] == 1
    assert sum(one["n"] for one in found["stages"]) == 8
    assert shared.client("csm").get("/v1/journey?account_id=northwind").status_code == 404
    assert "Jonas" not in shared.client("csm").get("/v1/journey").text


def test_what_nobody_took_up_is_theatre(app, caller: Caller):
    """Where loops are kept, a flagged signal that nobody touched is no coverage."""
    client = caller("admin")
    northwind = f"/v1/loops/{LOOPS['northwind']}"
    usage = stages(client.get("/v1/journey"))["usage"]
    assert (usage["state"], usage["loops"], usage["touched"], usage["missing"]) == ("theatre", 1, 0, ["action"])
    assert client.patch(northwind, json={"act": "touch"}).status_code == 200
    usage = stages(client.get("/v1/journey"))["usage"]
    assert (usage["state"], usage["touched"], usage["acted"]["value"]) == ("covered", 1, 100)
    with app.state.store.write() as session:
        session.delete(session.get_one(OpenedLoop, LOOPS["northwind"]))
    assert stages(client.get("/v1/journey"))["usage"]["acted"] is None


def test_derived_and_unplaced_are_said(app, caller: Caller):
    with app.state.store.write() as session:
        answer = session.get_one(Response, "r011")
        answer.stage_derived = True
        session.get_one(Response, "r012").stage = None
        session.add_all(StaleAccount(account_key=key) for key in ("bergmann", "northwind"))
    found = caller().get("/v1/journey").json()
    onboarding = next(one for one in found["stages"] if one["stage"] == "onboarding")
    assert (onboarding["derived"], onboarding["n"], found["unplaced"]) == (1, 3, 1)
    assert "1 placed by the account's dates" in onboarding["reading"]


def test_csat_is_told_by_agent(app, caller: Caller):
    with app.state.store.write() as session:
        keys = session.scalars(
            select(Response.response_id).join(Survey).where(Survey.type == "csat", Response.account_id.is_not(None))
        )
        first, second, *_ = sorted(keys)
        session.get_one(Response, first).agent_id = session.scalars(select(Staff.staff_id)).first()
        session.get_one(Response, second).agent_id = "nobody"
        keys = set(session.scalars(select(Response.account_id).where(Response.agent_id.is_not(None))))
        session.add_all(StaleAccount(account_key=key) for key in keys)
    agents = stages(caller().get("/v1/journey"))["support"]["agents"]
    assert {one["score"]["n"] for one in agents} == {1}
    assert sorted(one["name"] is None for one in agents) == [False, True]
    assert {one["type"] for one in agents} == {"csat"}
