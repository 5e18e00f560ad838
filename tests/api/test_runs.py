"""Runs: stages in their order, how far the one at work is, and what a key of some accounts sees of them."""

from data.store.repositories import runs as repository
from data.store.repositories.progress import note_progress
from tests.api.conftest import MADE_AT, Caller


def plant_runs(store):
    with store.write() as session:
        first = repository.begin_run(session, "run", settings={}, now=MADE_AT)
        for stage in ("prepare", "embed"):
            repository.record_stage(
                session, first, stage, started=MADE_AT, seconds=1.5, rows_in=40, rows_out=44, counts={"empty": 2}
            )
        repository.finish_run(session, first, state="done", now=MADE_AT, model_keys={"embedder": "m"}, counts={})
        at_work = repository.begin_run(session, "run", settings={}, now=MADE_AT)
        note_progress(session, at_work, stage="tag", rows_done=7, rows_total=40, now=MADE_AT)
    return first, at_work


def test_runs_show_stages_and_progress(world, vault):
    from fastapi.testclient import TestClient

    from api.app import create_app
    from api.settings import ApiSettings
    from data.store.repositories.keys import create_key

    first, at_work = plant_runs(world)
    with world.write() as session:
        _, secret = create_key(session, vault, name="v", role="viewer", now=MADE_AT)
    with TestClient(create_app(ApiSettings(), world, vault), headers={"Authorization": f"Bearer {secret}"}) as client:
        listed = client.get("/v1/runs").json()["items"]
        assert [one["run_id"] for one in listed] == [at_work, first]
        assert (listed[0]["progress"]["stage"], listed[0]["progress"]["rows_done"]) == ("tag", 7)
        assert [(one["stage"], one["rows_in"]) for one in listed[1]["stages"]] == [("prepare", 40), ("embed", 40)]
        assert listed[1]["progress"] is None
        page = client.get("/v1/runs?limit=1").json()
        assert client.get(f"/v1/runs?limit=1&cursor={page['next_cursor']}").json()["items"] == [listed[1]]
        assert client.get(f"/v1/runs/{first}").json() == listed[1]
        # A line a stage; the run at work has none yet.
        assert len(client.get("/v1/runs.csv").text.splitlines()) == 1 + 2 + 1


def test_key_of_some_accounts_sees_no_counts(app, caller: Caller):
    first, at_work = plant_runs(app.state.store)
    csm = caller("csm", ["pico"])
    done, going = csm.get(f"/v1/runs/{first}").json(), csm.get(f"/v1/runs/{at_work}").json()
    assert [(one["stage"], one["rows_in"], one["counts"]) for one in done["stages"]] == [
        ("prepare", None, {}),
        ("embed", None, {}),
    ]
    assert (going["progress"]["stage"], going["progress"]["rows_done"]) == ("tag", None)


def test_run_that_is_asked_for_twice_is_one(app, caller: Caller):
    analyst = caller("analyst")
    first = analyst.post("/v1/runs", json={"refit": True}).json()
    assert analyst.post("/v1/runs", json={"refit": True}).json() == first
    assert analyst.post("/v1/runs", json={}).json()["job_id"] != first["job_id"]
    assert analyst.post("/v1/runs", json={"refit": "maybe"}).status_code == 422
