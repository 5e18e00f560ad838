"""`sottovoce serve` in several processes: they count together, know each other's writes, and are started again."""

import os
import signal

import httpx
import psutil  # type: ignore[import-untyped]
import pytest

from tests.e2e.serving import Serving, children_of, serving, until

PROCESSES = 3


@pytest.fixture
def served(tmp_path):
    settings = {"SOTTOVOCE_PROCESSES": str(PROCESSES), "SOTTOVOCE_RATE_PER_S": "0.01", "SOTTOVOCE_RATE_BURST": "60"}
    with serving(tmp_path, settings, "--no-worker") as found:
        yield found


def _answering(served: Serving) -> list[psutil.Process]:
    return children_of(served.server.pid, worker=False)


def _ask(served: Serving, path: str, **more) -> httpx.Response:
    """Ask over a connection of its own: any of the processes may take it."""
    return httpx.get(f"{served.url}{path}", headers={**served.headers, **more}, timeout=30)


def test_processes_are_one_server(served: Serving):
    until(lambda: len(_answering(served)) == PROCESSES)
    for _ in range(12):
        assert _ask(served, "/healthz").status_code == 200
    # Counts of all of them together.
    counted = _ask(served, "/metrics").text
    (line,) = [one for one in counted.splitlines() if 'requests_total{method="GET",route="/healthz"' in one]
    assert float(line.rpartition(" ")[2]) >= 12

    # What one of them writes, each of the others answers with, and none says that nothing changed.
    first = _ask(served, "/v1/views")
    view = {"name": "mine", "page": "search", "parameters": {"segment": "smb"}}
    made = httpx.post(f"{served.url}/v1/views", headers=served.headers, json=view, timeout=30)
    assert made.status_code == 201, made.text
    for _ in range(12):
        answer = _ask(served, "/v1/views", **{"If-None-Match": first.headers["etag"]})
        assert answer.status_code == 200
        assert [view["name"] for view in answer.json()["items"]] == ["mine"]

    # One bucket for a key, whoever answers.
    statuses = [_ask(served, "/v1/views").status_code for _ in range(70)]
    assert statuses[-1] == 429
    assert 40 <= statuses.count(200) <= 60 - 14


def test_killed_process_is_started_again(served: Serving):
    before = until(lambda: len(found := _answering(served)) == PROCESSES and found)
    os.kill(before[-1].pid, signal.SIGKILL)
    until(lambda: len(found := _answering(served)) == PROCESSES and before[-1] not in found)
    until(lambda: _ask(served, "/healthz").status_code == 200)
    # The first one is killed: no other outlives it.
    left = _answering(served)
    served.server.kill()
    _, alive = psutil.wait_procs(left, timeout=30)
    assert alive == []


def test_server_ends_when_told(served: Serving):
    children = psutil.Process(served.server.pid).children(recursive=True)
    served.server.send_signal(signal.SIGTERM)
    assert served.server.wait(60) == 0
    _, alive = psutil.wait_procs(children, timeout=10)
    assert alive == []
