"""A person who signed in asks the API as that person: own accounts, own views, own name in the audit trail."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select, update

from api.app import create_app, open_app
from api.limits import Buckets
from api.oidc import Issuer
from api.settings import ApiSettings, read_oidc
from data.store.models import AuditEntry, Staff
from data.store.repositories.keys import create_key
from data.store.repositories.persons import grant, list_grants, revoke
from data.store.unit_of_work import Store
from data.store.vault import Vault
from tests.api.test_access import FOREIGN, operations
from tests.conftest import SECRET
from tests.issuer import CLIENT, NOW, URL, FakeIssuer

AT = datetime.fromtimestamp(NOW, UTC)
MARA, JONAS, CHIEF = "mara@vendor.test", "jonas@vendor.test", "chief@vendor.test"
Person = Callable[..., TestClient]


@pytest.fixture
def fake() -> FakeIssuer:
    return FakeIssuer()


@pytest.fixture
def app(sqlite_world: Store, vault: Vault, fake: FakeIssuer) -> FastAPI:
    with sqlite_world.write() as session:
        for staff_id, email in (("S1", MARA), ("S2", JONAS)):
            session.execute(update(Staff).where(Staff.staff_id == staff_id).values(email=email, function="csm"))
        grant(session, email=CHIEF, role="admin", now=AT)
    oidc = fake.settings(roles=(("voc", "viewer"),))
    made = create_app(ApiSettings(oidc=oidc), sqlite_world, vault, clock=lambda: AT)
    made.state.issuer = Issuer(oidc, fetch=fake.fetch, clock=lambda: fake.now)
    return made


@pytest.fixture
def person(app: FastAPI, fake: FakeIssuer) -> Person:
    """Make a client that shows a token."""

    def make(email: str = MARA, **more) -> TestClient:
        token = fake.token(**{"email": email, **more})
        return TestClient(app, headers={"Authorization": f"Bearer {token}"}, raise_server_exceptions=False)

    return make


def audit(store: Store) -> list[tuple[str, str]]:
    with store.read() as session:
        rows = session.scalars(select(AuditEntry).order_by(AuditEntry.id))
        return [(row.actor, row.action) for row in rows]


def test_csm_sees_own_accounts_only(person: Person, app: FastAPI):
    mara = person()
    me = mara.get("/v1/me").json()
    assert (me["name"], me["role"], me["accounts"]) == ("Mara Lind", "csm", ["pico"])
    assert [one["account_id"] for one in mara.get("/v1/accounts").json()["items"]] == ["pico"]
    assert mara.get("/v1/accounts/northwind").status_code == 404
    for method, path in sorted(operations(app)):
        if method == "get" and "{" not in path:
            text = mara.get(path).text
            assert [name for name in FOREIGN if name in text] == [], path


def test_who_may_read(person: Person):
    assert person(CHIEF).get("/v1/me").json()["accounts"] is None
    assert person(CHIEF).get("/v1/keys").status_code == 200
    assert person("new@vendor.test", groups=["voc"]).get("/v1/me").json()["role"] == "viewer"
    for token in ({"email": "new@vendor.test"}, {"email_verified": False}, {"email_verified": None}):
        refused = person(**token).get("/v1/me")
        assert (refused.status_code, refused.json()["title"]) == (403, "Not allowed")


def test_bad_tokens_are_refused(person: Person, app: FastAPI, vault: Vault, fake: FakeIssuer):
    for wrong in ({"iss": "https://evil.test"}, {"aud": "other"}, {"exp": NOW - 3600}):
        refused = person(**wrong).get("/v1/me")
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
        assert MARA not in refused.text
    # Keys still open, and without an issuer a token opens nothing.
    with app.state.store.write() as session:
        _, key = create_key(session, vault, name="CRM", role="viewer", now=AT)
    with TestClient(app) as client:
        assert client.get("/v1/me", headers={"Authorization": f"Bearer {key}"}).json()["name"] == "CRM"
    with TestClient(create_app(ApiSettings(), app.state.store, vault)) as client:
        shown = {"Authorization": f"Bearer {fake.token()}"}
        assert client.get("/v1/me", headers=shown).status_code == 401


def test_issuer_that_is_away_is_said(person: Person, fake: FakeIssuer):
    fake.away = True
    answer = person().get("/v1/me")
    assert (answer.status_code, answer.json()["title"]) == (503, "Not ready")


def test_writes_and_exports_name_the_person(person: Person, sqlite_world: Store):
    mara, jonas = person(), person(JONAS)
    made = mara.post("/v1/views", json={"name": "Mine", "parameters": {"window": "90d"}})
    assert made.status_code == 201
    assert [view["name"] for view in mara.get("/v1/views").json()["items"]] == ["Mine"]
    assert jonas.get("/v1/views").json()["items"] == []
    assert jonas.get(f"/v1/views/{made.json()['view_id']}").status_code == 404
    assert mara.get("/v1/accounts.csv").status_code == 200
    assert [actor for actor, _ in audit(sqlite_world)] == [f"person:{MARA}"] * 2
    acted = mara.patch("/v1/loops/9001", json={"act": "note", "note": "called"})
    assert acted.status_code == 200
    assert "Mara Lind" in acted.text


def test_end_of_a_grant_counts_at_once(person: Person, sqlite_world: Store):
    chief, mara = person(CHIEF), person()
    assert (chief.get("/v1/me").status_code, mara.get("/v1/me").status_code) == (200, 200)
    with sqlite_world.write() as session:
        revoke(session, CHIEF, now=AT)
        revoke(session, MARA, now=AT)
    assert (chief.get("/v1/me").status_code, mara.get("/v1/me").status_code) == (403, 403)
    with sqlite_world.write() as session:
        grant(session, email=MARA, role="viewer", now=AT)
    assert mara.get("/v1/me").json()["accounts"] is None


def test_unchanged_answers_and_last_use(person: Person, sqlite_world: Store):
    chief = person(CHIEF)
    tag = chief.get("/v1/me").headers["etag"]
    assert chief.get("/v1/me", headers={"If-None-Match": tag}).status_code == 304
    with sqlite_world.read() as session:
        assert [one.last_used_at for one in list_grants(session)] == [AT]
    with sqlite_world.write() as session:
        grant(session, email="second@vendor.test", role="admin", now=AT)
    # The same role and accounts, and another person.
    tag = chief.get("/v1/me").headers["etag"]
    assert person("second@vendor.test").get("/v1/me", headers={"If-None-Match": tag}).status_code == 200


def test_each_person_has_a_rate(person: Person, app: FastAPI):
    app.state.buckets = Buckets(0.5, 2, clock=lambda: 0.0)
    mara, jonas = person(), person(JONAS)
    assert [mara.get("/v1/coverage").status_code for _ in range(3)] == [200, 200, 429]
    # A new token is the same person.
    assert person(MARA, iat=NOW - 1).get("/v1/coverage").status_code == 429
    assert jonas.get("/v1/coverage").status_code == 200


def test_settings_are_read_from_words(tmp_path, sqlite_store: Store):
    assert read_oidc() is None
    found = read_oidc(URL, "a, b", "", "True", "", "voc team = analyst, x=y=viewer")
    assert found is not None
    assert (found.audiences, found.email_claim, found.email_trusted) == (("a", "b"), "email", True)
    assert (found.role_claim, found.roles) == ("groups", (("voc team", "analyst"), ("x=y", "viewer")))
    (tmp_path / "secret").write_text(SECRET.hex())
    made = open_app(sqlite_store.url, tmp_path / "secret", oidc={"issuer": URL, "audience": CLIENT})
    assert made.state.settings.oidc.issuer == URL
