"""The routes over the planted world: numbers with their comments, scopes, pages and windows."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.app import create_app
from api.errors import UnsafeBindError
from api.serve import require_safe_bind
from api.settings import ApiSettings
from data.store.unit_of_work import Store
from data.store.vault import Vault
from tests.api.conftest import Caller
from tests.api.tables import ACCOUNTS


def get(client: TestClient, address: str):
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_score_card_has_its_comments(caller: Caller):
    cards = {card["type"]: card for card in get(caller(), "/v1/scores?window=90d&comments=50")["items"]}
    nps = cards["nps"]
    assert nps["score"]["n"] == 42
    assert (nps["score"]["flagged"], nps["comments_total"], len(nps["comments"])) == (18, 6, 6)
    bands = "source=nps&score_band=detractor,passive,promoter"
    assert nps["wrote"] == get(caller(), f"/v1/comments?window=90d&{bands}")["total"]
    assert all(one["score"] <= 6 and one["score_band"] == -1 for one in nps["comments"])
    assert nps["themes"][0]["name"] == "Sales-delivery mismatch"
    assert nps["before"]["n"] == 35


def test_coverage_names_accounts_worth_asking(caller: Caller):
    client = caller()
    assert get(client, "/v1/coverage?window=90d")["quiet"] == []
    named = get(client, "/v1/coverage?window=90d&quiet=1")["quiet"]
    assert [(one["account_id"], one["answered"], one["renewal_date"]) for one in named] == [
        ("orchard", False, "2026-10-30")
    ]
    assert get(caller(role="csm", accounts=["pico"]), "/v1/coverage?window=90d&quiet=9")["quiet"] == []


def test_scores_of_no_scored_source_are_empty(caller: Caller):
    assert get(caller(), "/v1/scores?source=ticket")["items"] == []


def test_theme_total_is_counted(caller: Caller):
    page = get(caller(), "/v1/themes?group_by=role&sort=negative")
    assert page["total"]["comments"] == 21
    assert page["items"][0]["info"]["key"] == "sales_delivery_mismatch"
    roles = {one["group"]["role"]: one["counts"]["negative"] for one in page["items"][0]["groups"]}
    assert roles == {"champion": 2, "admin": 1, "power_user": 1}


def test_number_lists_as_many_comments(caller: Caller):
    client = caller()
    for theme in get(client, "/v1/themes?segment=enterprise")["items"]:
        page = get(client, f"/v1/themes/{theme['info']['key']}/comments?segment=enterprise")
        assert page["total"] == len(page["items"]) == theme["counts"]["comments"]


def test_cursors_walk_the_whole_list(caller: Caller):
    client = caller()
    seen: list[str] = []
    cursor = ""
    while True:
        page = get(client, f"/v1/accounts?sort=-flagged&limit=3{cursor}")
        seen += [row["account_id"] for row in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert sorted(seen) == sorted(row[0] for row in ACCOUNTS)
    assert client.get(f"/v1/accounts?sort=name{cursor}").status_code == 400


def test_as_of_looks_back_from_a_day(caller: Caller):
    client = caller()
    june = get(client, "/v1/accounts/northwind/comments?as_of=2026-06-30")
    assert june["items"] == []
    early = get(client, "/v1/scores?type=nps&as_of=2026-04-30")["items"][0]
    assert early["score"]["n"] == 11
    since = get(client, "/v1/accounts/northwind/themes?since=2026-09-20")["items"]
    assert {one["info"]["key"] for one in since} == {"sales_delivery_mismatch", "support_resolution"}


def test_empty_database_is_not_ready(tmp_path, vault: Vault):
    store = Store(f"sqlite:///{tmp_path}/empty.db")
    with TestClient(create_app(ApiSettings(), store, vault)) as client:
        assert client.get("/healthz").status_code == 200
        answer = client.get("/readyz")
    store.close()
    assert answer.status_code == 503
    assert "sottovoce import" in answer.json()["detail"]


def test_open_bind_needs_a_key(sqlite_store: Store, vault: Vault, app: FastAPI, caller: Caller):
    for loopback in ("127.0.0.1", "::1", "localhost"):
        require_safe_bind(loopback, sqlite_store)
    require_safe_bind("0.0.0.0", sqlite_store, sign_in=True)
    with pytest.raises(UnsafeBindError, match="sottovoce key create"):
        require_safe_bind("0.0.0.0", sqlite_store)
    caller()
    require_safe_bind("0.0.0.0", sqlite_store)
