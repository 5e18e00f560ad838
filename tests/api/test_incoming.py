"""Posted comments: good rows are kept, broken ones explained, a request answered once, nobody else's touched."""

import json
from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from api.app import create_app
from api.incoming import check_rows
from api.schemas.incoming import ROWS
from api.settings import ApiSettings
from data.store.models import AuditEntry, Contact, Job, Response, Survey
from data.store.repositories.idempotency import KEPT_FOR, Request, claim, keep
from pipelines.fields import FIELD
from tests.api.conftest import Caller

NOW = datetime(2026, 9, 30, tzinfo=UTC)
GOOD = {"kind": "in_app", "account_id": "pico", "comment": "Could the list remember my filter?"}


def post(client, *rows, **headers):
    return client.post("/v1/comments", json={"comments": list(rows)}, headers=headers)


def jobs(app):
    with app.state.store.read() as session:
        return session.scalar(select(func.count()).select_from(Job))


def test_columns_are_those_of_the_importer():
    for kind, model in ROWS.items():
        assert set(model.model_fields) - {"kind"} == set(FIELD[kind])


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ({"kind": "responses"}, "survey_id", "missing, but needed"),
        ({"kind": "responses", "survey_id": "s", "score": "nine"}, "score", "not a number"),
        ({"kind": "responses", "survey_id": "s", "score": True}, "score", "not a number"),
        ({**GOOD, "role": "janitor"}, "role", "not one of economic_buyer"),
        ({**GOOD, "stage": "moon"}, "stage", "not one of consideration"),
        ({**GOOD, "commented_at": "2026-12-24T00:00:00Z"}, "commented_at", "lies in the future"),
        ({**GOOD, "commented_at": 1790000000}, "commented_at", "write it as 2026-09-30T12:00:00Z"),
        ({**GOOD, "acount_id": "pico"}, "acount_id", "not a column of this kind"),
        ({**GOOD, "comment": ""}, "comment", "empty, but needed"),
        ({"kind": "usage"}, "kind", "not a kind that is known"),
        ({}, "kind", "missing"),
        (["row"], None, "not an object"),
    ],
)
def test_broken_row_says_column_reason_and_next_step(row, column, reason):
    accepted, problems = check_rows([row, GOOD], now=NOW)
    assert [one["row"] for one in accepted] == [2]
    assert (problems[0]["row"], problems[0]["column"]) == (1, column)
    assert reason in problems[0]["reason"]
    assert problems[0]["next_step"]


def test_words_of_people_are_not_shown_back():
    row = {"kind": "in_app", "comment": 5 * [1], "email": "rosa at lindqvist"}
    _, problems = check_rows([row], now=NOW)
    assert {one["value"] for one in problems} == {"(not shown)"}


def test_good_rows_are_kept_and_the_others_listed(app, caller: Caller):
    woken: list[str] = []
    object.__setattr__(app.state.services, "wake", woken.append)
    answer = post(caller("analyst"), GOOD, {**GOOD, "role": "janitor"}, 7)
    job = answer.json()
    assert (answer.status_code, job["state"], job["received"], job["refused"]) == (202, "waiting", 3, 2)
    assert [one["row"] for one in job["errors"]] == [2, 3]
    assert answer.headers["location"] == f"/v1/jobs/{job['job_id']}"
    assert woken == ["work"]
    with app.state.store.read() as session:
        stored = session.scalars(select(Job)).one()
        # The words are encrypted as long as they wait.
        assert b"filter" not in stored.payload_encrypted
        assert json.loads(app.state.vault.decrypt(stored.payload_encrypted))[0]["values"]["account_id"] == "pico"
        audit = session.scalars(select(AuditEntry)).one()
        assert (audit.action, audit.detail["rows"], audit.detail["refused"]) == ("post comments", 3, 2)


def test_batch_without_a_good_row_is_refused(app, caller: Caller):
    client = caller("analyst")
    answer = post(client, {**GOOD, "role": "janitor"}, 7)
    assert answer.status_code == 422
    assert [one["parameter"] for one in answer.json()["errors"]] == ["comments.1.role", "comments.2"]
    for body in (b"{", b'{"comments": []}', b'{"comments": [1], "x": 1}', b"[NaN]", b'["' + b"[" * 10**5):
        assert client.post("/v1/comments", content=body).status_code == 422
    assert post(client, *[GOOD] * 1001).status_code == 422
    assert jobs(app) == 0


def test_lone_surrogates_and_nul_break_nothing(caller: Caller):
    raw = (
        b'{"comments": [{"kind": "in_app", "comment": "a\\ud800b"}, {"kind": "\\ud800\\u0000", "comment": "x"},'
        b' {"kind": "in_app", "comment": "a\\u0000b"}]}'
    )
    answer = caller("analyst").post("/v1/comments", content=raw)
    assert (answer.status_code, answer.json()["refused"]) == (202, 2)


def test_same_request_gets_the_same_answer_after_a_restart_too(app, caller: Caller, vault):
    client, key = caller("analyst"), {"Idempotency-Key": "a1"}
    first = post(client, GOOD, **key)
    assert post(client, GOOD, **key).json() == first.json()
    again = create_app(ApiSettings(), app.state.store, vault)
    with TestClient(again, headers=dict(client.headers)) as restarted:
        repeated = post(restarted, GOOD, **key)
    assert (repeated.json(), repeated.headers["idempotent-replayed"]) == (first.json(), "true")
    assert jobs(app) == 1
    other = post(client, {**GOOD, "feature": "List"}, **key)
    assert (other.status_code, "another body" in other.json()["detail"]) == (422, True)
    # Another key may use the same name.
    assert post(caller("analyst"), GOOD, **key).json()["job_id"] != first.json()["job_id"]


def test_answers_are_kept_for_a_day(store):
    request = Request("key_1", "t" * 64, "r" * 64)
    for now, expected in ((NOW, None), (NOW + KEPT_FOR / 2, {"n": 1}), (NOW + KEPT_FOR * 2, None)):
        with store.write() as session:
            assert claim(session, request, now=now) == expected
            keep(session, request, {"n": 1})


def test_key_of_some_accounts_writes_for_these_only(app, caller: Caller):
    with app.state.store.read() as session:
        theirs = session.scalars(select(Contact.contact_id).where(Contact.account_id == "northwind")).first()
        answered = session.scalars(select(Response.response_id).where(Response.account_id == "northwind")).first()
        survey = session.scalars(select(Survey.survey_id)).first()
    own = {"kind": "responses", "survey_id": survey, "account_id": "pico", "score": 3}
    csm = caller("csm", ["pico"])
    rows = [
        own,
        {**own, "account_id": "northwind"},
        {k: v for k, v in own.items() if k != "account_id"},
        {**own, "contact_id": theirs},
        {**own, "response_id": answered},
        {**own, "account_id": None, "account_name": "Pico Payroll"},
    ]
    job = post(csm, *rows).json()
    assert [(one["row"], one["column"]) for one in job["errors"]] == [
        (2, "account_id"),
        (3, "account_id"),
        (4, "contact_id"),
        (5, "response_id"),
        (6, "account_id"),
    ]
    assert post(caller("analyst"), *rows).json()["refused"] == 0
    # A job is its key's own.
    assert caller("csm", ["pico"]).get(f"/v1/jobs/{job['job_id']}").status_code == 404
    assert [one["job_id"] for one in csm.get("/v1/jobs").json()["items"]] == [job["job_id"]]
    assert len(caller("admin").get("/v1/jobs").json()["items"]) == 2
