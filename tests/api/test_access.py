"""Who may do what: every route with every kind of key, for an own and a foreign account.

The routes come from the OpenAPI description: a new one fails here until it stands in the table below.
"""

import io
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pyarrow.parquet as pq
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select

from api.app import create_app
from api.limits import Buckets
from api.settings import ApiSettings
from data.store.models import AuditEntry, Comment, Passage, PassageText
from data.store.queries.slices import Slice
from data.store.repositories.keys import list_keys
from data.store.repositories.preparation import mark_stale
from data.store.unit_of_work import Store
from data.store.vault import Vault
from tests.api.conftest import KEYS, MADE_AT, Caller, Shared
from tests.api.tables import ACCOUNTS, LOOPS, SAID, THEMES
from tests.mentions import mention

EVERYBODY, ADMIN = frozenset(KEYS), frozenset({"admin"})
ANALYSTS = frozenset({"analyst", "admin"})
BOUND = frozenset(name for name, (_, accounts) in KEYS.items() if accounts)
OWN, OTHER = "pico", "northwind"


@dataclass(frozen=True)
class Rule:
    """Who may call a route; `of_account` ones do not exist for a key of other accounts. `public` needs no key.

    `status` is the answer where it is not the method's usual one.
    """

    keys: frozenset[str] = EVERYBODY
    of_account: bool = False
    public: bool = False
    # Where what is asked for does not exist, say.
    status: int | None = None


# A write is tried with this body.
BODIES = {
    ("post", "/v1/comments"): {"comments": [{"kind": "in_app", "account_id": OWN, "comment": "tried by a test"}]},
    ("post", "/v1/imports"): {"any": "bytes"},
    ("post", "/v1/hooks/{source}"): {"event_type": "survey_response.updated"},
    ("post", "/v1/imports/{import_id}/preview"): {},
    ("post", "/v1/imports/{import_id}/start"): {},
    ("post", "/v1/quarantine/retry"): {},
    ("post", "/v1/quarantine/dismiss"): {"ids": [1]},
    ("post", "/v1/runs"): {},
    ("post", "/v1/themes/{key}/issues"): {"target": "jira"},
    ("post", "/v1/keys"): {"name": "made by a test", "role": "viewer"},
    ("post", "/v1/corrections"): {
        "action": "untag",
        "theme_key": "ease_of_use",
        "comment_id": "in_app:r019",
        "preview": True,
    },
    ("put", "/v1/taxonomy"): {"themes": [{"key": key, "name": name} for key, name in THEMES.items()], "preview": True},
    ("patch", "/v1/loops/{loop_id}"): {"act": "note", "note": "tried by a test"},
    ("post", "/v1/views"): {"name": "made by a test", "parameters": {"window": "90d"}},
    ("put", "/v1/views/{view_id}"): {"name": "made by a test"},
}
RULES = {
    ("get", "/healthz"): Rule(public=True),
    ("get", "/readyz"): Rule(public=True),
    ("get", "/metrics"): Rule(public=True),
    ("get", "/v1/accounts"): Rule(),
    ("get", "/v1/accounts/{account_id}"): Rule(of_account=True),
    ("get", "/v1/accounts/{account_id}/themes"): Rule(of_account=True),
    ("get", "/v1/accounts/{account_id}/comments"): Rule(of_account=True),
    ("get", "/v1/accounts/{account_id}/diagnosis"): Rule(of_account=True),
    ("get", "/v1/accounts/{account_id}/timeline"): Rule(of_account=True),
    ("get", "/v1/themes"): Rule(),
    ("get", "/v1/themes/counts"): Rule(),
    ("get", "/v1/themes/{key}"): Rule(),
    ("get", "/v1/themes/{key}/comments"): Rule(),
    ("get", "/v1/themes/{key}/issues"): Rule(),
    # No tracker is set up here; with one: test_issues.
    ("post", "/v1/themes/{key}/issues"): Rule(keys=ANALYSTS, status=409),
    ("get", "/v1/scores"): Rule(),
    ("get", "/v1/scores/{survey_type}/comments"): Rule(),
    ("get", "/v1/coverage"): Rule(),
    ("get", "/v1/slices"): Rule(),
    ("get", "/v1/me"): Rule(),
    ("get", "/v1/comments"): Rule(),
    ("get", "/v1/map"): Rule(),
    ("get", "/v1/mismatch"): Rule(),
    ("get", "/v1/drivers"): Rule(),
    ("get", "/v1/journey"): Rule(),
    ("get", "/v1/retention"): Rule(),
    ("get", "/v1/retention/accounts"): Rule(),
    ("get", "/v1/loops"): Rule(),
    ("get", "/v1/loops/times"): Rule(),
    ("get", "/v1/loops/staff"): Rule(),
    ("get", "/v1/loops/{loop_id}"): Rule(of_account=True),
    ("patch", "/v1/loops/{loop_id}"): Rule(keys=EVERYBODY - {"viewer"}, of_account=True),
    ("get", "/v1/views"): Rule(),
    ("post", "/v1/views"): Rule(),
    ("get", "/v1/views/{view_id}"): Rule(status=404),
    ("put", "/v1/views/{view_id}"): Rule(status=404),
    ("delete", "/v1/views/{view_id}"): Rule(),
    ("post", "/v1/comments"): Rule(keys=EVERYBODY - {"viewer"}, status=202),
    ("get", "/v1/jobs"): Rule(),
    ("get", "/v1/jobs/{job_id}"): Rule(status=404),
    ("get", "/v1/imports"): Rule(keys=ANALYSTS),
    ("post", "/v1/imports"): Rule(keys=ANALYSTS, status=202),
    ("get", "/v1/imports/{import_id}"): Rule(keys=ANALYSTS, status=404),
    ("delete", "/v1/imports/{import_id}"): Rule(keys=ANALYSTS),
    ("post", "/v1/imports/{import_id}/preview"): Rule(keys=ANALYSTS, status=404),
    ("post", "/v1/imports/{import_id}/start"): Rule(keys=ANALYSTS, status=404),
    ("get", "/v1/mappings"): Rule(keys=ANALYSTS),
    # By its signature, not by a key; nobody set one up here. With secrets: test_hooks.
    ("post", "/v1/hooks/{source}"): Rule(public=True, status=404),
    # The world of these tests holds data.
    ("post", "/v1/sample"): Rule(keys=ADMIN, status=409),
    ("get", "/v1/quarantine"): Rule(keys=ANALYSTS),
    ("post", "/v1/quarantine/retry"): Rule(keys=ANALYSTS, status=202),
    ("post", "/v1/quarantine/dismiss"): Rule(keys=ANALYSTS, status=200),
    ("get", "/v1/runs"): Rule(),
    ("post", "/v1/runs"): Rule(keys=ANALYSTS, status=202),
    ("get", "/v1/runs/{run_id}"): Rule(status=404),
    ("get", "/v1/keys"): Rule(keys=ADMIN),
    ("post", "/v1/keys"): Rule(keys=ADMIN),
    ("delete", "/v1/keys/{key_id}"): Rule(keys=ADMIN),
    ("get", "/v1/corrections"): Rule(),
    ("post", "/v1/corrections"): Rule(keys=EVERYBODY - {"viewer"}, status=200),
    ("delete", "/v1/corrections/{correction_id}"): Rule(keys=EVERYBODY - {"viewer"}),
    ("get", "/v1/taxonomy"): Rule(),
    ("put", "/v1/taxonomy"): Rule(keys=ADMIN),
}
# What must not stand in an answer to a key of OWN: names, ids, and words that only others said.
FOREIGN = [name for key, name, *_ in ACCOUNTS if key != OWN]
FOREIGN += [f"{key}{end}" for key, *_ in ACCOUNTS if key != OWN for end in (".", '"', "-", ",")]
FOREIGN += [said.text[:25] for said in SAID if said.account != OWN]
FOREIGN += ["Second shift", "d_shift"]


def operations(app: FastAPI) -> set[tuple[str, str]]:
    return {(method, path) for path, methods in app.openapi()["paths"].items() for method in methods}


def address(path: str, account: str) -> str:
    return path.format(
        account_id=account,
        key="ease_of_use",
        survey_type="nps",
        key_id="key_of_nobody",
        loop_id=LOOPS[account],
        view_id="view_of_nobody",
        job_id="job_of_nobody",
        import_id="up_of_nobody",
        run_id=999,
        correction_id=999,
        source="zendesk",
    )


def call(client: TestClient, operation: tuple[str, str], account: str, **more):
    method, path = operation
    return client.request(method, address(path, account), json=BODIES.get(operation), **more)


def test_every_route_has_a_rule(shared: Shared):
    assert operations(shared.app) == set(RULES)


@pytest.mark.parametrize("operation", RULES, ids=" ".join)
def test_route_wants_a_key(shared: Shared, operation: tuple[str, str]):
    with TestClient(shared.app) as stranger:
        none = call(stranger, operation, OWN)
        wrong = call(stranger, operation, OWN, headers={"Authorization": "Bearer sv_wrong"})
    expected = (RULES[operation].status or 200) if RULES[operation].public else 401
    assert (none.status_code, wrong.status_code) == (expected, expected)


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("operation", RULES, ids=" ".join)
def test_key_sees_what_it_may(shared: Shared, operation: tuple[str, str], key: str):
    rule, client = RULES[operation], shared.client(key)
    good = rule.status or {"post": 201, "delete": 404}.get(operation[0], 200)
    allowed = rule.public or key in rule.keys
    for account in (OWN, OTHER):
        hidden = rule.of_account and account == OTHER and key in BOUND
        expected = 403 if not allowed else 404 if hidden else good
        answer = call(client, operation, account)
        assert answer.status_code == expected, answer.text
        csv = call(client, operation, account, headers={"Accept": "text/csv"})
        parquet = call(client, operation, account, headers={"Accept": "application/vnd.apache.parquet"})
        assert (csv.status_code, parquet.status_code) == (expected, expected)
        if key in BOUND and not hidden:
            rows = str(pq.read_table(io.BytesIO(parquet.content)).to_pylist()) if parquet.content[:4] == b"PAR1" else ""
            found = [name for name in FOREIGN if name in answer.text or name in csv.text or name in rows]
            assert found == []


def test_foreign_theme_is_as_if_it_were_not(shared: Shared):
    csm = shared.client("csm")
    for path in ("/v1/themes/{}", "/v1/themes/{}/comments"):
        there, nowhere = (csm.get(path.format(key)) for key in ("d_shift", "d_shirt"))
        assert there.status_code == nowhere.status_code == 404
        assert there.json()["detail"].replace("d_shift", "d_shirt") == nowhere.json()["detail"]
        assert shared.client("viewer").get(path.format("d_shift")).status_code == 200
    assert csm.get("/v1/themes?kind=discovered").json()["items"] == []


def test_counts_of_a_bound_key_are_its_own(shared: Shared):
    csm = shared.client("csm")
    themes = csm.get("/v1/themes").json()
    assert {one["info"]["key"] for one in themes["items"]} == {"ease_of_use", "onboarding_effort"}
    assert (themes["total"]["comments"], themes["total"]["accounts"]) == (2, 1)
    assert csm.get("/v1/coverage").json()["accounts"] == 1
    assert {card["score"]["accounts"] for card in csm.get("/v1/scores").json()["items"]} == {1}
    assert csm.get("/v1/accounts?search=northwind").json()["items"] == []
    # The newest record, to the microsecond, is another account's.
    assert themes["period"]["as_of"].startswith("2026-09-26T23:59:59")


def test_theme_is_named_in_own_words(app: FastAPI, caller: Caller):
    """Both accounts speak of the second shift; nobody at pico ever said "evening hours"."""
    with app.state.store.write() as session:
        comment = session.scalars(select(Comment).where(Comment.account_id == "pico", Comment.source == "in_app")).one()
        session.add(PassageText(text_key="f" * 64, text="Our second shifts see another list.", tokens=None))
        passage = Passage(comment_pk=comment.id, position=1, start=0, end=9, text_key="f" * 64)
        session.add(passage)
        session.flush()
        session.add(mention(comment, passage.id, "d_shift", kind="discovered", polarity="neutral", confidence=0.8))
        mark_stale(session, ["pico"])
    csm, viewer = caller("csm", ["pico"]), caller()
    comments = "/v1/accounts/pico/comments?source=in_app"
    window = "since=2026-09-10"
    for client, name in ((csm, "Second shift"), (viewer, "Second shift, evening hours")):
        tags = client.get(comments).json()["items"][0]["themes"]
        assert [tag["name"] for tag in tags if tag["key"] == "d_shift"] == [name]
        listed = client.get(f"/v1/themes?kind=discovered&{window}").json()["items"]
        assert [one["info"]["name"] for one in listed] == [name]
        at_account = client.get(f"/v1/accounts/pico/themes?kind=discovered&{window}").json()["items"]
        assert [one["info"]["name"] for one in at_account] == [name]


def test_key_is_made_used_and_ended(app: FastAPI, caller: Caller):
    admin = caller("admin")
    made = admin.post("/v1/keys", json={"name": "CRM", "role": "csm", "accounts": ["pico"]}).json()
    theirs = {"Authorization": f"Bearer {made['secret']}"}
    with TestClient(app) as client:
        assert [one["account_id"] for one in client.get("/v1/accounts", headers=theirs).json()["items"]] == ["pico"]
        assert admin.delete(f"/v1/keys/{made['key_id']}").json()["revoked_at"]
        assert client.get("/v1/accounts", headers=theirs).status_code == 401
    listed = admin.get("/v1/keys")
    assert made["key_id"] in listed.text
    assert made["secret"] not in listed.text
    for wrong in ({"name": "CRM", "role": "csm"}, {"name": "CRM", "role": "root"}, {"name": "x", "rôle": "csm"}):
        assert admin.post("/v1/keys", json=wrong).status_code == 422
    with app.state.store.read() as session:
        rows = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
        assert [(row.action, row.detail["key_id"]) for row in rows] == [
            ("create key", made["key_id"]),
            ("revoke key", made["key_id"]),
        ]
        assert made["secret"] not in str([row.detail for row in rows])


def test_last_use_is_written_once_a_minute(sqlite_world: Store, vault: Vault, caller: Caller, app: FastAPI):
    now = [MADE_AT]
    app.state.key_use._clock = lambda: now[0]
    client = caller()
    for seconds in (0, 20, 40):
        now[0] = MADE_AT + timedelta(seconds=seconds)
        assert client.get("/v1/coverage").status_code == 200
    with sqlite_world.read() as session:
        assert [key.last_used_at for key in list_keys(session)] == [MADE_AT]
    app.state.key_use._written.clear()
    now[0] = MADE_AT + timedelta(seconds=90)
    # A run holds the database: the read goes on, and the note is left to a later request.
    with sqlite_world.write():
        assert client.get("/v1/coverage").status_code == 200
    assert app.state.key_use._written == {}
    assert client.get("/v1/coverage").status_code == 200
    with sqlite_world.read() as session:
        assert [key.last_used_at for key in list_keys(session)] == [now[0]]


def test_unknown_parameter_names_the_nearest(shared: Shared):
    client = shared.client("viewer")
    for path, name, near in (("/v1/accounts", "segmnet", "segment"), ("/v1/themes/ease_of_use", "groupby", "group_by")):
        answer = client.get(f"{path}?{name}=x")
        assert answer.status_code == 422
        assert f"{name!r} is not known: did you mean {near!r}" in answer.json()["detail"]
    assert client.get("/healthz?verbose=1").status_code == 422


def test_too_many_requests_wait(sqlite_world: Store, vault: Vault, caller: Caller, app: FastAPI):
    clock = [0.0]
    app.state.buckets = Buckets(0.5, 3, clock=lambda: clock[0])
    client, other = caller(), caller()
    assert [client.get("/v1/coverage").status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = client.get("/v1/coverage")
    assert (refused.headers["retry-after"], refused.json()["title"]) == ("2", "Too many requests")
    assert other.get("/v1/coverage").status_code == 200
    clock[0] = 2.0
    assert client.get("/v1/coverage").status_code == 200


def test_bucket_gives_its_rate():
    clock = [0.0]
    buckets = Buckets(50, 100, clock=lambda: clock[0])
    given = 0
    for step in range(4000):
        clock[0] = step / 400
        given += buckets.take("key") == 0
    # Ten seconds of 50 and the burst of 100.
    assert given == pytest.approx(600, abs=2)


def test_bodies_are_bounded(caller: Caller):
    admin = caller("admin")
    large = {"name": "x", "role": "csm", "accounts": ["y" * 1000] * 1100}
    answer = admin.post("/v1/keys", json=large)
    assert (answer.status_code, answer.json()["title"]) == (413, "Body too large")
    pieces = (b"[" + b" " * 2**16 for _ in range(20))
    assert admin.post("/v1/keys", content=pieces, headers={"Content-Type": "application/json"}).status_code == 413


def test_requests_carry_an_id(shared: Shared, monkeypatch: pytest.MonkeyPatch):
    client = shared.client("viewer")
    assert client.get("/healthz", headers={"X-Request-ID": "proxy-17"}).headers["x-request-id"] == "proxy-17"
    assert len(client.get("/healthz", headers={"X-Request-ID": "a b\x01"}).headers["x-request-id"]) == 32
    wrong = client.get("/v1/nothing")
    assert wrong.json()["request_id"] == wrong.headers["x-request-id"]
    monkeypatch.setattr("api.routers.coverage.coverage", lambda *_: 1 / 0)
    broken = client.get("/v1/coverage")
    assert broken.status_code == 500
    assert broken.json()["request_id"] == broken.headers["x-request-id"]


def test_metrics_count_routes_not_ids(shared: Shared):
    client = shared.client("viewer")
    client.get("/v1/accounts/pico")
    client.get("/v1/nothing")
    text = client.get("/metrics").text
    route = 'method="GET",route="/v1/accounts/{account_id}",status="200"'
    assert f"sottovoce_requests_total{{{route}}}" in text
    assert 'route="none",status="404"' in text
    assert "sottovoce_request_seconds_bucket" in text
    assert "pico" not in text


def test_ready_tries_the_embedder(sqlite_store: Store, vault: Vault):
    class Broken:
        def embed(self, texts: list[str]):
            raise OSError("no such file")

    class Works:
        def embed(self, texts: list[str]):
            return [[1.0]] * len(texts)

    with TestClient(create_app(ApiSettings(), sqlite_store, vault, Works())) as client:
        assert client.get("/readyz").json() == {"status": "ready", "embedder": "ready"}
    with TestClient(create_app(ApiSettings(), sqlite_store, vault, Broken())) as client:
        answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "embedder" in answer.json()["detail"]


def test_scope_is_part_of_a_slice():
    """A slice narrowed to one account keeps whose words may name themes."""
    narrowed = Slice(as_of=datetime(2026, 9, 1, tzinfo=UTC), accounts=("a", "b"), scope=("a", "b")).of_account("a")
    assert (narrowed.accounts, narrowed.scope) == (("a",), ("a", "b"))
