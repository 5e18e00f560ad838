"""ETags: the same answer is not given twice, and anything that is committed makes another one."""

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import ApiSettings
from data.store.models import Account
from data.store.repositories.keys import create_key
from data.store.unit_of_work import Store
from data.store.vault import Vault
from tests.api.conftest import MADE_AT


def client_of(store: Store, vault: Vault, role: str = "viewer", accounts: list[str] | None = None, app=None):
    app = app or create_app(ApiSettings(), store, vault)
    with store.write() as session:
        _, secret = create_key(session, vault, name="test", role=role, now=MADE_AT, accounts=accounts)
    return TestClient(app, headers={"Authorization": f"Bearer {secret}"})


def test_unchanged_store_answers_304(world: Store, vault: Vault, monkeypatch: pytest.MonkeyPatch):
    client = client_of(world, vault)
    first = client.get("/v1/accounts?sort=-arr&segment=smb")
    tag = first.headers["etag"]
    assert tag.startswith('W/"')
    assert first.headers["vary"] == "Authorization, Accept"
    # Noting when the key was used is no change of the data.
    client.app.state.key_use._written.clear()
    monkeypatch.setattr("api.routers.accounts.account_rows", lambda *_, **__: pytest.fail("the query ran"))
    again = client.get("/v1/accounts?segment=smb&sort=-arr", headers={"If-None-Match": f'"x", {tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)


def test_every_commit_makes_another_etag(world: Store, vault: Vault):
    client = client_of(world, vault)
    tag = client.get("/v1/accounts/pico").headers["etag"]
    with world.write() as session:
        session.get_one(Account, "pico").name = "Pico Pay"
    changed = client.get("/v1/accounts/pico", headers={"If-None-Match": tag})
    assert (changed.status_code, changed.json()["name"]) == (200, "Pico Pay")
    assert changed.headers["etag"] != tag
    # Another writer while the key's use is noted is not missed.
    client.app.state.key_use._written.clear()
    with world.write() as session:
        session.get_one(Account, "pico").name = "Pico"
    assert client.get("/v1/accounts/pico", headers={"If-None-Match": changed.headers["etag"]}).status_code == 200


def test_etag_knows_question_scope_and_form(sqlite_world: Store, vault: Vault):
    viewer = client_of(sqlite_world, vault)
    csm = client_of(sqlite_world, vault, "csm", ["pico"], app=viewer.app)
    tags = [
        viewer.get("/v1/accounts").headers["etag"],
        viewer.get("/v1/accounts?limit=3").headers["etag"],
        viewer.get("/v1/themes").headers["etag"],
        csm.get("/v1/accounts").headers["etag"],
        viewer.get("/v1/accounts.csv").headers["etag"],
    ]
    assert len(set(tags)) == len(tags)
    assert csm.get("/v1/accounts", headers={"If-None-Match": tags[0]}).status_code == 200
    assert "etag" not in viewer.get("/v1/accounts/nobody").headers
