"""Runs and jobs on the data page over the fake API: started, followed by stage, refused, without a worker."""

import re
from pathlib import Path

import pipelines.run
from api.schemas.jobs import JobOut, JobPage, StageDoneOut
from api.schemas.quarantine import QuarantinePage
from api.schemas.runs import ProgressOut, RunOut, RunPage
from api.schemas.slices import MeOut
from dashboard.client import AnswerError
from dashboard.pieces import data_jobs, data_words
from tests.api.tables import NOW
from tests.dashboard.fakes import FakeApi
from tests.dashboard.test_data import press, said
from tests.dashboard.world import open_page


def test_run_is_started_and_followed_by_stage():
    client = FakeApi()
    done = RunOut(
        run_id=7,
        command="run",
        state="done",
        started_at=NOW,
        finished_at=NOW,
        seconds=75,
        stages=[StageDoneOut(stage="prepare", seconds=9.7, rows_in=841, rows_out=2367, counts={"empty": 36, "x": 0})],
    )
    told = ProgressOut(stage="discover", rows_done=50, rows_total=200, heard_at=NOW)
    at_work = done.model_copy(update={"run_id": 8, "state": "running", "progress": told, "stages": []})
    client.answers |= {
        "/v1/quarantine": QuarantinePage(items=[], total=0),
        "/v1/runs": RunPage(items=[done]),
        "/v1/jobs": JobPage(items=[]),
    }

    def begin(_params: dict) -> JobOut:
        client.answers |= {"/v1/runs": RunPage(items=[at_work, done]), "/v1/runs/8": at_work}
        return JobOut(job_id="j", kind="run", state="waiting", key_id="k", created_at=NOW)

    client.answers["POST /v1/runs"] = begin
    page = open_page(client, "data", part="runs")
    assert "Clean, redact and split8412,3679.7\u00a0s36 empty" in said(page)
    assert "1\u00a0min 15\u00a0s" in said(page)
    page.checkbox(key="run_refit").set_value(True)
    press(page, "Start a run")
    assert ("POST", "/v1/runs", {"refit": True}) in client.sent
    assert page.get("progress")[0].proto.text.startswith(
        "Analysing what is new: find new themes (stage 6 of 12), 50 of 200 rows"
    )
    assert "Start a run" not in [one.label for one in page.button]


def test_refused_run_keeps_the_page():
    client = FakeApi()
    client.answers |= {
        "/v1/quarantine": QuarantinePage(items=[], total=0),
        "/v1/runs": RunPage(items=[]),
        "/v1/jobs": JobPage(items=[]),
        "POST /v1/runs": AnswerError("the database is busy: try again"),
    }
    page = open_page(client, "data", part="runs")
    page.checkbox(key="run_refit").set_value(True)
    press(page, "Start a run")
    assert "the database is busy: try again" in said(page)
    assert page.checkbox(key="run_refit").value is True


def test_missing_worker_is_said():
    old = JobOut(job_id="j", kind="sample", state="waiting", key_id="k", created_at=NOW.replace(year=2020))
    client = FakeApi()
    client.answers |= {
        "/v1/me": MeOut(name="n", role="admin", accounts=None, as_of=NOW, has_data=False),
        "/v1/quarantine": QuarantinePage(items=[], total=0),
        "/v1/runs": RunPage(items=[]),
        "/v1/jobs": JobPage(items=[old]),
        "/v1/jobs/j": old,
        "/v1/imports": AnswerError("gone"),
    }
    page = open_page(client, "data")
    assert data_words.NO_WORKER in said(page)


def test_stages_are_those_of_a_run():
    root = Path(pipelines.run.__file__).parent
    named = {name for file in root.glob("*.py") for name in re.findall(r'with stage\(bench, "(\w+)"', file.read_text())}
    assert set(data_words.STAGES) == named
    assert data_jobs.ENDED == ("done", "failed")
