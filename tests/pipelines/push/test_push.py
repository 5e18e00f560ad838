"""A theme becomes one issue, whatever goes wrong on the way, with the API's numbers and nobody's name."""

import json
from contextlib import closing, suppress

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from data.store.models import Account, AuditEntry, Contact, Job, ThemeIssue
from data.store.queries.clock import newest_record
from data.store.queries.counts import total_counts
from data.store.queries.slices import Slice
from data.store.repositories.jobs import add_job
from data.store.repositories.locks import try_lock
from pipelines.errors import PushError
from pipelines.patience import Patience
from pipelines.push.push import CREATED, SAME, UPDATED, open_tracker, push, write_of
from pipelines.push.words import document, markdown
from pipelines.settings import Settings
from pipelines.stage import Bench
from pipelines.worker import look
from tests.api.conftest import MADE_AT
from tests.api.world import plant
from tests.pipelines.push.trackers import TEAM, TOKEN, USER, Trackers, serving

QUICK = Patience(attempts=4, first_s=0.001, most_s=2.0)
THEME = "sales_delivery_mismatch"
TARGETS = ("jira", "linear")


@pytest.fixture
def trackers():
    with serving(Trackers()) as found:
        yield found


@pytest.fixture
def bench(sqlite_store, vault, tmp_path, trackers):
    plant(sqlite_store)
    settings = Settings(
        home=tmp_path / "home",
        jira_url=trackers.url,
        jira_user=USER,
        jira_token=TOKEN,
        jira_project="VOC",
        linear_url=f"{trackers.url}/graphql",
        linear_token=TOKEN,
        linear_team="ENG",
        dashboard_url="https://voice.acme.test/",
    )
    return Bench(settings, sqlite_store, vault, clock=lambda: MADE_AT)


def pushed(bench, target, theme=THEME):
    with closing(open_tracker(bench.settings, target, patience=QUICK)) as tracker:
        return push(bench, tracker, theme, since=None, asked_by="key_a")


def say_otherwise(session: Session) -> None:
    session.execute(update(Account).values(arr=1))


@pytest.mark.parametrize("target", TARGETS)
def test_one_issue_then_comments_on_it(bench, trackers, target):
    first = pushed(bench, target)
    assert (first.done, len(trackers.issues)) == (CREATED, 1)
    assert pushed(bench, target).done == SAME
    with bench.store.write() as session:
        say_otherwise(session)
    assert (pushed(bench, target).done, pushed(bench, target).done) == (UPDATED, SAME)
    assert (len(trackers.issues), len(trackers.comments)) == (1, 1)
    assert first.url.startswith(trackers.url if target == "jira" else "https://linear.app/")
    with bench.store.read() as session:
        row = session.scalars(select(ThemeIssue)).one()
        audit = session.scalars(select(AuditEntry)).all()
    assert (row.theme_key, row.target, row.url) == (THEME, target, first.url)
    assert [(one.action, one.actor) for one in audit] == [("export", "key_a")] * 2


@pytest.mark.parametrize("target", TARGETS)
def test_no_second_issue_after_a_lost_answer(bench, trackers, target):
    for at, theme in enumerate((THEME, "ease_of_use", "d_shift")):
        for arr in (None, at + 2):
            if arr:
                with bench.store.write() as session:
                    session.execute(update(Account).values(arr=arr))
            trackers.faults = [None] * at + ["drop"]
            for _ in range(2):
                with suppress(PushError):
                    pushed(bench, target, theme)
        assert pushed(bench, target, theme).done == SAME
        assert (len(trackers.issues), len(trackers.comments)) == (at + 1, at + 1)


@pytest.mark.parametrize("target", TARGETS)
def test_a_busy_tracker_is_asked_again_and_a_hopeless_one_not(bench, trackers, target):
    trackers.faults = ["429", "500", "limit" if target == "linear" else "429"]
    assert pushed(bench, target).done == CREATED
    asked = len(trackers.asked)
    with bench.store.write() as session:
        say_otherwise(session)
    trackers.faults = ["429"] * 9
    with pytest.raises(PushError, match="429"):
        pushed(bench, target)
    assert len(trackers.asked) - asked == QUICK.attempts


@pytest.mark.parametrize("target", TARGETS)
def test_a_deleted_issue_is_made_anew(bench, trackers, target):
    pushed(bench, target)
    trackers.issues.clear()
    with bench.store.write() as session:
        say_otherwise(session)
    assert pushed(bench, target).done == CREATED
    assert len(trackers.issues) == 1


def test_an_issue_says_the_api_s_numbers_and_no_name(bench):
    issue = write_of(bench, THEME, since=None)
    with bench.store.read() as session:
        counts = total_counts(session, Slice(as_of=newest_record(session)), theme_keys=(THEME,))
        names = [one for pair in session.execute(select(Contact.name, Contact.contact_id)) for one in pair]
        names += list(session.scalars(select(Account.name)))
    assert issue.lines[0].startswith(
        f"{counts.comments} comments of {counts.respondents} respondents at {counts.accounts} accounts, "
        f"{counts.negative} of them negative"
    )
    assert all(f"{currency} {amount:,.0f}" in issue.lines[1] for currency, amount in counts.revenue.items())
    assert issue.quotes
    assert issue.link == f"https://voice.acme.test/theme?key={THEME}"
    for said in (json.dumps(document(issue)), markdown(issue)):
        assert [name for name in names if name and name in said] == []
        assert issue.link in said


def test_what_a_customer_wrote_is_no_markup():
    from cx.issue import Issue, Quote

    text = "![](http://evil.test/x) @all <b> [here](http://evil.test)"
    said = markdown(Issue("t", ("a",), (Quote(text, "admin", "usage"),), ""))
    assert "](" not in said.replace("\\]\\(", "")
    assert "\\@all" in said


def test_wrong_settings_say_which_and_never_the_token(bench, trackers):
    wrong = {
        "jira": ({"jira_project": "NOPE"}, "SOTTOVOCE_JIRA_PROJECT"),
        "linear": ({"linear_team": "NOPE"}, "SOTTOVOCE_LINEAR_TEAM"),
    }
    for target, (changed, said) in wrong.items():
        for more, told in ((changed, said), ({f"{target}_token": "tok-other"}, "answered 401")):
            other = Bench(bench.settings.model_copy(update=more), bench.store, bench.vault, clock=bench.clock)
            other.settings.__dict__.pop("trackers", None)
            with pytest.raises(PushError, match=told) as caught:
                pushed(other, target)
            assert "tok-" not in str(caught.value)
        with pytest.raises(PushError, match="first"):
            open_tracker(Settings(home=bench.settings.home), target)
    assert TOKEN not in repr(bench.settings)
    by_id = Bench(bench.settings.model_copy(update={"linear_team": TEAM}), bench.store, bench.vault, clock=bench.clock)
    assert pushed(by_id, "linear").done == CREATED


def test_the_worker_does_what_the_api_put_down(bench, trackers):
    with bench.store.write() as session:
        for target in TARGETS:
            options = {"theme_key": THEME, "target": target, "since": None}
            add_job(session, "issue", key_id="key_a", options=options, now=MADE_AT)
        gone = {"theme_key": "no_such", "target": "jira", "since": None}
        add_job(session, "issue", key_id="key_a", options=gone, now=MADE_AT)
    with try_lock(bench.store, bench.settings.home, "work"):
        # Beside a run: nothing waits for it.
        assert look(bench) == 3
    with bench.store.read() as session:
        jobs = session.scalars(select(Job).order_by(Job.id)).all()
    assert [job.state for job in jobs] == ["done", "done", "failed"]
    assert jobs[0].notes == [f"created: VOC-1 {trackers.url}/browse/VOC-1"]
    assert "no theme 'no_such'" in (jobs[2].problem or "")
