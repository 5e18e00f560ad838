"""An account over time, and comments asked for by their ids."""

from datetime import date

from data.store.models import RevenueEvent, Ticket, WeeklyUsage
from data.store.unit_of_work import Store
from tests.api.conftest import Caller, Shared
from tests.api.tables import NOW

PATH = "/v1/accounts/northwind/timeline"
ORIGIN = {"origin": "test", "row_hash": "0" * 64, "imported_at": NOW}


def test_scores_lead_to_their_comments(shared: Shared):
    client = shared.client("viewer")
    found = client.get(f"{PATH}?window=90d").json()
    spoken = [one for one in found["scores"] if one["comment_id"]]
    assert {one["type"] for one in spoken} == {"nps", "csat", "ces"}
    assert [one["answered_at"] for one in found["scores"]] == sorted(one["answered_at"] for one in found["scores"])
    assert all(one["band"] == -1 for one in spoken)
    ids = [one["comment_id"] for one in spoken]
    words = client.get("/v1/accounts/northwind/comments", params={"id": ids, "limit": 200}).json()
    assert {one["comment_id"] for one in words["items"]} == set(ids)
    assert words["total"] == len(ids)
    assert {one["role"] for one in found["people"]} >= {"economic_buyer", "champion", "end_user"}


def test_role_narrows_the_scores_only(shared: Shared):
    client = shared.client("viewer")
    every, admins = (client.get(f"{PATH}?window=90d{more}").json() for more in ("", "&role=admin"))
    assert {one["role"] for one in admins["scores"]} == {"admin"}
    assert len(admins["scores"]) < len(every["scores"])
    assert admins["people"] == every["people"]
    csat = client.get(f"{PATH}?window=90d&source=csat").json()
    assert {one["type"] for one in csat["scores"]} == {"csat"}
    assert client.get(f"{PATH}?window=90d&source=ticket").json()["scores"] == []


def test_small_anonymous_groups_stay_out(shared: Shared):
    found = shared.client("viewer").get("/v1/accounts/bergmann/timeline").json()
    contacts = {one["contact_id"] for one in found["people"]}
    assert all(one["contact_id"] is None or one["contact_id"] in contacts for one in found["scores"])


def test_weeks_hold_tickets_and_usage(sqlite_world: Store, caller: Caller):
    with sqlite_world.write() as session:
        for place, day in enumerate((14, 15, 21)):
            opened = NOW.replace(day=day)
            session.add(Ticket(ticket_id=f"t{place}", account_id="northwind", opened_at=opened, **ORIGIN))
        usage = {"account_id": "northwind", "active_users": 41, "licensed_users": 60, **ORIGIN}
        session.add(WeeklyUsage(week_start=date(2026, 9, 21), **usage))
        event = {"event_id": "e1", "account_id": "northwind", "kind": "expansion", "amount": 1200, "currency": "EUR"}
        session.add(RevenueEvent(occurred_on=date(2026, 8, 1), **event, **ORIGIN))
    found = caller().get(f"{PATH}?window=90d").json()
    assert found["tickets"] == [{"week_start": "2026-09-14", "tickets": 2}, {"week_start": "2026-09-21", "tickets": 1}]
    assert found["usage"] == [{"week_start": "2026-09-21", "active_users": 41, "licensed_users": 60}]
    assert [(one["kind"], one["amount"]) for one in found["events"]] == [("expansion", 1200.0)]
    assert found["renewal_date"] == "2026-11-14"


def test_ids_of_another_account_are_not_found(shared: Shared):
    client = shared.client("viewer")
    theirs = client.get("/v1/accounts/halden/comments").json()["items"][0]["comment_id"]
    assert client.get("/v1/accounts/northwind/comments", params={"id": theirs}).json()["items"] == []
    assert client.get("/v1/accounts/northwind/comments", params={"id": ["x"] * 201}).status_code == 422
