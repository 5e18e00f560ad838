"""A pull brings what changed, once: over a busy server and a dropped line, and after a kill between any two pages."""

import json
import time
from dataclasses import replace
from datetime import UTC, datetime

import httpx
import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from data.store.models import AuditEntry, Comment, Response, Ticket, TicketMessage
from data.store.repositories.locks import try_lock
from pipelines.cli import app
from pipelines.errors import PullError
from pipelines.ingest import import_path
from pipelines.patience import Patience
from pipelines.progress import Silent
from pipelines.pull.pull import last_cursor, pull
from pipelines.pull.source import open_source
from pipelines.pull.wire import Patient
from pipelines.settings import Settings
from pipelines.stage import Bench
from tests.pipelines.pull.vendors import (
    ADMIN,
    TOKEN,
    Vendors,
    comments,
    conversation,
    serving,
    submission,
    ticket,
    user,
)

NOW = datetime(2026, 11, 22, tzinfo=UTC)
SINCE = datetime(2026, 1, 1, tzinfo=UTC)
QUICK = Patience(attempts=5, first_s=0.001, most_s=2.0)
OPENED: list = []
NAMES = ("zendesk", "intercom", "hubspot")


class Killed(BaseException):
    """What a kill looks like from inside: nothing catches it."""


class KillAt(Silent):
    """Kills the pull after a page."""

    def __init__(self, page):
        self.left = page

    def advance(self, _rows):
        self.left -= 1
        if self.left == 0:
            raise Killed


@pytest.fixture
def vendors():
    with serving(Vendors()) as found:
        yield found


@pytest.fixture
def bench(sqlite_store, vault, tmp_path):
    return Bench(Settings(home=tmp_path / "home"), sqlite_store, vault, clock=lambda: NOW)


@pytest.fixture(autouse=True)
def closed():
    """Close the products that a test opened."""
    yield
    while OPENED:
        OPENED.pop().close()


def source_of(vendors, name, patience=QUICK):
    own = {f"{name}_url": vendors.url, f"{name}_token": TOKEN, "zendesk_user": ADMIN}
    OPENED.append(open_source(Settings(**own), name, patience=patience))
    return OPENED[-1]


def stored(bench):
    with bench.store.read() as session:
        answers = session.execute(
            select(Response.response_id, Response.score, Response.responded_at, Response.survey_id)
        )
        tickets = session.execute(select(Ticket.ticket_id, Ticket.account_id, Ticket.contact_id, Ticket.opened_at))
        said = session.execute(select(TicketMessage.message_id, TicketMessage.author_side, TicketMessage.public))
        words = session.execute(select(Comment.comment_id, Comment.original_hash, Comment.account_id))
        return [sorted(map(tuple, rows), key=str) for rows in (answers, tickets, said, words)]


@pytest.mark.parametrize("name", NAMES)
def test_busy_server_loses_nothing(bench, vendors, name):
    vendors.faults = ["429", None, "500", None, "drop", None, "503", "429"]
    report = pull(bench, source_of(vendors, name), since=SINCE)
    answers, tickets, messages, _ = stored(bench)
    assert report.arrived.counts["quarantined"] == 0
    if name == "hubspot":
        assert [one[0] for one in answers] == [f"hubspot/{n}" for n in range(1, 9)]
        assert tickets == []
    else:
        kept = [n for n in range(1, 9) if name == "intercom" or n != 4]
        assert [one[0] for one in tickets] == [f"{name}/{n}" for n in kept]
        assert len(messages) == 4 * len(kept)
        assert {one[1] for one in tickets} == {"name:acme freight"}
    assert vendors.faults == []
    with bench.store.read() as session:
        assert session.scalars(select(AuditEntry.action)).all() == ["pull"]


@pytest.mark.parametrize("name", NAMES)
def test_second_pull_brings_nothing_twice(bench, vendors, name):
    pull(bench, source_of(vendors, name), since=SINCE)
    before = stored(bench)
    vendors.asked.clear()
    again = pull(bench, source_of(vendors, name))
    assert again.arrived.counts.keys() <= {"same"}
    assert stored(bench) == before
    # It went on where the first one ended.
    assert len(vendors.asked) <= 3
    vendors.count = 10
    assert pull(bench, source_of(vendors, name), since=SINCE).arrived.counts["new"] > 0


@pytest.mark.parametrize("name", NAMES)
def test_killed_pull_goes_on(bench, vendors, name, tmp_path):
    kills = 0
    for begin in (SINCE, None, None, None):
        try:
            pull(replace(bench, progress=KillAt(1)), source_of(vendors, name), since=begin)
        except Killed:
            kills += 1
    assert kills >= 3
    pull(bench, source_of(vendors, name))
    killed = stored(bench)
    home = tmp_path / "other"
    home.mkdir()
    other = Bench(Settings(home=home), Settings(home=home).store(), bench.vault, clock=lambda: NOW)
    pull(other, source_of(vendors, name), since=SINCE)
    assert stored(other) == killed
    other.store.close()


@pytest.mark.parametrize("name", NAMES)
def test_file_of_the_same_objects_makes_the_same_rows(bench, vendors, name, tmp_path):
    pull(bench, source_of(vendors, name), since=SINCE)
    before = stored(bench)
    numbers = range(1, 9)
    held = {
        "zendesk": {
            "tickets": [{**ticket(n), "comments": comments(n)} for n in numbers],
            "users": [user(id_) for id_ in [9, *(100 + n for n in numbers)]],
            "organizations": [{"id": 7, "name": "Acme Freight"}],
        },
        "intercom": {
            "conversations": [conversation(n) for n in numbers],
            "contacts": [{"id": f"c{n}", "companies": {"data": [{"id": "k1"}]}} for n in numbers],
            "companies": [{"id": "k1", "name": "Acme Freight"}],
        },
        "hubspot": {"results": [submission(n) for n in numbers]},
    }[name]
    file = tmp_path / "export.json"
    file.write_text(json.dumps(held))
    report = import_path(file, bench=bench)
    assert report.counts()["new"] == report.counts()["quarantined"] == 0
    assert stored(bench) == before


def test_refusals_say_what_to_do_and_no_token(bench, vendors):
    for name in NAMES:
        with pytest.raises(PullError, match=f"SOTTOVOCE_{name.upper()}") as nothing_set:
            open_source(Settings(), name)
        assert "docs/connect.md" in str(nothing_set.value)
        with pytest.raises(PullError, match="--since"):
            pull(bench, source_of(vendors, name))
    vendors.token = ""
    for name in NAMES:
        with pytest.raises(PullError, match=f"401: check SOTTOVOCE_{name.upper()}") as refused:
            pull(bench, source_of(vendors, name), since=SINCE)
        assert TOKEN not in str(refused.value)
    with pytest.raises(PullError, match="can't be pulled: use one of"):
        open_source(Settings(), "jira")
    assert "tok" not in repr(Settings(zendesk_token="tok", hubspot_hook_secret="tok"))


@pytest.mark.parametrize("name", NAMES)
def test_server_that_stays_down_keeps_what_came(bench, vendors, name):
    vendors.faults = [None] * (2 if name == "hubspot" else 16) + ["500"] * 3
    soon = source_of(vendors, name, Patience(attempts=3, first_s=0.001, most_s=0.01))
    with pytest.raises(PullError, match="pull again later"):
        pull(bench, soon, since=SINCE)
    assert last_cursor(bench, name) is not None
    vendors.faults = []
    pull(bench, source_of(vendors, name))
    answers, tickets, _, _ = stored(bench)
    assert len(answers if name == "hubspot" else tickets) == (7 if name == "zendesk" else 8)


def test_wait_that_the_server_asks_for_is_kept(vendors):
    vendors.faults, vendors.retry_after = ["429"], "1"
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with httpx.Client(transport=Patient(QUICK), headers=headers) as client:
        started = time.monotonic()
        assert client.get(f"{vendors.url}/contacts/c1").status_code == 200
        assert time.monotonic() - started >= 1
        vendors.faults, vendors.retry_after = ["429"], "3600"
        with pytest.raises(PullError, match="asks to wait 3600 s"):
            client.get(f"{vendors.url}/contacts/c1")
    with httpx.Client(transport=Patient(QUICK)) as client, pytest.raises(PullError, match="can't be reached"):
        client.get("http://127.0.0.1:9/")


def test_second_pull_at_once_is_refused(store, vault, vendors, tmp_path):
    both = Bench(Settings(home=tmp_path / "home"), store, vault, clock=lambda: NOW)
    with try_lock(store, both.settings.home, "pull"), pytest.raises(PullError, match="another pull is at work"):
        pull(both, source_of(vendors, "hubspot"), since=SINCE)
    assert pull(both, source_of(vendors, "hubspot"), since=SINCE).arrived.counts["new"] == 8


def test_fetch_leaves_out_what_is_gone(vendors):
    for name, id_ in (("zendesk", "subject 2"), ("intercom", "opening 2"), ("hubspot", "content 2")):
        found = [one.value for one in source_of(vendors, name).fetch(["2", "999"]).read()]
        assert len(found) == 1
        assert id_ in json.dumps(found, default=str)


def test_command_pulls_and_says_what_came(vendors, tmp_path, monkeypatch):
    for name, value in (("HOME", tmp_path), ("HUBSPOT_URL", vendors.url), ("HUBSPOT_TOKEN", TOKEN)):
        monkeypatch.setenv(f"SOTTOVOCE_{name}", str(value))
    call = CliRunner().invoke
    first = call(app, ["pull", "hubspot"])
    assert (first.exit_code, "--since" in first.output) == (1, True)
    told = call(app, ["pull", "hubspot", "--since", "2026-01-01", "--json"])
    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout)["counts"]["new"] == 8
    again = call(app, ["pull", "hubspot"])
    assert "hubspot: 1 objects; rows: 1 same" in again.output
    assert TOKEN not in first.output + told.output + again.output
