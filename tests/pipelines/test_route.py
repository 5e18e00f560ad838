"""Routing: what opens a loop, who is told, and that it happens once, whatever the servers do."""

from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import insert, select, update

from cx.loops import ASSIGN, TOUCH, LoopEvent
from data.store.models import Comment, Mention, OutboxMessage, Passage, Staff, Theme
from data.store.queries.loops import LoopQuery, list_loops
from data.store.repositories.loops import record_act
from pipelines import prepare, route
from pipelines.errors import SettingsError
from pipelines.ingest import import_path
from pipelines.notify.dispatch import LEASE, dispatch
from pipelines.notify.interface import NotifyError
from pipelines.notify.mail import Mail, MailServer
from pipelines.notify.open import open_notifiers
from pipelines.notify.webhook import Webhook
from pipelines.settings import Settings, load_settings
from pipelines.stage import Bench
from tests.loops import NOW, Clock, answer, plant
from tests.outbox import outbox_counts
from tests.pipelines.notify.servers import mail_server, webhook
from tests.pipelines.world import write

WORDS = "Third outage this week, and [PERSON_1] never called back"


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def bench(settings, store, vault, clock):
    plant(store)
    return Bench(settings, store, vault, clock=clock)


@pytest.fixture
def lite(settings, sqlite_store, vault, clock):
    plant(sqlite_store)
    return Bench(settings, sqlite_store, vault, clock=clock)


def _loops(bench):
    with bench.store.read() as session:
        return list_loops(session, LoopQuery(order="newest"), limit=100).rows[::-1]


def _outbox(bench):
    with bench.store.read() as session:
        counts = outbox_counts(session)
    return counts.sent, counts.waiting, counts.dropped


def _run(bench, *notifiers):
    return route.run(bench, notifiers=notifiers)


def _mail(post):
    return Mail(MailServer("127.0.0.1", post.port, "none"), sender="voice@vendor.test")


def test_flagged_csat_reaches_the_success_manager_and_the_support_lead(bench):
    answer(bench.store, "r1", "csat", 2, comment=WORDS, ticket_id="t9")
    with webhook() as hook, mail_server() as post:
        _run(bench, Webhook(hook.url), _mail(post))
        _run(bench, Webhook(hook.url), _mail(post))
    (view,) = _loops(bench)
    assert (view.state, view.owner.name, view.loop.also) == ("routed", "Nina Vogt", ("omar",))
    assert (view.loop.history[0].by, view.loop.opened_at) == ("sottovoce", NOW - timedelta(minutes=1))
    assert sorted(readers[0] for readers, _ in post.taken) == ["nina@vendor.test", "omar@vendor.test"]
    for text in (*hook.texts, *(content.decode() for _, content in post.taken)):
        assert "Third outage this week" in text
        assert "t9" in text
        assert "CSAT 2 on a scale of 1 to 5" in text
    assert len(hook.texts) == 1
    assert _outbox(bench) == (3, 0, 0)


def test_history_and_what_is_not_flagged_open_nothing(bench):
    day = timedelta(days=1)
    answer(bench.store, "old", "csat", 1, said_at=NOW - 8 * day)
    answer(bench.store, "undated", "csat", 1, said_at=NOW - day, imported_at=NOW - day)
    answer(bench.store, "undated-edited", "csat", 1, said_at=NOW - day, imported_at=NOW)
    answer(bench.store, "good", "csat", 4)
    answer(bench.store, "passive", "nps", 7)
    answer(bench.store, "anonymous", "pulse", 1)
    answer(bench.store, "easy", "effort", 3)
    answer(bench.store, "later", "effort", 5, stage="usage")
    answer(bench.store, "no-score", "nps", None, comment=WORDS)
    with webhook() as hook:
        report = _run(bench, Webhook(hook.url))
    assert (report.rows_out, _loops(bench), hook.asked) == (0, [], 0)


def test_each_kind_of_signal_opens_its_loop(bench):
    answer(bench.store, "r1", "nps", 6, said_at=NOW - timedelta(hours=5))
    answer(bench.store, "r2", "csat", 3, said_at=NOW - timedelta(hours=4), imported_at=NOW - timedelta(days=0, hours=3))
    answer(bench.store, "r3", "effort", 4, said_at=NOW - timedelta(hours=2), account_id=None)
    assert _run(bench).rows_out == 3
    found = [(view.loop.reasons, view.owner and view.owner.staff_id) for view in _loops(bench)]
    assert sorted(found) == [(("detractor",), "nina"), (("low_csat",), "nina"), (("low_onboarding_ces",), "ivy")]
    assert _run(bench).rows_in == 0


def test_signal_that_waited_for_us_still_opens_its_loop(lite, clock):
    _run(lite)
    answer(lite.store, "r1", "csat", 1, said_at=NOW, imported_at=NOW + timedelta(minutes=1))
    clock.now = NOW + timedelta(days=20)
    with lite.store.write() as session:
        session.execute(update(Staff).where(Staff.staff_id == "nina").values(valid_to=NOW.date() + timedelta(days=9)))
        old = session.scalars(select(Staff).where(Staff.staff_id == "nina")).one()
        values = {"origin": "t", "row_hash": "1", "imported_at": NOW, "function": "csm", "account_id": "a1"}
        session.add(Staff(staff_id="zoe", name="Zoe", account_key="a1", valid_from=old.valid_to, **values))
    _run(lite)
    (view,) = _loops(lite)
    assert (view.loop.opened_at, view.owner.staff_id) == (NOW + timedelta(minutes=1), "zoe")


def test_words_are_never_sent_before_they_are_redacted(lite):
    answer(lite.store, "r1", "csat", 1, comment=WORDS, prepared=False)
    with webhook() as hook:
        assert _run(lite, Webhook(hook.url)).rows_out == 0
        with lite.store.write() as session:
            session.execute(update(Comment).values(text=WORDS, prepared_with="test"))
        assert _run(lite, Webhook(hook.url)).rows_out == 1
    assert "Third outage" in hook.texts[0]


def test_imported_comment_is_sent_redacted(lite, tmp_path):
    file = write(
        tmp_path / "responses.csv",
        "response_id,survey_id,account_id,responded_at,score,comment\n"
        "r1,csat,a1,2026-03-02T08:00:00Z,1,Nobody answers. Write to ada.long@acme.test or call +1 212 555 0187\n"
        "r2,csat,a1,2026-02-01T08:00:00Z,1,Old and angry\n",
    )
    import_path(file, bench=lite)
    prepare.run(lite)
    with webhook() as hook:
        _run(lite, Webhook(hook.url))
    assert len(hook.texts) == 1
    assert "Nobody answers" in hook.texts[0]
    assert not any(hidden in hook.texts[0] for hidden in ("ada.long", "acme.test", "0187"))


def test_tagging_again_sends_nothing_again(lite):
    answer(lite.store, "r1", "csat", 1, comment=WORDS)
    with webhook() as hook:
        _run(lite, Webhook(hook.url))
        with lite.store.write() as session:
            session.execute(update(Comment).values(tagged_with=None, prepared_with="other"))
        _run(lite, Webhook(hook.url))
    assert len(hook.texts) == len(_loops(lite)) == 1


def test_mismatch_opens_a_loop_only_with_a_measured_precision(lite):
    answer(lite.store, "r1", "nps", 8, comment=WORDS)
    with lite.store.write() as session:
        comment = session.scalars(select(Comment)).one()
        session.add(Theme(theme_key="sales_delivery_mismatch", kind="taxonomy", name="x", updated_at=NOW))
        session.add(Passage(id=1, comment_pk=comment.id, position=0, start=0, end=5, text_key="k"))
        session.flush()
        mention = {
            "passage_id": 1,
            "comment_pk": comment.id,
            "theme_key": "sales_delivery_mismatch",
            "kind": "taxonomy",
        }
        said = {"polarity": "negative", "confidence": 0.9, "said_by": "model", "said_at": comment.said_at}
        session.execute(insert(Mention).values(**mention, **said))
    for checked in ("", "30/50"):
        lite = Bench(
            lite.settings.model_copy(update={"mismatch_checked": checked}), lite.store, lite.vault, clock=lite.clock
        )
        assert _run(lite).rows_out == 0
    lite = Bench(Settings(home=lite.settings.home, mismatch_checked="45/50"), lite.store, lite.vault, clock=lite.clock)
    assert _run(lite).rows_out == 1
    assert _loops(lite)[0].loop.reasons == ("sales_delivery_mismatch",)


def test_loop_without_an_owner_asks_for_one_and_tells_them(lite, clock):
    answer(lite.store, "r1", "nps", 2, account_id="a2")
    with webhook() as hook, mail_server() as post:
        _run(lite, Webhook(hook.url), _mail(post))
        (view,) = _loops(lite)
        assert (view.state, view.owner, post.taken) == ("unowned", None, [])
        assert "needs an owner" in hook.texts[0]
        with lite.store.write() as session:
            record_act(session, view.id, LoopEvent(ASSIGN, NOW, "cora", owner="ivy"))
        _run(lite, Webhook(hook.url), _mail(post))
    assert [readers for readers, _ in post.taken] == [["ivy@vendor.test"]]
    assert "Owner: Ivy Roth" in hook.texts[1]
    assert _loops(lite)[0].state == "routed"


def test_failing_webhook_keeps_nobody_waiting_and_loses_nothing(bench, clock):
    for number in range(3):
        answer(bench.store, f"r{number}", "csat", 1, said_at=NOW - timedelta(hours=number + 1))
    with webhook(500, 0, 200) as hook, mail_server() as post:
        notifiers = (Webhook(hook.url, deadline_s=0.4), _mail(post))
        _run(bench, *notifiers)
        # One failure, and the server is left alone; the mail goes out all the same.
        assert (hook.asked, len(post.taken), _outbox(bench)) == (1, 6, (6, 3, 0))
        _run(bench, *notifiers)
        assert (hook.asked, _outbox(bench)) == (2, (6, 3, 0))
        clock.now += timedelta(minutes=2)
        _run(bench, *notifiers)
    assert _outbox(bench) == (9, 0, 0)
    assert len({key for key, _ in hook.got}) == len(hook.got) == 3
    assert [view.state for view in _loops(bench)] == ["routed"] * 3


def test_waits_grow_and_a_week_later_the_message_is_given_up(lite, clock):
    answer(lite.store, "r1", "csat", 1)
    tried = []

    class Down(Webhook):
        def send(self, notice, reader, *, message_id):
            tried.append(clock.now)
            raise NotifyError("down", server_down=True)

    down = Down("http://down.test")
    _run(lite, down)
    while due := _next_try(lite):
        clock.now = due
        dispatch(lite, [down])
    gaps = [later - earlier for earlier, later in pairwise(tried)]
    assert [gap.total_seconds() / 60 for gap in gaps[:7]] == [1, 2, 4, 8, 16, 32, 60]
    assert max(gaps) == timedelta(hours=1)
    assert timedelta(days=6, hours=23) < tried[-1] - NOW <= timedelta(days=7)
    assert _outbox(lite) == (0, 0, 1)
    # Nobody was told: the loop still says so.
    assert _loops(lite)[0].due_act == "route"


def _next_try(bench):
    with bench.store.read() as session:
        return session.scalar(select(OutboxMessage.next_try_at))


class Killed(BaseException):
    """The process ends here."""


class Fragile:
    """A notifier whose process is killed before or after the message leaves."""

    channel = "webhook"

    def __init__(self, real, *, after):
        self.real, self.after = real, after

    def readers(self, people):
        return self.real.readers(people)

    def send(self, notice, reader, *, message_id):
        if self.after:
            self.real.send(notice, reader, message_id=message_id)
        raise Killed


@pytest.mark.parametrize("after", [False, True], ids=["before it was sent", "after it was sent"])
def test_killed_sender_loses_no_message(bench, clock, after):
    answer(bench.store, "r1", "csat", 1)
    with webhook() as hook:
        with pytest.raises(Killed):
            _run(bench, Fragile(Webhook(hook.url), after=after))
        _run(bench, Webhook(hook.url))
        assert len(hook.got) == after  # claimed: nobody else sends it yet
        clock.now += LEASE
        _run(bench, Webhook(hook.url))
    # What left before the kill leaves twice, under one id.
    assert len(hook.got) == 1 + after
    assert len({key for key, _ in hook.got}) == 1
    assert (_outbox(bench), _loops(bench)[0].state) == ((1, 0, 0), "routed")


def test_message_that_says_nothing_any_more_is_not_sent(lite, clock):
    answer(lite.store, "r1", "csat", 1)
    answer(lite.store, "r2", "csat", 1)
    with webhook(500) as hook:
        _run(lite, Webhook(hook.url))
        clock.now += timedelta(minutes=5)
        first, second = _loops(lite)
        with lite.store.write() as session:
            record_act(session, first.id, LoopEvent(TOUCH, clock.now, "nina"))
            record_act(session, second.id, LoopEvent(ASSIGN, clock.now, "nina", owner="omar"))
        _run(lite, Webhook(hook.url))
    assert len(hook.texts) == 1
    assert "Owner: Omar Said (it was given to them)" in hook.texts[0]
    assert _outbox(lite) == (1, 0, 2)


def test_message_that_cannot_be_written_does_not_stop_the_others(lite):
    class Picky(Fragile):
        def send(self, notice, reader, *, message_id):
            if "Birch" in notice.account:
                raise UnicodeEncodeError("ascii", WORDS, 0, 1, "a defect")
            self.real.send(notice, reader, message_id=message_id)

    answer(lite.store, "r1", "csat", 1, account_id="a2", said_at=NOW - timedelta(hours=9))
    answer(lite.store, "r2", "csat", 1)
    with webhook() as hook:
        _run(lite, Picky(Webhook(hook.url), after=True))
    assert len(hook.texts) == 1
    with lite.store.read() as session:
        assert [one.problem for one in session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))] == [
            "UnicodeEncodeError",
            None,
        ]


def test_owner_without_an_address_is_not_told_and_the_loop_says_so(lite):
    answer(lite.store, "r1", "csat", 1)
    with lite.store.write() as session:
        session.execute(update(Staff).where(Staff.staff_id == "nina").values(email=None))
    with mail_server() as post:
        _run(lite, _mail(post))
    assert [readers for readers, _ in post.taken] == [["omar@vendor.test"]]
    assert (_loops(lite)[0].state, _loops(lite)[0].due_act) == ("open", "route")


def test_round_has_an_end(lite):
    for number in range(5):
        answer(lite.store, f"r{number}", "csat", 1)
    with webhook(500) as hook:
        _run(lite, Webhook(hook.url))
        assert dispatch(lite, [Webhook(hook.url)], round_s=0).sent == 0
    assert hook.asked == 1


def test_settings_make_the_notifiers(tmp_path, monkeypatch):
    assert open_notifiers(Settings(home=tmp_path)) == []
    made = open_notifiers(
        Settings(home=tmp_path, webhook_url="http://h.test/x", smtp_host="h.test", smtp_from="v@h.test")
    )
    assert [one.channel for one in made] == ["webhook", "mail"]
    monkeypatch.setenv("SOTTOVOCE_SMTP_HOST", "h.test")
    with pytest.raises(SettingsError, match="SOTTOVOCE_SMTP_FROM"):
        load_settings()
    monkeypatch.setenv("SOTTOVOCE_SMTP_FROM", "v@h.test")
    monkeypatch.setenv("SOTTOVOCE_MISMATCH_CHECKED", "60/50")
    with pytest.raises(SettingsError, match="45/50"):
        load_settings()
    monkeypatch.setenv("SOTTOVOCE_WEBHOOK_URL", "hooks.test/T0/secret")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert "secret" not in str(caught.value)
