"""The sample over the API: into an empty store, once, as a job of the worker."""

import dataclasses

import pytest
from fastapi.testclient import TestClient

import pipelines.run
import pipelines.sample
from api.app import create_app
from api.settings import ApiSettings
from data.store.repositories.keys import create_key
from pipelines.run import RunReport
from pipelines.sample import VENDOR_NAMES
from pipelines.settings import Settings
from pipelines.stage import Bench
from pipelines.worker import work
from tests.api.conftest import MADE_AT
from tests.pipelines.world import write_world


@pytest.fixture
def vendors(monkeypatch, tmp_path):
    """A small sample; a run does nothing but say which vendor it knows."""
    known = []

    def run(bench: Bench, refit: bool = False) -> RunReport:
        known.append(bench.settings.vendor_names)
        return RunReport(1, [], 0.1)

    monkeypatch.setattr(pipelines.run, "run", run)
    monkeypatch.setattr(pipelines.sample, "SAMPLE", write_world(tmp_path / "sample"))
    return known


def test_sample_comes_into_an_empty_store_once(sqlite_store, vault, tmp_path, vendors):
    bench = Bench(Settings(home=tmp_path / "home"), sqlite_store, vault)
    with sqlite_store.write() as session:
        _, secret = create_key(session, vault, name="a", role="admin", now=MADE_AT)
    headers = {"Authorization": f"Bearer {secret}"}
    with TestClient(create_app(ApiSettings(), sqlite_store, vault), headers=headers) as client:
        asked = client.post("/v1/sample")
        assert (asked.status_code, asked.json()["kind"]) == (202, "sample")
        assert client.post("/v1/sample").json()["job_id"] == asked.json()["job_id"]
        assert work(bench) == 1
        job = client.get(f"/v1/jobs/{asked.json()['job_id']}").json()
        assert (job["state"], job["counts"]["new"] > 10, job["received"] > 10) == ("done", True, True)
        assert client.get("/v1/me").json()["has_data"] is True
        refused = client.post("/v1/sample")
        assert (refused.status_code, "empty" in refused.json()["detail"]) == (409, True)
    assert vendors == [VENDOR_NAMES]
    own = dataclasses.replace(bench, settings=bench.settings.model_copy(update={"vendor_names": "Ours"}))
    assert pipelines.sample.of_its_vendor(own).settings.vendor_names == "Ours"
