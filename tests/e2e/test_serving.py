"""`sottovoce serve` for real: posted comments are analysed by the worker beside it, one killed on the way too."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import psutil  # type: ignore[import-untyped]
import pytest

from pipelines.ingest import import_path
from pipelines.settings import Settings
from pipelines.stage import Bench
from tests.pipelines.world import write_world

# Seconds in which a comment is to be analysed, on a machine that does nothing else; tests share theirs.
WITHIN_S = 120
TEXT = "We were promised single sign-on in the demo, and it is not there."


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _sottovoce(environment: dict[str, str], *words: str, **more) -> subprocess.Popen:
    command = (sys.executable, "-c", "from pipelines.cli import main; main()", *words)
    return subprocess.Popen(command, env=environment, **more)


def _until(check, within_s: float = WITHIN_S):
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        try:
            found = check()
        except httpx.TransportError:
            found = None
        if found:
            return found
        time.sleep(0.1)
    return pytest.fail(f"nothing came of it in {within_s} s")


def _workers(pid: int) -> list[psutil.Process]:
    return [one for one in psutil.Process(pid).children() if "worker" in one.cmdline()]


@pytest.fixture
def served(tmp_path: Path):
    home = tmp_path / "home"
    bench = Bench(Settings(home=home), Settings(home=home).store(), Settings(home=home).vault())
    import_path(write_world(tmp_path / "world"), bench=bench)
    bench.store.close()
    environment = {**os.environ, "SOTTOVOCE_HOME": str(home)}
    environment.pop("SOTTOVOCE_DATABASE_URL", None)
    made = _sottovoce(environment, "key", "create", "--name", "t", "--role", "analyst", stdout=subprocess.PIPE)
    key = made.communicate(timeout=60)[0].decode().strip()
    port = _free_port()
    server = _sottovoce(environment, "serve", "--port", str(port))
    headers = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=30) as client:
        _until(lambda: client.get("/healthz").status_code == 200)
        yield client, server
    server.send_signal(signal.SIGKILL)
    server.wait()


def test_posted_comment_is_analysed_though_the_worker_is_killed(served):
    client, server = served
    row = {"kind": "responses", "response_id": "p1", "survey_id": "nps-q", "account_id": "a2", "score": 2}
    posted = client.post("/v1/comments", json={"comments": [{**row, "comment": TEXT}]})
    job = f"/v1/jobs/{posted.json()['job_id']}"
    _until(lambda: client.get(job).json()["state"] == "running")
    (killed,) = _workers(server.pid)
    killed.kill()
    done = _until(lambda: (found := client.get(job).json())["state"] in ("done", "failed") and found)
    assert (done["state"], done["counts"], done["problem"]) == ("done", {"new": 1}, None)
    shown = client.get("/v1/accounts/a2/comments?source=nps").json()["items"]
    (comment,) = [one for one in shown if one["comment_id"] == "response:p1"]
    assert {tag["key"] for tag in comment["themes"]} & {"sales_delivery_mismatch", "integrations_api"}
    # The worker hears of the server's end, even of a sudden one.
    (worker,) = _workers(server.pid)
    server.kill()
    psutil.wait_procs([worker], timeout=30)
    assert not worker.is_running()
