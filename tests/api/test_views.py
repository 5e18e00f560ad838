"""Saved views: a key's own, and shared ones for keys that may see as much."""

import pytest
from sqlalchemy import select

from data.store.models import AuditEntry
from data.store.repositories.keys import create_key, list_keys
from data.store.repositories.views import ViewDraft, add_view, delete_view, get_view, list_views, replace_view
from tests.api.conftest import MADE_AT, Caller, Shared

VIEW = {
    "name": "Champions, Q3",
    "parameters": {"period": "2026-Q3", "role": "champion", "segment": ["smb", "mid_market"]},
}


def test_view_is_saved_read_replaced_and_deleted(shared: Shared):
    client = shared.client("viewer")
    made = client.post("/v1/views", json=VIEW)
    assert made.status_code == 201
    view = made.json()
    assert view["parameters"] == {"period": "2026-Q3", "role": ["champion"], "segment": ["smb", "mid_market"]}
    assert view["query"] == "period=2026-Q3&role=champion&segment=smb&segment=mid_market"
    assert client.get(f"/v1/scores?{view['query']}").status_code == 200
    at = f"/v1/views/{view['view_id']}"
    assert client.get(at).json() == view
    assert [one["view_id"] for one in client.get("/v1/views").json()["items"]] == [view["view_id"]]
    assert client.get("/v1/views?page=journey").json()["items"] == []
    other = client.put(at, json={"name": "All", "page": "journey"}).json()
    assert (other["name"], other["page"], other["parameters"]) == ("All", "journey", {})
    assert client.delete(at).status_code == 204
    assert client.get(at).status_code == client.delete(at).status_code == 404
    with shared.app.state.store.read() as session:
        rows = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
        assert [row.action for row in rows] == ["save view", "replace view", "delete view"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "x", "parameters": {"segmnet": "smb"}},
        {"name": "x", "parameters": {"role": "janitor"}},
        {"name": "x", "parameters": {"as_of": "yesterday"}},
        {"name": "x", "parameters": {"as_of": ["2026-01-01"]}},
        {"name": "x", "parameters": {"period": "2026-Q1", "window": "90d"}},
        {"name": "x", "parameters": {"request": "x"}},
        {"name": "  "},
        {"name": "x", "pages": "y"},
    ],
)
def test_view_that_no_list_understands_is_refused(shared: Shared, wrong: dict):
    assert shared.client("viewer").post("/v1/views", json=wrong).status_code == 422


def test_shared_view_is_seen_by_keys_that_see_as_much(caller: Caller):
    wide, other, narrow, csm = (
        caller("analyst"),
        caller("viewer"),
        caller("csm", ["pico"]),
        caller("csm", ["pico", "lumen"]),
    )
    for client, name, shared in ((wide, "Northwind", True), (wide, "mine", False), (narrow, "Pico only", True)):
        assert client.post("/v1/views", json={"name": name, "shared": shared}).status_code == 201

    def names(client) -> list[str]:
        return [one["name"] for one in client.get("/v1/views").json()["items"]]

    assert names(wide) == ["mine", "Northwind", "Pico only"]
    assert names(other) == ["Northwind", "Pico only"]
    assert names(narrow) == names(csm) == ["Pico only"]
    theirs = next(one for one in other.get("/v1/views").json()["items"] if one["name"] == "Northwind")
    at = f"/v1/views/{theirs['view_id']}"
    assert theirs["own"] is False
    assert csm.get(at).status_code == 404
    refused = other.put(at, json={"name": "stolen"})
    assert (refused.status_code, "not yours" in refused.json()["detail"]) == (404, True)
    assert other.delete(at).status_code == 404
    assert caller("admin").delete(at).status_code == 204
    # Two keys with the same role and accounts have views of their own.
    twin = caller("viewer")
    twin.post("/v1/views", json={"name": "twin's"})
    held = twin.get("/v1/views")
    assert other.get("/v1/views", headers={"If-None-Match": held.headers["etag"]}).status_code == 200


def test_views_on_each_database(world, vault):
    with world.write() as session:
        create_key(session, vault, name="one", role="viewer", now=MADE_AT)
        (key,) = list_keys(session)
        made = add_view(session, key, ViewDraft("B", "overview", {"role": ["admin"]}), now=MADE_AT)
        add_view(session, key, ViewDraft("a", "overview", {}), now=MADE_AT)
    with world.read() as session:
        assert [view.name for view in list_views(session, key)] == ["a", "B"]
        assert get_view(session, key, made.view_id) == made
    with world.write() as session:
        replace_view(session, key, made.view_id, draft=ViewDraft("C", "overview", {}, shared=True), now=MADE_AT)
        delete_view(session, key, made.view_id)
    with world.read() as session:
        assert [view.name for view in list_views(session, key)] == ["a"]


def test_number_of_views_is_bounded(shared: Shared, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("data.store.repositories.views.MOST_VIEWS", 1)
    client = shared.client("analyst")
    assert client.post("/v1/views", json=VIEW).status_code == 201
    assert client.post("/v1/views", json=VIEW).status_code == 409
