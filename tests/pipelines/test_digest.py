"""The digest: what changed in the week, once to each reader of all accounts, whatever workers and servers do."""

import email
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.policy import default

import pytest
from sqlalchemy import insert, select, update

from api.schemas.scores import ScoresOut
from dashboard import look
from data.store.models import Account, Comment, Digest, OutboxMessage, Person, Staff, StaleAccount
from data.store.repositories.bulk import insert_ignore
from data.store.repositories.cells import refresh_cells
from pipelines import route, worker
from pipelines.digest import due, words
from pipelines.digest.facts import gather
from pipelines.digest.letters import write_letter
from pipelines.digest.schedule import HOW, WEEK, read_schedule
from pipelines.errors import SettingsError
from pipelines.notify.dispatch import LEASE, dispatch
from pipelines.notify.mail import Mail, MailServer
from pipelines.notify.webhook import Webhook
from pipelines.settings import Settings, load_settings
from pipelines.stage import Bench
from tests.api.tables import HOSTILE
from tests.api.tables import NOW as WORLD_NOW
from tests.api.world import plant as plant_world
from tests.dashboard.world import real_client
from tests.loops import Clock, answer, plant
from tests.outbox import outbox_counts
from tests.pipelines.notify.servers import mail_server, webhook

# A Monday, after eight.
MONDAY = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def clock():
    return Clock(MONDAY)


@pytest.fixture
def wanted(settings):
    return settings.model_copy(
        update={"digest": "weekly monday 08:00", "digest_to": "cx@vendor.test, board@vendor.test"}
    )


def ready(bench, clock):
    """Let digests be wanted since the Wednesday before."""
    now, clock.now = clock.now, clock.now - 5 * DAY
    assert not due.put_due(bench, notifiers=())
    clock.now = now
    return bench


@pytest.fixture
def bench(wanted, store, vault, clock):
    plant(store)
    return ready(Bench(wanted, store, vault, clock=clock), clock)


@pytest.fixture
def lite(wanted, sqlite_store, vault, clock):
    plant(sqlite_store)
    return ready(Bench(wanted, sqlite_store, vault, clock=clock), clock)


def mail(post):
    return Mail(MailServer("127.0.0.1", post.port, "none"), sender="voice@vendor.test")


def look_round(bench, *notifiers):
    """What the worker does each minute."""
    put = due.put_due(bench, notifiers=notifiers)
    route.run(bench, notifiers=notifiers)
    return put


def pack(bench, *accounts):
    """Count what was stored, as the last stage of a run does."""
    keys = ["a1", "a2", *accounts]
    with bench.store.write() as session:
        insert_ignore(session, StaleAccount, [{"account_key": key} for key in keys])
        refresh_cells(session, keys)


def said(bench, response_id, survey_id, score, at, words):
    """Store a low answer with its comment, as the stages leave it."""
    answer(bench.store, response_id, survey_id, score, said_at=at, imported_at=at, comment=words)
    with bench.store.write() as session:
        session.execute(update(Comment).where(Comment.response_id == response_id).values(score_band=-1))
    pack(bench)


def stands(bench):
    with bench.store.read() as session:
        counts = outbox_counts(session)
    return counts.sent, counts.waiting, counts.dropped


@pytest.mark.parametrize(
    ("written", "now", "last"),
    [
        ("weekly monday 08:00", "2026-03-02T09:30", "2026-03-02T08:00"),
        ("weekly monday 08:00", "2026-03-02T07:59", "2026-02-23T08:00"),
        ("Weekly Friday 17:30", "2026-03-02T09:30", "2026-02-27T17:30"),
        ("weekly monday 08:00 Europe/Berlin", "2026-03-02T07:00", "2026-03-02T07:00"),
        # Summer time begins on 29 March: eight o'clock there comes an hour earlier here.
        ("weekly monday 08:00 Europe/Berlin", "2026-03-30T06:30", "2026-03-30T06:00"),
        ("weekly monday 08:00 Pacific/Auckland", "2026-03-01T20:00", "2026-03-01T19:00"),
    ],
)
def test_schedule_says_when_it_was_due_last(written, now, last):
    schedule = read_schedule(written)
    assert schedule is not None
    found = schedule.last_due(datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert found == datetime.fromisoformat(last).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    ["monday", "daily 08:00", "weekly mon 08:00", "weekly monday 8", "weekly monday 25:00", "weekly monday 08:00 Mars"],
)
def test_wrong_schedule_says_what_to_write(written, monkeypatch):
    monkeypatch.setenv("SOTTOVOCE_DIGEST", written)
    with pytest.raises(SettingsError) as error:
        load_settings()
    assert "SOTTOVOCE_DIGEST" in str(error.value)
    assert HOW in str(error.value)


@pytest.mark.parametrize("written", ["nobody", "a@b, c d@e", "x" * 120 + "@vendor.test"])
def test_wrong_reader_says_what_to_write(written, monkeypatch):
    monkeypatch.setenv("SOTTOVOCE_DIGEST_TO", written)
    with pytest.raises(SettingsError, match="comma-separated"):
        load_settings()


def test_each_reader_gets_it_once(bench, clock):
    said(bench, "r1", "nps", 2, MONDAY - 2 * DAY, "Slow & late")
    with webhook() as hook, mail_server() as post:
        channels = (Webhook(hook.url), mail(post))
        assert look_round(bench, *channels)
        for minutes in range(1, 4):
            clock.now = MONDAY + minutes * timedelta(minutes=1)
            assert not look_round(bench, *channels)
    told = [payload for _, payload in hook.got if "Customers this week" in payload["text"]]
    assert len(told) == 1
    assert [block["type"] for block in told[0]["blocks"]][:2] == ["header", "section"]
    assert sorted(readers[0] for readers, _ in post.taken) == ["board@vendor.test", "cx@vendor.test"]
    with bench.store.read() as session:
        assert session.scalars(select(Digest.due_at)).all() == [MONDAY.replace(hour=8, minute=0)]
    for _, content in post.taken:
        plain, html = email.message_from_bytes(content, policy=default).iter_parts()
        assert "Slow & late" in plain.get_content()
        assert "Slow &amp; late" in html.get_content()


def test_one_that_was_due_while_nobody_worked_is_sent_late_for_its_week(lite, clock):
    said(lite, "in", "nps", 3, MONDAY - DAY, "inside the week")
    said(lite, "out", "nps", 3, MONDAY + DAY, "after it was due")
    clock.now = MONDAY + 4 * DAY
    with webhook() as hook:
        assert look_round(lite, Webhook(hook.url))
        assert not look_round(lite, Webhook(hook.url))
    (text,) = [text for text in hook.texts if "Customers this week" in text]
    assert "inside the week" in text
    assert "after it was due" not in text
    assert "to 2 Mar 2026" in text


def test_of_several_missed_ones_the_latest_is_sent(lite, clock):
    clock.now = MONDAY + 3 * WEEK
    with webhook() as hook:
        assert look_round(lite, Webhook(hook.url))
        assert not look_round(lite, Webhook(hook.url))
    (text,) = hook.texts
    assert "to 23 Mar 2026" in text


def test_one_that_was_due_before_anybody_wanted_it_is_not_sent(wanted, sqlite_store, vault, clock):
    bench = Bench(wanted, sqlite_store, vault, clock=clock)
    with webhook() as hook:
        assert not look_round(bench, Webhook(hook.url))
        assert not look_round(bench, Webhook(hook.url))
        clock.now = MONDAY + WEEK
        assert look_round(bench, Webhook(hook.url))
    assert len(hook.texts) == 1


def test_two_workers_put_it_once(bench):
    with webhook() as hook:
        told = (Webhook(hook.url),)
        other = replace(bench, store=bench.store)
        due.put_due(bench, notifiers=told)
        due.put_due(other, notifiers=told)
        dispatch(bench, told)
        dispatch(other, told)
    assert (hook.asked, stands(bench)) == (1, (1, 0, 0))


def test_killed_before_it_was_sent_it_is_sent_after_the_lease(lite, clock):
    class Killed(BaseException):
        pass

    class Fragile(Webhook):
        def deliver(self, *_args, **_more):
            raise Killed

    with webhook() as hook:
        due.put_due(lite, notifiers=(Webhook(hook.url),))
        with pytest.raises(Killed):
            dispatch(lite, [Fragile(hook.url)])
        dispatch(lite, [Webhook(hook.url)])
        assert hook.asked == 0
        clock.now = MONDAY + LEASE + timedelta(seconds=1)
        dispatch(lite, [Webhook(hook.url)])
        dispatch(lite, [Webhook(hook.url)])
    assert len(hook.got) == 1


def test_server_that_fails_is_asked_again_with_the_same_message(lite, clock):
    with webhook(503) as hook:
        look_round(lite, Webhook(hook.url))
        assert stands(lite) == (0, 1, 0)
        with lite.store.read() as session:
            (first,) = session.scalars(select(OutboxMessage.message_id)).all()
        clock.now = MONDAY + timedelta(minutes=5)
        look_round(lite, Webhook(hook.url))
    assert [key for key, _ in hook.got] == [first]


def test_it_is_dropped_where_nobody_wants_it_any_more(lite, clock):
    with webhook(503) as hook:
        look_round(lite, Webhook(hook.url))
        off = replace(lite, settings=lite.settings.model_copy(update={"digest": ""}))
        clock.now = MONDAY + timedelta(minutes=5)
        look_round(off, Webhook(hook.url))
    assert (hook.asked, stands(lite)) == (1, (0, 0, 1))


def test_reader_of_some_accounts_gets_none(lite):
    """A CSM of the staff list, and one who was granted some accounts; a grant of all wins over the staff list."""
    fields = {"name": "x", "accounts": None, "granted_at": MONDAY, "last_used_at": None, "revoked_at": None}
    with lite.store.write() as session:
        session.execute(
            insert(Person),
            [
                {**fields, "email": "part@vendor.test", "role": "viewer", "accounts": ["a1"]},
                {**fields, "email": "gone@vendor.test", "role": "viewer", "revoked_at": MONDAY},
                {**fields, "email": "leif@vendor.test", "role": "admin"},
            ],
        )
    names = "Nina@vendor.test, omar@vendor.test, part@vendor.test, gone@vendor.test, leif@vendor.test, cx@vendor.test"
    bench = replace(lite, settings=lite.settings.model_copy(update={"digest_to": names}))
    with mail_server() as post:
        look_round(bench, mail(post))
    told = {readers[0] for readers, _ in post.taken}
    assert told == {"omar@vendor.test", "leif@vendor.test", "cx@vendor.test"}
    with lite.store.read() as session:
        assert session.scalars(select(Staff.email).where(Staff.function == "csm")).first() == "nina@vendor.test"


def test_worker_sends_it(wanted, sqlite_store, vault, clock, monkeypatch):
    with webhook() as hook:
        settings = wanted.model_copy(update={"webhook_url": hook.url})
        bench = ready(Bench(settings, sqlite_store, vault, clock=clock), clock)
        worker.work(bench)
        worker.work(bench)
    assert len(hook.texts) == 1


def week_of(bench):
    with bench.store.read() as session:
        return gather(session, MONDAY, now=MONDAY, min_group=5)


def test_score_that_clearly_moved_is_told_with_its_numbers_and_a_detractor(lite):
    for place in range(40):
        at = MONDAY - (10 + place) * DAY
        answer(lite.store, f"b{place}", "nps", 10, account_id=None, said_at=at, imported_at=at)
    for place in range(20):
        at = MONDAY - 2 * DAY
        answer(lite.store, f"n{place}", "nps", 1, account_id=None, said_at=at, imported_at=at)
    said(lite, "loud", "nps", 1, at, "Nothing works since Tuesday")
    for place in range(6):
        at = MONDAY - (3 if place < 3 else 20) * DAY
        answer(lite.store, f"c{place}", "csat", 4, account_id=None, said_at=at, imported_at=at)
    pack(lite, "")
    found = week_of(lite)
    nps, csat = found.scores
    assert (nps.clear, nps.better, nps.now.score.value, nps.now.score.n, nps.before.n) == (True, False, -100, 21, 40)
    assert not csat.clear
    letter = write_letter(lite, MONDAY)
    assert "1 score moved" in letter.subject
    assert "▼ NPS: worse: −100 (n 21" in letter.text
    assert "was +100 (n 40" in letter.text
    assert "> Nothing works since Tuesday" in letter.text


def test_overdue_loops_are_told_with_who_owes_it(bench, clock):
    at = MONDAY - 3 * DAY
    soon = at + timedelta(minutes=1)
    answer(bench.store, "r1", "csat", 1, said_at=at, imported_at=soon, comment="Nobody called back")
    clock.now = at + timedelta(minutes=2)
    route.run(bench, notifiers=())
    clock.now = MONDAY
    text = write_letter(bench, MONDAY).text
    assert "OVERDUE: 1 LOOP" in text
    assert "Acme Freight" in text
    assert "owner Nina Vogt" in text
    assert "> Nobody called back" in text


def test_quiet_week_says_so(lite):
    letter = write_letter(lite, MONDAY)
    assert words.NOTHING in letter.text
    assert "nothing moved clearly" in letter.subject


def test_numbers_are_the_api_s(sqlite_store, vault, settings):
    plant_world(sqlite_store)
    client = real_client(sqlite_store, vault)
    bench = Bench(settings, sqlite_store, vault, clock=lambda: WORLD_NOW)
    with sqlite_store.read() as session:
        found = gather(session, WORLD_NOW, now=WORLD_NOW, min_group=5)
    asked_for = client.read("/v1/scores", ScoresOut, {"as_of": WORLD_NOW.isoformat(), "since": found.since.isoformat()})
    told = [(one.now.type, one.now.score.value, one.now.score.n, one.now.flagged) for one in found.scores]
    asked = [(card.type, card.score.value, card.score.n, card.score.flagged) for card in asked_for.items]
    assert sorted(told) == sorted(asked)
    assert told
    assert str(found.answers) in write_letter(bench, WORLD_NOW).text


def test_hostile_words_show_as_text(lite):
    said(lite, "r1", "nps", 0, MONDAY - DAY, HOSTILE + " <!channel> @all\r\nBcc: x@y.test")
    with lite.store.write() as session:
        session.get_one(Account, "a1").name = "<b>Acme</b> *Freight*"
    letter = write_letter(lite, MONDAY)
    assert "<script" not in letter.html
    assert "<img" not in letter.html
    assert "&lt;script&gt;alert(1)" in letter.html
    assert "\u202e" not in letter.html + letter.text
    blocks = str(letter.blocks)
    assert "<!channel>" not in blocks
    assert "<script" not in blocks
    quoted = [one for one in letter.blocks if "alert(1)" in str(one)]
    assert {one["text"]["type"] for one in quoted} == {"plain_text"}
    assert "\n" not in letter.subject


def test_mail_loads_nothing_and_has_the_colours_of_the_pages(lite):
    said(lite, "r1", "nps", 0, MONDAY - DAY, "late")
    html = write_letter(lite, MONDAY).html
    assert not [word for word in ("http:", "https:", "src=", "url(", "<link", "@import") if word in html]
    light = look.palette("light")
    found = (words.INK, words.MUTED, words.LINE, words.BAD, words.GOOD, words.ATTENTION)
    names = ("ink", "muted", "line", "negative", "positive", "attention")
    assert found == tuple(light[name] for name in names)


def test_digest_needs_nobody_to_be_told():
    assert Settings(digest="", digest_to="").digest_readers == ()
