"""What a webhook brought is imported by the readers of exports: by its ids, whole, whoever's words they are."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from data.store.models import Comment, QuarantinedRow, Response, Ticket, TicketMessage
from data.store.repositories.jobs import add_job, get_job
from pipelines.settings import Settings
from pipelines.stage import Bench
from pipelines.worker import WORKING, _each
from tests.pipelines.pull.vendors import ADMIN, TOKEN, Vendors, comments, conversation, serving, submission, ticket

NOW = datetime(2026, 11, 22, tzinfo=UTC)
FIXTURES = Path(__file__).parent / "readers" / "fixtures"
DELIGHTED = {
    "event_type": "survey_response.updated",
    "event_id": "b8d057c59327",
    "event_data": json.loads((FIXTURES / "delighted.json").read_text())[0],
}


@pytest.fixture
def vendors():
    with serving(Vendors()) as found:
        yield found


@pytest.fixture
def bench(sqlite_store, vault, tmp_path, vendors):
    own = {f"{name}_{part}": value for name in ("zendesk", "intercom", "hubspot") for part, value in
           (("url", vendors.url), ("token", TOKEN))}  # fmt: skip
    settings = Settings(home=tmp_path / "home", zendesk_user=ADMIN, **own)
    return Bench(settings, sqlite_store, vault, clock=lambda: NOW)


def bring(bench, source, body):
    with bench.store.write() as session:
        payload = bench.vault.encrypt(json.dumps(body))
        job_id = add_job(
            session, "hook", key_id=f"hook/{source}", options={"source": source}, now=NOW, payload=payload
        ).job_id
    _each(bench, WORKING)
    with bench.store.read() as session:
        return get_job(session, job_id)


def rows(bench, *columns):
    with bench.store.read() as session:
        return sorted(map(tuple, session.execute(select(*columns))), key=str)


def test_delighted_event_is_an_answer(bench):
    job = bring(bench, "delighted", DELIGHTED)
    assert (job.counts, job.received, job.step) == ({"new": 2}, 2, "analysing")
    assert bring(bench, "delighted", DELIGHTED).counts == {"same": 2}
    changed = {**DELIGHTED, "event_data": {**DELIGHTED["event_data"], "score": 7}}
    assert bring(bench, "delighted", changed).counts == {"changed": 1, "same": 1}
    assert rows(bench, Response.response_id, Response.score) == [("delighted/5435", 7), ("delighted/5435/a1", None)]


def test_typeform_event_is_an_answer(bench):
    body = json.loads((FIXTURES / "typeform_hook.json").read_text())
    assert bring(bench, "typeform", body).counts == {"new": 2}
    found = rows(bench, Response.response_id, Response.score, Response.survey_id, Response.account_id)
    token = body["form_response"]["token"]
    # The long answer goes with the score; the short one is kept beside it.
    assert found == [
        (token, 3, "typeform-lT4Z3j", "name:acme freight"),
        (f"{token}/SMEUb7VJz92Q", None, "typeform-lT4Z3j", "name:acme freight"),
    ]


@pytest.mark.parametrize(
    "body",
    [
        {
            "type": "zen:event-type:ticket.comment_added",
            "id": "e1",
            "detail": {"id": "2", "status": "OPEN"},
            "event": {},
        },
        {"ticket_id": 2},
        {"ticket": {"id": "2", "title": "written in a trigger"}},
        {**ticket(2), "comments": comments(2)},
    ],
)
def test_zendesk_event_brings_the_whole_ticket(bench, body):
    assert bring(bench, "zendesk", body).problem is None
    sides = rows(bench, TicketMessage.message_id, TicketMessage.author_side, TicketMessage.public)
    assert sides == [
        ("zendesk/2/20", "customer", True),
        ("zendesk/2/21", "vendor", True),
        ("zendesk/2/22", "vendor", False),
        ("zendesk/2/23", "customer", True),
    ]
    assert rows(bench, Comment.comment_id) == [("ticket_message:zendesk/2/20",), ("ticket_message:zendesk/2/23",)]


def test_intercom_part_does_not_drop_the_others(bench):
    newest = conversation(2)
    newest["conversation_parts"] = {
        **newest["conversation_parts"],
        "conversation_parts": newest["conversation_parts"]["conversation_parts"][2:],
    }
    body = {"type": "notification_event", "topic": "conversation.user.replied", "data": {"item": newest}}
    alone = Bench(Settings(home=bench.settings.home), bench.store, bench.vault, clock=lambda: NOW)
    for how in (alone, bench, alone):
        assert bring(how, "intercom", body).problem is None
    assert [one[0] for one in rows(bench, TicketMessage.message_id)] == [f"intercom/2/{n}" for n in (0, 1, 2, "source")]
    assert rows(bench, Ticket.ticket_id) == [("intercom/2",)]
    assert bring(bench, "intercom", {"topic": "ping", "data": {"item": {"type": "ping"}}}).counts == {}


def test_hubspot_events_are_asked_for(bench):
    events = [{"objectId": n, "subscriptionType": "object.creation", "eventId": n} for n in (1, 2, 999)]
    assert bring(bench, "hubspot", events).counts == {"new": 2}
    assert bring(bench, "hubspot", submission(2)).counts == {"same": 1}


def test_what_can_not_be_imported_says_why(bench, vendors):
    for source, body in (
        ("delighted", {"hello": 1}),
        ("typeform", [1, None]),
        ("zendesk", {}),
        ("hubspot", "x"),
        ("intercom", 7),
    ):
        job = bring(bench, source, body)
        assert (job.state, job.counts) == ("failed", {})
        assert "docs/connect.md" in job.problem or "check which webhook" in job.problem
    broken = {**DELIGHTED, "event_data": {**DELIGHTED["event_data"], "score": 11}}
    job = bring(bench, "delighted", broken)
    assert (job.counts, len(job.errors)) == ({"new": 1, "quarantined": 1}, 1)
    # The same object in another event is the same row.
    assert bring(bench, "delighted", [DELIGHTED, {**broken, "event_id": "another"}]).counts["quarantined"] == 1
    assert rows(bench, QuarantinedRow.file, QuarantinedRow.state) == [("hook/delighted", "open")]
    many = [{"objectId": n} for n in range(1001)]
    assert "at most 1,000 are asked for" in bring(bench, "hubspot", many).problem
    vendors.token = ""
    assert "SOTTOVOCE_ZENDESK_TOKEN" in bring(bench, "zendesk", {"ticket_id": 3}).problem
