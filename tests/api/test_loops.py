"""Loops over the API: what is due, what was said, acts with their rules, and how long it all takes."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from api.schemas.loops import LoopActIn
from cx.loops import MOVES, NOTE
from data.store.models import AuditEntry, OpenedLoop
from data.store.queries.loops import LoopQuery, list_loops, loop_spans
from data.store.queries.slices import Slice
from tests.api.conftest import Caller, Shared
from tests.api.tables import LOOPS

NOW = datetime(2026, 9, 30, 16, 0, tzinfo=UTC)
AT = f"/v1/loops/{LOOPS['northwind']}"


def test_loops_stand_by_what_is_due_with_words_and_clocks(shared: Shared, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(shared.app.state._state, "clock", lambda: datetime(2026, 9, 24, 10, 30, tzinfo=UTC))
    found = shared.client("viewer").get("/v1/loops").json()
    assert [one["loop_id"] for one in found["items"]] == [LOOPS["pico"], LOOPS["northwind"]]
    assert found["states"] == {"routed": 1, "open": 1}
    late, fresh = found["items"]
    assert (late["due"]["act"], late["due"]["overdue"]) == ("touch", True)
    assert [(clock["name"], clock["state"]) for clock in late["clocks"]] == [
        ("route", "met"),
        ("touch", "overdue"),
        ("close", "overdue"),
    ]
    assert (fresh["due"]["act"], fresh["score"], fresh["contact_name"]) == ("route", 4, "Champion of Northwind")
    assert fresh["comment"].startswith("In the demo the dock schedule")
    assert fresh["comment_id"] == fresh["signal_id"]
    assert (fresh["owner"]["name"], fresh["reasons"]) == ("Jonas Ek", ["detractor"])


def test_loops_are_filtered(shared: Shared):
    client = shared.client("viewer")

    def ids(query: str) -> list[int]:
        answer = client.get(f"/v1/loops?{query}")
        assert answer.status_code == 200, answer.text
        return [one["loop_id"] for one in answer.json()["items"]]

    pico, northwind = LOOPS["pico"], LOOPS["northwind"]
    assert ids("state=open") == [northwind]
    assert ids("state=open,routed") == [pico, northwind]
    assert ids("owner=S1") == [pico]
    assert ids("owner=none") == []
    assert ids("account_id=pico&overdue=true") == [pico]
    assert ids("segment=mid_market") == [northwind]
    assert ids("stage=onboarding") == ids("source=ces") == ids("segment=smb") == [pico]
    assert ids("score_band=detractor") == [pico, northwind]
    assert ids("score_band=unknown") == []
    assert ids("window=30d") == [northwind]
    assert ids("period=2026-Q2") == [pico]
    first = client.get("/v1/loops?limit=1").json()
    assert [one["loop_id"] for one in first["items"]] == [pico]
    assert ids(f"limit=1&cursor={first['next_cursor']}") == [northwind]
    assert client.get("/v1/loops?account_id=nobody").status_code == 404
    assert client.get("/v1/loops?state=lost").status_code == 422
    lines = client.get("/v1/loops.csv").text.split("\r\n")
    assert lines[0].startswith("owner_id,owner_name,due_act")
    assert len(lines) == 4


def test_loop_opened_after_the_newest_record_is_listed(app, caller: Caller):
    """A loop opens when its answer comes in, which is later than the answer itself."""
    with app.state.store.write() as session:
        session.get_one(OpenedLoop, LOOPS["northwind"]).opened_at = datetime(2026, 10, 7, tzinfo=UTC)
    assert len(caller().get("/v1/loops").json()["items"]) == 2
    assert len(caller().get("/v1/loops?as_of=2026-09-30").json()["items"]) == 1


def test_overdue_comes_with_time_not_with_a_commit(shared: Shared, monkeypatch: pytest.MonkeyPatch):
    now = [datetime(2026, 9, 24, 10, 4, tzinfo=UTC)]
    monkeypatch.setitem(shared.app.state._state, "clock", lambda: now[0])
    client = shared.client("viewer")
    before = client.get("/v1/loops?overdue=true&account_id=northwind")
    assert before.json()["items"] == []
    now[0] += timedelta(minutes=2)
    after = client.get(before.url, headers={"If-None-Match": before.headers["etag"]})
    assert (after.status_code, len(after.json()["items"])) == (200, 1)


def test_loop_is_worked_to_its_end(app, caller: Caller):
    app.state.clock = lambda: NOW
    csm = caller("csm", ["northwind"])
    assert csm.get(AT).json()["legal"] == ["assign", "route", "touch", "note"]
    early = csm.patch(AT, json={"act": "close", "outcome": "too early"})
    assert (early.status_code, early.json()["title"]) == (409, "Conflict")
    assert "use assign, route, touch or note" in early.json()["detail"]
    assert csm.patch(AT, json={"act": "assign", "owner": "nobody"}).status_code == 404
    given = csm.patch(AT, json={"act": "assign", "owner": "S1", "acts_seen": 0}).json()
    assert (given["owner"]["name"], given["state"], given["acts"]) == ("Mara Lind", "open", 1)
    touched = csm.patch(AT, json={"act": "touch", "note": "called the champion"}).json()
    assert (touched["state"], touched["history"][-1]["by"], touched["history"][-1]["note"]) == (
        "touched",
        "test",
        "called the champion",
    )
    assert csm.patch(AT, json={"act": "close"}).status_code == 409
    closed = csm.patch(AT, json={"act": "close", "outcome": "import switched on"}).json()
    assert (closed["state"], closed["due"]["act"], closed["history"][-1]["outcome"]) == (
        "closed",
        "check",
        "import switched on",
    )
    assert csm.patch(AT, json={"act": "check"}).json()["due"] is None
    with app.state.store.read() as session:
        rows = session.scalars(select(AuditEntry).where(AuditEntry.action == "act on loop").order_by(AuditEntry.id))
        assert [row.detail["act"] for row in rows] == ["assign", "touch", "close", "check"]


def test_second_writer_is_told(caller: Caller):
    one, other = caller("csm", ["northwind"]), caller("analyst")
    seen = one.get(AT).json()["acts"]
    assert other.patch(AT, json={"act": "touch", "acts_seen": seen}).status_code == 200
    refused = one.patch(AT, json={"act": "touch", "acts_seen": seen})
    assert refused.status_code == 409
    assert "has 1 acts and is touched, you saw 0" in refused.json()["detail"]
    assert len(one.get(AT).json()["history"]) == 1


def test_who_may_act(shared: Shared):
    note = {"act": "note", "note": "x"}
    assert shared.client("viewer").patch(AT, json=note).status_code == 403
    foreign = shared.client("csm").patch(AT, json=note)
    nowhere = shared.client("csm").patch("/v1/loops/77", json=note)
    assert (foreign.status_code, nowhere.status_code) == (404, 404)
    assert foreign.json()["detail"].replace(str(LOOPS["northwind"]), "77") == nowhere.json()["detail"]
    assert shared.client("admin").patch(AT, json={"act": "burn"}).status_code == 422
    assert shared.client("admin").patch("/v1/loops/0", json=note).status_code == 422


def test_times_tell_all_and_each_group(app, caller: Caller):
    app.state.clock = lambda: NOW
    client = caller("admin")
    client.patch(AT, json={"act": "touch"})
    found = client.get("/v1/loops/times?group_by=owner").json()["items"]
    assert [(one["group"], (one["owner"] or {}).get("name")) for one in found] == [
        ({}, None),
        ({"owner": "S1"}, "Mara Lind"),
        ({"owner": "S2"}, "Jonas Ek"),
    ]
    touch = found[2]["times"][0]
    assert (touch["name"], touch["n"], touch["done"], touch["accounts"]) == ("first touch", 1, 1, 1)
    assert touch["median"]["value"] == (NOW - datetime(2026, 9, 24, 10, tzinfo=UTC)).total_seconds() / 3600
    assert found[0]["times"][0]["within"]["value"] == 0
    assert found[1]["times"][0]["median"]["value"] is None
    assert found[0]["signal_ids"][0] == client.get("/v1/loops?owner=S1").json()["items"][0]["signal_id"]
    assert client.get("/v1/loops/times?group_by=height").status_code == 422
    lines = client.get("/v1/loops/times.csv?group_by=segment").text.split("\r\n")
    assert [line.split(",")[0] for line in lines[:-1]] == [
        "by_segment",
        "all",
        "all",
        "mid_market",
        "mid_market",
        "smb",
        "smb",
    ]


def test_owners_are_chosen_among_the_staff(shared: Shared):
    names = [one["name"] for one in shared.client("viewer").get("/v1/loops/staff").json()["items"]]
    assert names == ["Jonas Ek", "Mara Lind"]
    assert [one["staff_id"] for one in shared.client("csm").get("/v1/loops/staff").json()["items"]] == ["S1"]


def test_loops_of_a_slice_on_each_database(world):
    filters = Slice(as_of=NOW, segments=("smb",), score_bands=("detractor",))
    with world.read() as session:
        page = list_loops(session, LoopQuery(like=filters, order="newest"))
        assert [(view.id, view.contact_id) for view in page.rows] == [(LOOPS["pico"], "pico-champion")]
        spans = loop_spans(session, LoopQuery(), group_by=("segment", "owner"))
        assert {key: list(group) for key, group in spans.items()} == {
            ("mid_market", "S2"): [session.get_one(OpenedLoop, LOOPS["northwind"]).signal_key],
            ("smb", "S1"): [page.rows[0].loop.response_id],
        }
    # Who answered without words is known too.
    with world.write() as session:
        session.get_one(OpenedLoop, LOOPS["pico"]).signal_key = "response:s-halden-end_user-9"
    with world.read() as session:
        (view,) = list_loops(session, LoopQuery(states=("routed",))).rows
        assert (view.contact_id, view.comment) == ("halden-end_user", None)


def test_every_act_may_be_asked_for():
    schema = LoopActIn.model_json_schema()["properties"]["act"]["enum"]
    assert set(schema) == set(MOVES)
    assert NOTE in schema
