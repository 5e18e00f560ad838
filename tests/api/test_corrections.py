"""Corrections through the API: shown before, effective at once, taken back exactly, and only by who may."""

import random
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from api.app import create_app
from api.settings import ApiSettings
from data.store.models import (
    AuditEntry,
    Comment,
    CorrectedPassage,
    Lineage,
    Mention,
    OverruledMention,
    Passage,
    Theme,
)
from data.store.repositories import corrections
from data.store.repositories.keys import create_key
from data.store.unit_of_work import Store
from data.store.vault import Vault
from tests.api.conftest import MADE_AT, Caller
from tests.api.tables import THEMES

PICO, NORTHWIND, SAP = "in_app:r019", "response:r000", "response:r006"
# Random corrections and undos, mixed.
MIXED = 40
CASES = {
    "tag": {"action": "tag", "theme_key": "support_speed", "comment_id": PICO, "polarity": "negative"},
    "tag twice": {"action": "tag", "theme_key": "ease_of_use", "comment_id": PICO, "polarity": "positive"},
    "untag": {"action": "untag", "theme_key": "ease_of_use", "comment_id": PICO, "passage": 0},
    "polarity": {"action": "polarity", "theme_key": "ease_of_use", "comment_id": PICO, "polarity": "negative"},
    "rename": {"action": "rename", "theme_key": "d_shift", "name": "After hours"},
    "define": {"action": "define", "theme_key": "support_speed", "owner": "Support", "responds_with": "Call back."},
    "merge": {"action": "merge", "theme_key": "support_resolution", "into": "support_speed"},
    "split": {
        "action": "split",
        "theme_key": "sales_delivery_mismatch",
        "name": "Promised links",
        "comment_ids": [SAP, NORTHWIND],
    },
    "split by theme": {
        "action": "split",
        "theme_key": "sales_delivery_mismatch",
        "name": "Promised set-up",
        "by_theme": "onboarding_effort",
    },
    "move": {"action": "move", "theme_key": "support_resolution", "parent_key": "support_speed"},
    "hide": {"action": "hide", "theme_key": "pricing_value"},
}


@pytest.fixture
def clients(world: Store, vault: Vault) -> Iterator[dict[str, TestClient]]:
    """A client of each kind over a world on each database."""
    yield from make_clients(world, vault)


@pytest.fixture
def lite(sqlite_world: Store, vault: Vault) -> Iterator[dict[str, TestClient]]:
    """The same on SQLite only, where the database makes no difference."""
    yield from make_clients(sqlite_world, vault)


def make_clients(world: Store, vault: Vault) -> Iterator[dict[str, TestClient]]:
    app = create_app(ApiSettings(), world, vault)
    found = {}
    for name, role, accounts in (("analyst", "analyst", None), ("csm", "csm", ["pico"]), ("viewer", "viewer", None)):
        with world.write() as session:
            _, secret = create_key(session, vault, name=name, role=role, now=MADE_AT, accounts=accounts)
        found[name] = TestClient(app, headers={"Authorization": f"Bearer {secret}"}, raise_server_exceptions=False)
    yield found
    for client in found.values():
        client.close()


def state(store: Store) -> dict[str, list]:
    """Everything that corrections may change, without ids."""
    with store.read() as session:
        names = (
            "theme_key",
            "name",
            "named_by",
            "definition",
            "owner",
            "action",
            "parent_key",
            "level",
            "state",
            "base",
        )
        themes = session.execute(select(*(getattr(Theme, name) for name in names)).order_by(Theme.theme_key))
        mentions = session.execute(
            select(
                Mention.passage_id,
                Mention.theme_key,
                Mention.kind,
                Mention.polarity,
                Mention.confidence,
                Mention.said_by,
                Mention.account_id,
                Mention.said_at,
                Mention.correction_id,
            ).order_by(Mention.passage_id, Mention.theme_key)
        )
        return {
            "themes": [tuple(row) for row in themes],
            "mentions": [tuple(row) for row in mentions],
            "overruled": list(session.scalars(select(OverruledMention.theme_key))),
            "lineage": list(session.scalars(select(Lineage.event))),
            "empty": list(session.scalars(select(Comment.empty_reason).order_by(Comment.id))),
        }


def counts(client: TestClient) -> dict[str, tuple[int, int]]:
    items = [
        one for kind in ("taxonomy", "discovered") for one in client.get(f"/v1/themes?kind={kind}").json()["items"]
    ]
    return {one["info"]["key"]: (one["counts"]["comments"], one["counts"]["accounts"]) for one in items}


def test_preview_change_and_undo(world: Store, clients: dict[str, TestClient]):
    client, before = clients["analyst"], state(world)
    counted = counts(client)
    for case in CASES:
        check_case(world, client, case, before)
    assert counts(client) == counted


def check_case(world: Store, client: TestClient, case: str, before: dict[str, list]):
    seen = client.post("/v1/corrections", json={**CASES[case], "preview": True})
    assert seen.status_code == 200, seen.text
    assert state(world) == before
    made = client.post("/v1/corrections", json=CASES[case])
    assert made.status_code == 201, made.text
    assert state(world) != before
    for name in ("comments", "accounts"):
        assert made.json()[name] == seen.json()[name]
    shown = [[(one["comment_id"], one["before"]) for one in answer.json()["sample"]] for answer in (made, seen)]
    assert shown[0] == shown[1]
    told = {one["key"]: one["after"] for one in made.json()["themes"]}
    now = counts(client)
    for key, after in told.items():
        if after["state"] == "active":
            assert now.get(key, (0, 0)) == (after["comments"], after["accounts"])
    undone = client.delete(f"/v1/corrections/{made.json()['correction']['id']}")
    assert undone.status_code == 200, undone.text
    assert state(world) == before, case


def test_all_of_them_are_taken_back_in_any_order(world: Store, clients: dict[str, TestClient]):
    client, before = clients["analyst"], state(world)
    order = ["tag", "merge", "polarity", "split", "move", "rename", "untag", "hide", "define"]
    order.remove("move")  # a merged theme does not move
    made = [client.post("/v1/corrections", json=CASES[case]) for case in order]
    assert [one.status_code for one in made] == [201] * len(made)
    ids = [one.json()["correction"]["id"] for one in made]
    for correction in ids[1::2] + ids[::2]:
        assert client.delete(f"/v1/corrections/{correction}").status_code == 200
    assert state(world) == before


def test_any_mix_of_corrections_is_taken_back(sqlite_world: Store, lite: dict[str, TestClient]):
    client, before, rng = lite["analyst"], state(sqlite_world), random.Random(7)
    live: list[int] = []
    keys = [*THEMES, "d_shift"]
    seen: set[int] = set()
    for _ in range(MIXED):
        if live and rng.random() < 0.3:
            answer = client.delete(f"/v1/corrections/{rng.choice(live)}")
            if answer.status_code == 200:
                live.remove(answer.json()["correction"]["id"])
        else:
            answer = client.post("/v1/corrections", json=any_correction(rng, keys))
            if answer.status_code == 201:
                made = answer.json()["correction"]
                live.append(made["id"])
                keys += [made["into"]] if made["action"] == "split" else []
        seen.add(answer.status_code)
    assert seen <= {200, 201, 404, 409, 422}
    # Some can't go before others: whoever is built on waits.
    while live:
        gone = [one for one in live if client.delete(f"/v1/corrections/{one}").status_code == 200]
        assert gone
        live = [one for one in live if one not in gone]
    assert state(sqlite_world) == before


def any_correction(rng: random.Random, keys: list[str]) -> dict[str, object]:
    """Give a random correction that is well formed, if not always possible."""
    theme, comment = rng.choice(keys), rng.choice((PICO, NORTHWIND, SAP, "response:r001", "response:r011"))
    made: dict[str, dict[str, object]] = {
        "tag": {"comment_id": comment, "polarity": rng.choice(("negative", "positive"))},
        "untag": {"comment_id": comment},
        "polarity": {"comment_id": comment, "polarity": rng.choice(("negative", "positive"))},
        "rename": {"name": f"Name {rng.randrange(9)}"},
        "define": {"owner": f"Owner {rng.randrange(9)}"},
        "merge": {"into": rng.choice(keys)},
        "split": {"name": f"Part {rng.randrange(9)}", "comment_ids": [comment, NORTHWIND]},
        "move": {"parent_key": rng.choice([None, *keys])},
        "hide": {},
    }
    action = rng.choice(list(made))
    return {"action": action, "theme_key": theme, **made[action]}


def test_merge_counts_a_comment_of_both_once(lite: dict[str, TestClient]):
    client = lite["analyst"]
    made = client.post("/v1/corrections", json=CASES["merge"]).json()
    # Four comments speak of resolution and three of speed by customers; two of them of both.
    after = {one["key"]: one["after"] for one in made["themes"]}
    assert (after["support_resolution"]["state"], after["support_resolution"]["comments"]) == ("merged", 0)
    assert after["support_speed"]["comments"] == 6
    assert client.get("/v1/themes/support_speed/comments").json()["total"] == 6
    refused = client.post("/v1/corrections", json=CASES["move"])
    assert (refused.status_code, "is merged" in refused.json()["detail"]) == (409, True)


def test_whoever_is_built_on_is_not_undone(lite: dict[str, TestClient]):
    client = lite["analyst"]
    split = client.post("/v1/corrections", json=CASES["split"]).json()["correction"]
    renamed = {"action": "rename", "theme_key": split["into"], "name": "Links that were promised"}
    second = client.post("/v1/corrections", json=renamed).json()["correction"]["id"]
    refused = client.delete(f"/v1/corrections/{split['id']}")
    assert refused.status_code == 409
    assert f"corrections {second} build on" in refused.json()["detail"]
    assert client.delete(f"/v1/corrections/{second}").status_code == 200
    assert client.delete(f"/v1/corrections/{split['id']}").status_code == 200
    again = client.delete(f"/v1/corrections/{split['id']}")
    assert (again.status_code, "undone" in again.json()["detail"]) == (409, True)


def test_csm_corrects_tags_of_own_accounts(world: Store, clients: dict[str, TestClient]):
    csm, analyst = clients["csm"], clients["analyst"]
    assert csm.post("/v1/corrections", json=CASES["rename"]).status_code == 403
    foreign = csm.post("/v1/corrections", json={**CASES["tag"], "comment_id": NORTHWIND})
    nowhere = csm.post("/v1/corrections", json={**CASES["tag"], "comment_id": "response:none"})
    assert foreign.status_code == nowhere.status_code == 404
    assert foreign.json()["detail"].replace(NORTHWIND, "response:none") == nowhere.json()["detail"]
    assert csm.post("/v1/corrections", json={**CASES["tag"], "theme_key": "d_shift"}).status_code == 404
    made = csm.post("/v1/corrections", json=CASES["tag"])
    assert made.status_code == 201
    # Its counts are those of its accounts.
    assert made.json()["themes"][0]["after"]["comments"] == 1
    other = analyst.post(
        "/v1/corrections", json={**CASES["untag"], "theme_key": "sales_delivery_mismatch", "comment_id": NORTHWIND}
    )
    hidden = csm.delete(f"/v1/corrections/{other.json()['correction']['id']}")
    assert hidden.status_code == 404
    assert [one["comment_id"] for one in csm.get("/v1/corrections").json()["items"]] == [PICO]
    assert len(analyst.get("/v1/corrections").json()["items"]) == 2
    assert csm.delete(f"/v1/corrections/{made.json()['correction']['id']}").status_code == 200
    for wrong in (
        {**CASES["tag"], "polarity": None},
        {**CASES["hide"], "name": "x"},
        {**CASES["split"], "by_theme": "x"},
    ):
        assert analyst.post("/v1/corrections", json=wrong).status_code == 422
    with world.read() as session:
        rows = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert rows == ["correct", "correct", "undo correction"]


def test_list_is_filtered_paged_and_exported(lite: dict[str, TestClient]):
    client = lite["analyst"]
    ids = [
        client.post("/v1/corrections", json=CASES[name]).json()["correction"]["id"]
        for name in ("tag", "merge", "rename")
    ]
    client.delete(f"/v1/corrections/{ids[0]}")
    listed = client.get("/v1/corrections?limit=2").json()
    assert [one["id"] for one in listed["items"]] == ids[:0:-1]
    rest = client.get(f"/v1/corrections?limit=2&cursor={listed['next_cursor']}").json()["items"]
    assert [(one["id"], one["undone_at"] is None) for one in rest] == [(ids[0], False)]
    for query, wanted in (
        ("undone=false", ids[:0:-1]),
        ("theme=support_speed", ids[1::-1]),
        ("action=rename", ids[2:]),
    ):
        assert [one["id"] for one in client.get(f"/v1/corrections?{query}").json()["items"]] == wanted
    csv = client.get("/v1/corrections.csv").text.splitlines()
    assert csv[0].startswith("id,action,theme_key,into")
    assert len(csv) == 4


def test_what_reaches_too_much_waits_for_a_run(sqlite_world: Store, lite: dict[str, TestClient], monkeypatch):
    monkeypatch.setattr(corrections, "AT_ONCE", 1)
    client, before = lite["analyst"], state(sqlite_world)
    made = client.post("/v1/corrections", json=CASES["merge"]).json()
    assert made["correction"]["waits"]
    assert "next run" in made["at_once"]
    assert state(sqlite_world)["mentions"] == before["mentions"]
    with sqlite_world.write() as session:
        assert corrections.waiting(session) == [made["correction"]["id"]]
    undone = client.delete(f"/v1/corrections/{made['correction']['id']}").json()
    assert undone["correction"]["waits"]
    assert state(sqlite_world)["themes"] == before["themes"]


def test_tagged_empty_talk_says_something(sqlite_world: Store, lite: dict[str, TestClient]):
    with sqlite_world.write() as session:
        comment = session.scalars(select(Comment).where(Comment.comment_id == PICO)).one()
        comment.empty_reason = "says nothing"
    client, before = lite["analyst"], state(sqlite_world)
    made = client.post("/v1/corrections", json=CASES["tag"]).json()["correction"]["id"]
    assert client.get("/v1/accounts/pico/comments?source=in_app").json()["total"] == 1
    client.delete(f"/v1/corrections/{made}")
    assert state(sqlite_world) == before


def test_words_that_changed_keep_their_correction(sqlite_world: Store, lite: dict[str, TestClient]):
    """The comment was prepared again and reads otherwise: the correction holds for all of it."""
    made = lite["analyst"].post("/v1/corrections", json={**CASES["polarity"], "passage": 0}).json()["correction"]["id"]
    with sqlite_world.write() as session:
        passage = session.scalars(
            select(Passage).join(Comment, Comment.id == Passage.comment_pk).where(Comment.comment_id == PICO)
        ).one()
        words = session.scalars(select(CorrectedPassage.text_key).where(CorrectedPassage.correction_id == made)).all()
        assert words == [passage.text_key]
        passage.text_key = "0" * 64
        pk = passage.comment_pk
    with sqlite_world.write() as session:
        corrections.rebuild(session, [pk])
        assert session.scalars(select(Mention.polarity).where(Mention.comment_pk == pk)).all() == ["negative"]


def test_taxonomy_is_changed_whole(caller: Caller):
    admin = caller("admin")
    read = admin.get("/v1/taxonomy").json()
    themes = read["themes"]
    new = {"key": "driver_app", "name": "Driver app", "definition": "The app on the road.", "examples": ["No signal."]}
    wanted = {"themes": [new, {**themes[0], "owner": "Somebody"}, *themes[1:]]}
    assert admin.put("/v1/taxonomy", json=wanted).status_code == 412
    assert admin.put("/v1/taxonomy", json=wanted, headers={"If-Match": "older"}).status_code == 412
    lost = admin.put("/v1/taxonomy", json={"themes": themes[1:]}, headers={"If-Match": read["version"]})
    assert lost.status_code == 422
    assert themes[0]["key"] in lost.json()["detail"]
    done = admin.put("/v1/taxonomy", json=wanted, headers={"If-Match": f'"{read["version"]}"'}).json()
    assert [(one["action"], one["key"]) for one in done["changes"]] == [
        ("create", "driver_app"),
        ("define", themes[0]["key"]),
    ]
    assert [one["key"] for one in done["themes"]][:2] == ["driver_app", themes[0]["key"]]
    assert "driver_app" in done["next_run"][0]
    same = admin.put("/v1/taxonomy", json={"themes": done["themes"]}, headers={"If-Match": done["version"]}).json()
    assert (same["changes"], same["version"]) == ([], done["version"])
    without = {"themes": done["themes"][1:], "remove": ["driver_app"]}
    gone = admin.put("/v1/taxonomy", json=without, headers={"If-Match": done["version"]}).json()
    assert [one["state"] for one in gone["themes"] if one["key"] == "driver_app"] == ["hidden"]
    for one in reversed([*done["changes"], *gone["changes"]]):
        assert admin.delete(f"/v1/corrections/{one['correction_id']}").status_code == 200
    assert {one["key"]: one for one in admin.get("/v1/taxonomy").json()["themes"]} == {
        one["key"]: one for one in themes
    }
    assert "driver_app" not in caller("viewer").get("/v1/taxonomy.csv").text
