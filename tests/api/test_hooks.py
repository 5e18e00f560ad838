"""Webhooks in: taken by the product's own signature, once, and refused in one shape where it does not fit."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hubspot.utils.signature import Signature
from sqlalchemy import select

from api.app import create_app
from api.hooks import SOURCES
from api.limits import Buckets
from api.settings import ApiSettings
from data.store.models import AuditEntry, Job
from data.store.unit_of_work import Store
from data.store.vault import Vault
from tests.api.conftest import MADE_AT

SECRET = "the product's secret"
URL = "https://voice.example.com"
BODY = json.dumps({"event_type": "survey_response.updated", "event_data": {"id": "1", "comment": "Größe?"}}).encode()


def mac(message: bytes, kind=hashlib.sha256) -> bytes:
    return hmac.new(SECRET.encode(), message, kind).digest()


def headers(source: str, raw: bytes, *, age_s: float = 0) -> dict[str, str]:
    """Sign as the product does."""
    at = MADE_AT - timedelta(seconds=age_s)
    iso, stamp = at.strftime("%Y-%m-%dT%H:%M:%SZ"), str(int(at.timestamp() * 1000))
    plain = base64.b64encode(mac(raw)).decode()
    return {
        "zendesk": {
            "X-Zendesk-Webhook-Signature": base64.b64encode(mac(iso.encode() + raw)).decode(),
            "X-Zendesk-Webhook-Signature-Timestamp": iso,
        },
        "intercom": {"X-Hub-Signature": f"sha1={mac(raw, hashlib.sha1).hex()}"},
        "hubspot": {
            "X-HubSpot-Signature-v3": Signature.get_signature(
                SECRET, raw.decode("utf-8", "replace"), "v3", f"{URL}/v1/hooks/hubspot", "POST", stamp
            ),
            "X-HubSpot-Request-Timestamp": stamp,
        },
        "delighted": {"X-Delighted-Webhook-Signature": f"sha256={mac(raw).hex()}"},
        "typeform": {"Typeform-Signature": f"sha256={plain}"},
    }[source]


@pytest.fixture
def hooked(sqlite_store: Store, vault: Vault) -> FastAPI:
    settings = ApiSettings(hooks=tuple((one, SECRET) for one in SOURCES), hooks_url=URL, rate_per_s=1, rate_burst=3)
    return create_app(settings, sqlite_store, vault, clock=lambda: MADE_AT)


@pytest.fixture
def client(hooked: FastAPI):
    with TestClient(hooked, raise_server_exceptions=False) as found:
        yield found


def post(client: TestClient, source: str, raw: bytes = BODY, **more):
    return client.post(f"/v1/hooks/{source}", content=raw, headers=headers(source, raw, **more))


@pytest.mark.parametrize("source", SOURCES)
def test_signed_body_becomes_one_job(hooked: FastAPI, client: TestClient, source: str):
    first, again = post(client, source), post(client, source)
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json() == again.json()
    with hooked.state.store.read() as session:
        (job,) = session.scalars(select(Job)).all()
        assert (job.kind, job.options, job.key_id) == ("hook", {"source": source}, f"hook/{source}")
        assert json.loads(hooked.state.vault.decrypt(job.payload_encrypted)) == json.loads(BODY)
        (entry,) = session.scalars(select(AuditEntry)).all()
        assert (entry.actor, entry.action) == (f"hook/{source}", "take webhook")
        assert entry.detail == {"source": source, "job_id": job.job_id, "bytes": len(BODY)}


@pytest.mark.parametrize("source", SOURCES)
def test_wrong_signature_is_refused(hooked: FastAPI, client: TestClient, source: str):
    signed = headers(source, BODY)
    tried = [
        client.post(f"/v1/hooks/{source}", content=BODY + b" ", headers=signed),
        client.post(f"/v1/hooks/{source}", content=BODY),
        client.post(
            f"/v1/hooks/{source}", content=BODY, headers={name: "wr\xf6ng".encode("latin-1") for name in signed}
        ),
        client.post(f"/v1/hooks/{source}", content=BODY, headers={name: "" for name in signed}),
    ]
    if source in ("zendesk", "hubspot"):
        tried += [post(client, source, age_s=301), post(client, source, age_s=-301)]
    for answer in tried:
        assert (answer.status_code, answer.json()["title"]) == (401, "Key needed")
        assert SECRET not in answer.text
    with hooked.state.store.read() as session:
        assert session.scalars(select(Job)).all() == []


def test_what_is_signed_and_no_event(hooked: FastAPI, client: TestClient):
    for raw in (b"", b"no JSON", b"\xff\xfe", b"[" * 100_000, b'{"a": NaN}'):
        answer = post(client, "delighted", raw)
        assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
        # Five a test are one too many for the bucket of three: it fills again.
        hooked.state.buckets = Buckets(0, 1)
    assert post(client, "delighted", b'"\\ud800"').status_code == 202
    assert post(client, "delighted", b"null").status_code == 202


def test_hooks_are_bounded_and_limited(client: TestClient):
    large = b'"' + b"x" * (8 * 2**20) + b'"'
    assert post(client, "typeform", large).status_code == 413
    codes = [post(client, "typeform", json.dumps({"n": n}).encode()).status_code for n in range(5)]
    assert codes == [202, 202, 202, 429, 429]


def test_product_without_a_secret_is_not_there(sqlite_store: Store, vault: Vault):
    app = create_app(ApiSettings(hooks=(("zendesk", SECRET),)), sqlite_store, vault, clock=lambda: MADE_AT)
    assert SECRET not in repr(app.state.settings)
    with TestClient(app) as client:
        for source in ("intercom", "jira", "%2e%2e", "x" * 39):
            answer = post(client, source) if source in SOURCES else client.post(f"/v1/hooks/{source}", content=BODY)
            assert (answer.status_code, answer.json()["title"]) == (404, "Not found")
        assert client.get("/v1/hooks/zendesk").status_code == 405
