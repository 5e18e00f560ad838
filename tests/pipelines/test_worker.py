"""The worker takes up what the API put down: once, again where it was killed, and one run for all that waits."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

import pipelines.run
from data.errors import BusyError
from data.store.models import Comment, Job, QuarantinedRow, Response
from data.store.queries.runs import list_runs
from data.store.repositories import jobs as repository
from data.store.repositories.jobs import MAX_ATTEMPTS, add_job, get_job
from data.store.repositories.locks import try_lock
from data.store.unit_of_work import Store
from pipelines import posted, worker
from pipelines.errors import ModelMissingError, SettingsError
from pipelines.ingest import import_path
from pipelines.progress import Silent
from pipelines.queue import LOOK, WORK, Queue, open_queue, wake_only
from pipelines.run import RunReport
from pipelines.settings import Settings
from pipelines.stage import Bench
from pipelines.told import Told
from pipelines.worker import make_queue, work
from tests.pipelines.world import write_world

NOW = datetime(2026, 9, 30, tzinfo=UTC)


class Killed(BaseException):
    """What a kill looks like from inside: nothing catches it."""


@pytest.fixture
def runs(monkeypatch):
    """Runs that do nothing but say how they were asked for."""
    asked = []

    def run(bench, *, refit=False):
        asked.append(refit)
        return RunReport(len(asked), [], 0.1)

    monkeypatch.setattr(pipelines.run, "run", run)
    return asked


@pytest.fixture
def bench(store, vault, tmp_path):
    found = Bench(Settings(home=tmp_path / "bench"), store, vault, clock=lambda: NOW)
    import_path(write_world(tmp_path / "world"), bench=found)
    return found


ROWS = [
    {"response_id": "n1", "survey_id": "nps-q", "account_id": "a1", "contact_id": "c2", "score": 3, "comment": "slow"},
    {"response_id": "n2", "survey_id": "nps-q", "account_id": "a1", "score": 11},
    {"response_id": "n3", "survey_id": "none-such", "account_id": "a2", "score": 3},
    {"survey_id": "nps-q", "account_id": "a2", "score": 9, "responded_at": "2026-09-01T10:00:00+00:00"},
]


def put(bench, values=ROWS, *, kind="responses", accounts=None):
    rows = [{"row": place, "kind": kind, "values": one} for place, one in enumerate(values, start=1)]
    with bench.store.write() as session:
        payload = bench.vault.encrypt(json.dumps(rows))
        return add_job(
            session, "comments", key_id="key_1", accounts=accounts, now=NOW, payload=payload, received=len(rows)
        ).job_id


def read(bench, job_id):
    with bench.store.read() as session:
        return get_job(session, job_id)


def count(bench, model, *where):
    with bench.store.read() as session:
        return session.scalar(select(func.count()).select_from(model).where(*where))


def test_posted_rows_are_imported_analysed_and_accounted_for(bench, runs):
    job_id = put(bench)
    assert work(bench) == 1
    job = read(bench, job_id)
    assert (job.state, job.step, job.payload_encrypted) == ("done", None, None)
    assert job.counts["new"] == 2
    assert job.counts["quarantined"] == 2
    assert [(one["row"], one["column"]) for one in job.errors] == [(2, "score"), (3, "survey_id")]
    assert "range 0 to 10" in job.errors[0]["reason"]
    assert all("file" not in one["next_step"].split() for one in job.errors)
    assert job.run["run"] == 1
    with bench.store.read() as session:
        comment = session.scalars(select(Comment).where(Comment.comment_id == "response:n1")).one()
        assert (comment.account_id, comment.contact_id, comment.role, comment.score_band) == (
            "a1",
            "c2",
            "end_user",
            -1,
        )
        aside = session.scalars(select(QuarantinedRow).order_by(QuarantinedRow.row_number)).all()
        assert [row.file for row in aside] == [f"api/{job_id}"] * 2
    # The same again changes nothing, the row without an id included.
    again = put(bench)
    work(bench)
    assert read(bench, again).counts["same"] == 2
    assert count(bench, Response, Response.survey_id == "nps-q") == 5


def test_killed_worker_is_followed_by_one_that_ends_the_same(bench, runs, monkeypatch):
    first, second = put(bench), put(bench, [{"ticket_id": "t9", "account_id": "a1", "status": "open"}], kind="tickets")
    store_batch = posted.store_batch

    def killed(session, *args, **named):
        store_batch(session, *args, **named)
        raise Killed

    monkeypatch.setattr(posted, "store_batch", killed)
    with pytest.raises(Killed):
        work(bench)
    assert (read(bench, first).state, count(bench, Comment, Comment.comment_id == "response:n1")) == ("running", 0)
    monkeypatch.setattr(posted, "store_batch", store_batch)

    def killed_run(*_args, **_named):
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(pipelines.run, "run", killed_run)
        with pytest.raises(Killed):
            work(bench)
    assert [read(bench, one).step for one in (first, second)] == ["analysing"] * 2
    work(bench)
    assert read(bench, first).counts == {"new": 2, "quarantined": 2, "refused": 0}
    assert [read(bench, one).state for one in (first, second)] == ["done"] * 2
    # One run for both.
    assert runs == [False]


def test_job_that_kills_each_worker_is_given_up(bench, runs, monkeypatch):
    bad, good = put(bench), None

    def killed(*_args, **_named):
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(posted, "store_batch", killed)
        for _ in range(MAX_ATTEMPTS):
            with pytest.raises(Killed):
                work(bench)
    good = put(bench)
    work(bench)
    assert (read(bench, bad).state, read(bench, good).state) == ("failed", "done")
    assert "ended 5 times" in read(bench, bad).problem


def test_failing_run_is_tried_again_and_then_said(bench, monkeypatch):
    def fails(*_args, **_named):
        raise RuntimeError("secret words")

    def busy(*_args, **_named):
        raise BusyError("another run")

    job_id = put(bench)
    monkeypatch.setattr(pipelines.run, "run", busy)
    for _ in range(MAX_ATTEMPTS + 1):
        work(bench)
    assert read(bench, job_id).state == "running"
    monkeypatch.setattr(pipelines.run, "run", fails)
    for _ in range(MAX_ATTEMPTS):
        assert read(bench, job_id).state == "running"
        work(bench)
    job = read(bench, job_id)
    assert (job.state, "secret" in job.problem) == ("failed", False)


def test_rows_of_other_accounts_stay_out_at_the_import_too(bench, runs):
    # The answer came from another account after the API had looked.
    rows = [{**ROWS[0], "account_id": "a2", "contact_id": "c3"}, {**ROWS[3], "response_id": "r1"}, {**ROWS[0]}]
    job_id = put(bench, rows, accounts=["a2"])
    work(bench)
    job = read(bench, job_id)
    assert (job.counts["new"], job.counts["refused"]) == (1, 2)
    assert [(one["row"], one["column"]) for one in job.errors] == [(2, "response_id"), (3, "account_id")]


def test_jobs_that_ask_for_a_refit_share_one_run(bench, runs):
    with bench.store.write() as session:
        ids = [
            add_job(session, "run", key_id="key_1", options={"refit": refit}, now=NOW).job_id for refit in (False, True)
        ]
    work(bench)
    assert runs == [True]
    assert [read(bench, one).run["run"] for one in ids] == [1, 1]


def test_idle_worker_writes_nothing_and_one_works_at_a_time(bench, runs, monkeypatch):
    monkeypatch.setattr(worker, "count_unprepared", lambda _session: 0)
    work(bench)
    with try_lock(bench.store, bench.settings.home, WORK) as free:
        assert free
        put(bench)
        assert work(bench) == 0
    assert work(bench) == 1
    # A job that came as the lock was about to be free is taken up by who held it.
    analyse = worker.analyse

    def late(found):
        analyse(found)
        if count(bench, Job) == 2:
            put(bench)

    put(bench)
    monkeypatch.setattr(worker, "analyse", late)
    assert work(bench) == 2
    assert count(bench, Job, Job.state == "done") == 3


def test_progress_is_noted_beside_a_writer(bench):
    with bench.store.write() as session:
        run_id = pipelines.run.repository.begin_run(session, "run", settings={}, now=NOW)
    told = Told(Silent(), bench.store, run_id, clock=lambda: NOW + timedelta(seconds=5), every_s=0)
    told.start("embed", 40)
    told.advance(15)
    with bench.store.read() as session:
        progress = list_runs(session).rows[0].progress
    assert progress is not None
    assert (progress.stage, progress.rows_done, progress.rows_total) == ("embed", 15, 40)
    told.close()


def test_note_of_progress_waits_for_nobody(sqlite_store: Store):
    with sqlite_store.write() as session:
        run_id = pipelines.run.repository.begin_run(session, "run", settings={}, now=NOW)
    told = Told(Silent(), sqlite_store, run_id, clock=lambda: NOW)
    with sqlite_store.write():
        started = datetime.now(UTC)
        told.start("tag", 3)
    assert (datetime.now(UTC) - started).total_seconds() < 5
    told.close()


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_wake_up_reaches_the_worker(kind, tmp_path, request, monkeypatch):
    shown = ""
    if kind == "postgres":
        url = request.getfixturevalue("postgres_store").engine.url
        shown = url.set(drivername="postgresql").render_as_string(hide_password=False)
    settings = Settings(home=tmp_path, queue_url=shown)
    heard = []
    monkeypatch.setattr(worker, "open_bench", lambda _settings: Bench(settings, _Closed(), None))
    monkeypatch.setattr(worker, "work", lambda _bench: heard.append(WORK))
    monkeypatch.setattr(worker, "look", lambda _bench: heard.append(LOOK))
    asking, working = Queue(settings, dict.fromkeys((WORK, LOOK), pytest.fail)), make_queue(settings)
    asking.wake(WORK)
    asking.wake(LOOK)
    for _ in range(2):
        working.huey.execute(working.huey.dequeue())
    assert heard == [WORK, LOOK]
    # Signed with another secret it is not read: a message is a pickle.
    asking.wake(WORK)
    settings.secret_path.write_text("ab" * 32)
    stranger = Queue(settings, {})
    with pytest.raises(ValueError, match="ignature"):
        stranger.huey.dequeue()
    for queue in (asking, working, stranger):
        queue.close()


class _Closed:
    def close(self):
        """Nothing is open."""


def test_queue_that_can_not_be_used_is_explained(tmp_path, caplog):
    for url, error in (("amqp://host", SettingsError), ("redis://host", ModelMissingError)):
        with pytest.raises(error):
            open_queue(Settings(home=tmp_path, queue_url=url))
    wake_only(Settings(home=tmp_path, queue_url="postgresql://nobody@127.0.0.1:1/none"))(WORK)
    assert "SOTTOVOCE_QUEUE_URL" in caplog.text


def test_kinds_of_jobs_are_all_known():
    from api.schemas.jobs import KINDS

    assert set(KINDS) == {*worker.WORKING, *worker.LOOKING}
    assert repository.MAX_ATTEMPTS > 1
