"""JSON exports of products: every dangerous cell of the fixtures, every shape of file, and no bytes that break it."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from data.store.models import Account, Comment, Contact, Original, Response, Survey, Ticket, TicketMessage
from pipelines.errors import InputFileError
from pipelines.ingest import import_path
from pipelines.readers import delighted, hubspot, intercom, objects, typeform_answers, zendesk
from pipelines.readers.detect import find_export
from pipelines.settings import Settings
from pipelines.stage import Bench

NOW = datetime(2026, 11, 22, tzinfo=UTC)
FIXTURES = Path(__file__).parent / "fixtures"
READERS = (delighted, hubspot, intercom, typeform_answers, zendesk)
FILES = {
    "delighted.json": "Delighted",
    "hubspot.json": "HubSpot",
    "intercom.jsonl": "Intercom",
    "zendesk.json": "Zendesk",
}


@pytest.fixture
def bench(sqlite_store, vault, tmp_path):
    return Bench(Settings(home=tmp_path / "home"), sqlite_store, vault, clock=lambda: NOW)


def rows(bench, *columns):
    with bench.store.read() as session:
        return sorted(map(tuple, session.execute(select(*columns))), key=str)


def told(report):
    return [(part.source, part.kind, *part.counts().values(), sum(part.left_out.values())) for part in report.files]


def words(bench):
    """Give what was said as it stands in the store, by the comment's id."""
    with bench.store.read() as session:
        found = session.execute(
            select(Comment.comment_id, Original.body_encrypted).join(Original, Original.comment_pk == Comment.id)
        ).all()
    return {comment_id: bench.vault.decrypt(body) for comment_id, body in found}


def test_delighted(bench):
    report = import_path(FIXTURES / "delighted.json", bench=bench)
    assert told(report) == [("Delighted", "responses", 5, 4, 0, 0, 1, 1), ("Delighted", "in_app", 1, 1, 0, 0, 0, 0)]
    assert rows(bench, Survey.survey_id, Survey.type, Survey.scale_min, Survey.scale_max) == [
        ("delighted-ces", "ces", 1, 5),
        ("delighted-nps", "nps", 0, 10),
    ]
    found = {
        row[0]: row[1:]
        for row in rows(bench, Response.response_id, Response.score, Response.responded_at, Response.role)
    }
    assert found["delighted/5435"] == (0, datetime(2016, 12, 24, 14, 23, 29, tzinfo=UTC), "admin")
    assert found["delighted/5437"][2] == "unknown"
    assert words(bench) == {
        "response:delighted/5435": 'Slow, "nearly" flawless.\nAnd then it hung 😬',
        "response:delighted/5435/a1": "The invoices never match.",
        "response:delighted/5437": "Easy",
        "in_app:delighted/5439": "I would miss the map",
    }
    assert {"name:birch clinics", "4711"} <= {one[0] for one in rows(bench, Account.account_id)}
    # A person who was not expanded is an id and no address.
    assert ("delighted/5976", None) in rows(bench, Contact.contact_id, Contact.email)


def test_zendesk(bench):
    report = import_path(FIXTURES / "zendesk.json", bench=bench)
    assert told(report) == [("Zendesk", "tickets", 3, 3, 0, 0, 0, 1), ("Zendesk", "responses", 2, 2, 0, 0, 0, 0)]
    assert rows(bench, TicketMessage.message_id, TicketMessage.author_side, TicketMessage.public) == [
        ("zendesk/35436/1", "customer", True),
        ("zendesk/35436/2", "vendor", True),
        ("zendesk/35436/3", "vendor", False),
        ("zendesk/35436/4", "customer", True),  # in copy: not the requester, but an end user
        ("zendesk/35436/5", "system", True),
        ("zendesk/35437/description", "vendor", True),  # an agent wrote on behalf of the requester
        ("zendesk/35438/9", "customer", True),
    ]
    assert words(bench) == {
        "ticket_message:zendesk/35436/1": "The fire is very colorful.",
        "ticket_message:zendesk/35436/4": "In the warehouse, too",
        "ticket_message:zendesk/35438/9": "It works now.",
        "response:zendesk/35436/csat": "Nobody came.",
    }
    assert rows(bench, Response.response_id, Response.score, Response.responded_at, Response.ticket_id) == [
        ("zendesk/35436/csat", 0, datetime(2026, 5, 22, 8, tzinfo=UTC), "zendesk/35436"),
        ("zendesk/35438/csat", 1, datetime(2026, 5, 26, 9, tzinfo=UTC), "zendesk/35438"),
    ]
    opened = dict(rows(bench, Ticket.ticket_id, Ticket.opened_at))
    assert opened["zendesk/35437"] == datetime(2026, 5, 24, 7, tzinfo=UTC)
    assert set(rows(bench, Ticket.account_id)) == {("name:acme freight",)}


def test_intercom(bench):
    report = import_path(FIXTURES / "intercom.jsonl", bench=bench)
    assert told(report) == [("Intercom", "tickets", 2, 2, 0, 0, 0, 0), ("Intercom", "responses", 1, 1, 0, 0, 0, 0)]
    sides = [(one.rpartition("/")[2], side, public) for one, side, public in
             rows(bench, TicketMessage.message_id, TicketMessage.author_side, TicketMessage.public)
             if "1911149811/" in one]  # fmt: skip
    assert sides == [
        ("1", "vendor", True),
        ("2", "vendor", False),
        ("4", "system", True),
        ("5", "customer", True),
        ("6", "system", True),  # the AI agent's answer under an admin's name
        ("source", "customer", True),
    ]
    said = words(bench)
    assert said["ticket_message:intercom/1911149811/source"] == "<p>The export stops at 500 rows.<br>Why?</p>"
    assert said.keys() == {
        "ticket_message:intercom/1911149811/source",
        "ticket_message:intercom/1911149811/5",
        "response:intercom/1911149811/rating",
    }
    assert rows(bench, Response.score, Response.responded_at) == [(2, datetime(2024, 12, 18, 16, 3, 20, tzinfo=UTC))]


def test_hubspot(bench):
    report = import_path(FIXTURES / "hubspot.json", bench=bench)
    assert told(report) == [("HubSpot", "responses", 4, 3, 0, 0, 1, 0), ("HubSpot", "in_app", 1, 1, 0, 0, 0, 0)]
    assert rows(bench, Survey.survey_id, Survey.name, Survey.type, Survey.scale_min, Survey.scale_max) == [
        ("hubspot-5", "Customer Satisfaction Survey", "csat", 0, 2),
        ("hubspot-6", "Loyalty", "nps", 0, 10),
        ("hubspot-7", "Setup", "ces", 1, 7),
    ]
    assert rows(bench, Response.response_id, Response.score) == [
        ("hubspot/512", 2),
        ("hubspot/513", 0),
        ("hubspot/514", 7),
    ]
    assert words(bench)["in_app:hubspot/515"] == "The picture is outdated"
    assert ("ann@biglytics.test",) in rows(bench, Contact.email)
    wider = json.loads((FIXTURES / "hubspot.json").read_text())["results"][:1]
    wider.append({"id": "9", "properties": {**wider[0]["properties"], "hs_value": "4"}})
    (scale,) = hubspot.export(objects.objects_of("x", wider)).parts[0].surveys
    assert (scale.scale_min, scale.scale_max) == (1, 5)


@pytest.mark.parametrize("name", FILES)
def test_every_shape_is_the_same_export(tmp_path, name):
    held = objects.open_objects(FIXTURES / name, ("tickets", "results"))
    listed = [dict(one.value) for one in held.read()]
    key = {"Zendesk": "tickets", "Intercom": "conversations", "HubSpot": "results", "Delighted": "data"}[FILES[name]]
    beside = {other: list(held.beside(other)) for other in ("users", "organizations")} if name == "zendesk.json" else {}
    whole = json.loads((FIXTURES / "zendesk.json").read_text()) if beside else {key: listed}
    shapes = {
        "array.json": json.dumps(listed),
        "spaced.json": json.dumps(listed, indent=3),
        "lines.jsonl": "\n".join(json.dumps(one) for one in listed),
        "object.json": json.dumps({"count": len(listed), **whole}),
        "last.json": json.dumps({"meta": {"tickets": []}, **dict(reversed(whole.items()))}, indent=1),
        "pages.json": json.dumps({**whole, key: listed[:1]}) + "\n" + json.dumps({**whole, key: listed[1:]}),
    }
    codecs = {"array.json": "utf-8-sig", "spaced.json": "utf-16", "object.json": "utf-8"}
    first = None
    for shape, text in shapes.items():
        file = tmp_path / shape
        file.write_bytes(text.encode(codecs.get(shape, "utf-8")))
        found = find_export(file)
        assert found is not None, shape
        assert found.source == FILES[name], shape
        cells = [[row.cells for row in part.table.read()] for part in found.parts]
        if name == "zendesk.json" and shape in ("array.json", "spaced.json", "lines.jsonl"):
            continue  # without the users nobody knows who is an agent
        first = first or cells
        assert cells == first, shape


def test_damage_keeps_what_came_before(bench, tmp_path):
    text = (FIXTURES / "delighted.json").read_text()
    cut = tmp_path / "cut.json"
    cut.write_text(text[: text.index('{"id": "5438"') + 40])
    report = import_path(cut, bench=bench)
    assert told(report)[0] == ("Delighted", "responses", 5, 4, 0, 0, 1, 0)
    assert next(iter(report.files[0].reasons)).startswith("the file is damaged from here on (")
    lines = tmp_path / "lines.jsonl"
    good = [json.dumps(one) for one in json.loads(text)]
    lines.write_text("\n".join([*good, '{"id": "broken', '{"paging": null}']))
    report = import_path(lines, bench=bench)
    assert (report.counts()["quarantined"], report.files[0].left_out[objects.OTHER]) == (2, 1)
    assert sum("not valid JSON" in reason for reason in report.files[0].reasons) == 1


def test_objects_are_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr(objects, "MAX_OBJECT_BYTES", 200_000)
    one = json.loads((FIXTURES / "delighted.json").read_text())[0]
    many, large = tmp_path / "many.json", tmp_path / "large.json"
    many.write_text(json.dumps([one] * 2000))
    large.write_text(json.dumps([one, {**one, "comment": "x" * 400_000}]))
    assert sum(1 for _ in objects.open_objects(many, ()).read()) == 2000
    found = list(objects.open_objects(large, ()).read())
    assert [one.problem is None for one in found] == [True, False]
    assert "an object of over" in str(found[1].problem)
    monkeypatch.setattr(zendesk, "MAX_BESIDE", 1)
    with pytest.raises(InputFileError, match="over 1 users"):
        list(zendesk.export(objects.open_objects(FIXTURES / "zendesk.json", zendesk.KEYS)).parts[0].table.read())


def test_generic_json_is_left_alone(tmp_path):
    for text in (
        '{"comment": "It stops", "date": "2026-01-01"}\n' * 3,
        '[{"id": 1, "text": "x"}]',
        "[1, 2]",
        "[",
        "{}",
        '{"results": []}',
    ):
        file = tmp_path / "any.json"
        file.write_text(text)
        assert find_export(file) is None


def read_or_explained(file):
    with suppress(InputFileError):
        found = find_export(file)
        for part in found.parts if found else ():
            list(part.table.read())


ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
NAMES = sorted(
    set(
        "id person email name role survey_type score comment permalink created_at person_properties additional_answers "
        "value free_response tickets users organizations subject status requester_id submitter_id satisfaction_rating "
        "comments body author_id public via channel description metric_set source author conversation_parts type "
        "conversation_rating rating remark contacts companies data results properties hs_survey_id hs_survey_type "
        "hs_value hs_content token submitted_at answers field text hidden definition fields form_id number".split()
    )
)
SHAPED = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["nps", "CSAT", "good", "user", "conversation", "é"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=8),
    max_leaves=25,
)


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(value=SHAPED | ANY, lines=st.booleans())
def test_no_object_breaks_a_reader(tmp_path_factory, value, lines):
    held = [{**must, **(value if isinstance(value, dict) else {"id": value})} for must in MUSTS]
    for reader in READERS:
        for part in reader.export(objects.objects_of("x", held, users=held, companies=held, contacts=held)).parts:
            for row in part.table.read():
                assert isinstance(row.cells, dict)
    file = tmp_path_factory.mktemp("any") / "any.json"
    text = json.dumps(value, allow_nan=True)
    file.write_text(f"{text}\n{text}" if lines else text)
    read_or_explained(file)


MUSTS: list[dict] = [
    {},
    {
        "id": 1,
        "subject": "s",
        "status": "open",
        "created_at": 1,
        "requester_id": 2,
        "submitter_id": 2,
        "comments": [{}],
    },
    {
        "type": "conversation",
        "id": 1,
        "created_at": 1,
        "source": {},
        "conversation_parts": {"conversation_parts": [{}]},
    },
    {"id": 1, "properties": {"hs_survey_type": "CSAT", "hs_value": "x"}},
    {"id": 1, "person": 2, "score": 3, "permalink": "p", "survey_type": "pmf"},
    {
        "token": 1,
        "submitted_at": 2,
        "answers": [{"type": "number", "field": {"type": "nps"}}, {"type": "text", "text": "t"}],
    },
]


@settings(max_examples=50, suppress_health_check=list(HealthCheck))
@given(
    raw=st.binary(max_size=200) | st.text('[]{},:"\\u0 1e.-nullid\n', max_size=80).map(str.encode),
    cut=st.integers(0, 4000),
)
def test_no_bytes_break_a_reader(tmp_path_factory, raw, cut):
    file = tmp_path_factory.mktemp("any") / "any.json"
    for content in (raw, (FIXTURES / "zendesk.json").read_bytes()[:cut] + raw):
        file.write_bytes(content)
        read_or_explained(file)
