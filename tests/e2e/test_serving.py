"""`sottovoce serve` for real: posted comments are analysed by the worker beside it, one killed on the way too."""

import httpx
import psutil  # type: ignore[import-untyped]
import pytest

from tests.e2e.serving import Serving, children_of, serving, until

TEXT = "We were promised single sign-on in the demo, and it is not there."


@pytest.fixture
def served(tmp_path):
    with serving(tmp_path, {}) as found:
        yield found


def test_posted_comment_is_analysed_though_the_worker_is_killed(served: Serving):
    server = served.server
    with httpx.Client(base_url=served.url, headers=served.headers, timeout=30) as client:
        row = {"kind": "responses", "response_id": "p1", "survey_id": "nps-q", "account_id": "a2", "score": 2}
        posted = client.post("/v1/comments", json={"comments": [{**row, "comment": TEXT}]})
        job = f"/v1/jobs/{posted.json()['job_id']}"
        until(lambda: client.get(job).json()["state"] == "running")
        (killed,) = children_of(server.pid, worker=True)
        killed.kill()
        done = until(lambda: (found := client.get(job).json())["state"] in ("done", "failed") and found)
        assert (done["state"], done["counts"], done["problem"]) == ("done", {"new": 1}, None)
        shown = client.get("/v1/accounts/a2/comments?source=nps").json()["items"]
        (comment,) = [one for one in shown if one["comment_id"] == "response:p1"]
        assert {tag["key"] for tag in comment["themes"]} & {"sales_delivery_mismatch", "integrations_api"}
    # The worker hears of the server's end, even of a sudden one.
    (worker,) = children_of(server.pid, worker=True)
    server.kill()
    psutil.wait_procs([worker], timeout=30)
    assert not worker.is_running()
