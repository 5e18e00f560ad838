"""What the load asks and how its times are summed up; the measurement itself is slow."""

from urllib.parse import parse_qs, urlsplit

import pytest

from pipelines import summarise
from pipelines.bench.figures import Figures
from pipelines.bench.figures import summarise as summarised
from pipelines.bench.load import measure_load, percentile, times_of
from pipelines.bench.load_page import load_tables
from pipelines.bench.process import BenchError, Measured
from pipelines.bench.questions import CSM, MIXES, VIEWER, Stock, draw_questions
from pipelines.bench.records import Records, read_all
from pipelines.bench.seed import Stand, fill
from tests.hashing import HashingEmbedder

STOCK = Stock([f"A{at}" for at in range(50)], ["A3", "A7"], ["ease_of_use", "support_speed"], ["t-a", "t-b"], 1000)


def test_percentiles_are_of_the_nearest_rank():
    values = [float(one) for one in range(1, 101)]
    assert [percentile(values, share) for share in (0.5, 0.95, 0.99)] == [50, 95, 99]
    assert percentile([3.0], 0.95) == 3.0


def test_times_are_summed_by_route_with_their_errors():
    samples = [("a", float(ms), "") for ms in range(1, 20)] + [("a", 500.0, "503"), ("b", 7.0, "")]
    found = times_of(samples)
    assert (found["a"].n, found["a"].p95, found["a"].most) == (20, 19.0, 500.0)
    assert (found["a"].errors, found["a"].first_error) == (1, "503")
    assert (found["b"].n, found["b"].errors) == (1, 0)


@pytest.mark.parametrize("mix", MIXES)
def test_no_question_is_asked_twice(mix):
    questions = draw_questions(mix, STOCK, count=300, seed=1)
    assert len({(one.path, one.key) for one in questions}) == len(questions) == 300
    assert questions == draw_questions(mix, STOCK, count=300, seed=1)
    assert 0.2 < sum(one.key == CSM for one in questions) / 300 < 0.4
    assert all(len(value) == 1 for one in questions for value in parse_qs(urlsplit(one.path).query).values())


def test_csm_asks_about_own_accounts_only():
    asked = [one for mix in MIXES for one in draw_questions(mix, STOCK, count=100, seed=2) if "/accounts/" in one.path]
    of = {key: {one.path.split("/")[3].split("?")[0] for one in asked if one.key == key} for key in (CSM, VIEWER)}
    assert of[CSM] == {"A3", "A7"}
    assert len(of[VIEWER]) > 10


@pytest.mark.parametrize(("mixes", "rate"), [(["everything"], 20.0), (["lists"], 100_000.0)])
def test_load_has_bounds(sqlite_bench, tmp_path, mixes, rate):
    with pytest.raises(BenchError, match="at most"):
        measure_load(sqlite_bench, mixes, rate_per_s=rate, folder=tmp_path, say=lambda line: None)


def test_page_shows_times_beside_the_bars(tmp_path):
    times = {"n": 900, "p50": 20.0, "p95": 120.0, "p99": 180.0, "most": 300.0, "errors": 0, "first_error": ""}
    for mix, name, errors in (("lists", "list: accounts", 0), ("all", "search: words", 2)):
        routes = {name: {**times, "errors": errors}}
        steps = {"main": Measured(60.0, 30.0, 420.0, {"routes": routes, "own_mib": 300.0, "worker_mib": 250.0})}
        Records(tmp_path, "load").add(f"load/sqlite/{mix}", 0, steps=steps, load_before=0.1)
    page = load_tables(Figures(summarised(read_all(tmp_path))))
    assert "| sqlite | lists | list: accounts | 900 | 20 | 120 | 180 | 0 | ≤ 100 ms, no error | **no** |" in page
    assert "| sqlite | all | search: words | 900 | 20 | 120 | 180 | 2 | ≤ 500 ms, no error | **no** |" in page
    assert "| sqlite | 420 | 300 | 250 | 60 | < 500 MiB | yes |" in page


@pytest.mark.slow
def test_seeded_store_is_served_and_asked(sqlite_bench, tmp_path):
    stand = Stand("tagger", "mark")
    fill(sqlite_bench, comments=1_500, accounts=12, embedder=HashingEmbedder(), stand=stand, say=lambda line: None)
    summarise.run(sqlite_bench)
    secret = sqlite_bench.settings.secret_path
    secret.write_text(bytes(range(32)).hex())
    found = measure_load(
        sqlite_bench, ["lists"], seconds=5, rate_per_s=5, warm_up_s=2, folder=tmp_path, say=lambda line: None
    )
    routes = found["lists"].result["routes"]
    assert sum(one["n"] for one in routes.values()) >= 5
    assert [one["first_error"] for one in routes.values() if one["errors"]] == []
    assert found["lists"].peak_mib > 50
