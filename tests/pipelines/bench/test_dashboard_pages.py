"""What is looked at, what counts as seen, and how it stands beside the bars; the looking itself needs a browser."""

import os
import shutil

import pytest

from pipelines import summarise as summarising
from pipelines.bench.figures import Figures, summarise
from pipelines.bench.pages import FILTERS, SERVER, measure_pages
from pipelines.bench.pages_page import pages_tables
from pipelines.bench.pages_served import cpu_s, find_browser, machine_cpu_s
from pipelines.bench.process import BenchError, Measured
from pipelines.bench.records import Records, read_all
from pipelines.bench.seed import Stand, fill
from tests.hashing import HashingEmbedder


def looked_at(folder, page, **result):
    for run, more in enumerate((0.0, 0.2, 0.1)):
        steps = {"main": Measured(4.0, 1.5, 300.0, {name: value + more for name, value in result.items()})}
        Records(folder, "pages").add(f"pages/sqlite/{page}", run, steps=steps, load_before=0.5)


def test_page_shows_medians_with_their_spread_beside_the_bars(tmp_path):
    looked_at(tmp_path, "overview", first_s=0.9, whole_s=2.0, role_s=0.5, segment_s=0.6)
    looked_at(tmp_path, "journey", first_s=2.95, whole_s=4.0, role_s=0.5, segment_s=0.6)
    looked_at(tmp_path, "retention", first_s=1.0, whole_s=4.0, role_s=1.45, segment_s=0.6)
    looked_at(tmp_path, "account", first_s=1.0, whole_s=2.0, role_s=0.5)
    looked_at(tmp_path, "data", first_s=0.5, whole_s=0.6)
    looked_at(tmp_path, SERVER, three_mib=410.0, api_mib=300.0, others_cores=0.1)
    told = pages_tables(Figures(summarise(read_all(tmp_path))))
    seconds = "1.00 (0.90-1.10) | 2.10 (2.00-2.20) | 0.60 (0.50-0.70) | 0.70 (0.60-0.80) | 1.5 |"
    assert f"| sqlite | overview | 3 | {seconds} yes |" in told
    assert "| sqlite | journey | 3 | 3.05" in told
    assert "| sqlite | retention | 3 | 1.10" in told
    assert [line[-8:] for line in told.splitlines() if "journey |" in line or "retention |" in line] == ["**no** |"] * 2
    assert "| one segment | 1.5 | yes |" in told
    assert "| 0.60 (0.50-0.70) | 0.70 (0.60-0.80) | no filters | no filters | 1.5 | yes |" in told
    assert "| sqlite | 410 | 300 |" in told
    assert "| < 600 MiB | yes |" in told


def test_nothing_measured_is_nothing_told(tmp_path):
    assert pages_tables(Figures({"machines": [], "tasks": {}})) == ""


def test_pages_that_are_not_there_are_named(sqlite_bench, tmp_path):
    with pytest.raises(BenchError, match=r"\['home'\] are not known: use overview, themes"):
        measure_pages(sqlite_bench, only=["home"], folder=tmp_path, say=lambda line: None)


def test_browser_is_the_one_that_is_named(tmp_path):
    named = tmp_path / "chromium"
    named.write_text("#!/bin/sh\n")
    named.chmod(0o755)
    assert find_browser(str(named)) == str(named)
    with pytest.raises(BenchError, match="SOTTOVOCE_CHROMIUM"):
        find_browser(str(tmp_path / "gone"))


def test_processor_time_is_counted_with_what_was_started():
    before, machine = cpu_s(os.getpid()), machine_cpu_s()
    total = sum(one * one for one in range(2_000_000))
    assert total
    assert 0 < cpu_s(os.getpid()) - before <= machine_cpu_s() - machine + 0.05


@pytest.mark.slow
def test_every_page_of_a_seeded_store_is_timed(sqlite_bench, tmp_path):
    if shutil.which("chromium") is None:
        pytest.skip("no Chromium here: apt-get install chromium")
    stand = Stand("tagger", "mark")
    fill(sqlite_bench, comments=3_000, accounts=40, embedder=HashingEmbedder(), stand=stand, say=lambda line: None)
    summarising.run(sqlite_bench)
    sqlite_bench.settings.secret_path.write_text(bytes(range(32)).hex())
    measure_pages(sqlite_bench, rounds=1, only=["overview", "accounts"], folder=tmp_path, say=lambda line: None)
    figures = Figures(summarise(read_all(tmp_path)))
    for page in ("overview", "accounts"):
        for name in ("first", "whole", *FILTERS):
            took = figures.get(f"pages/sqlite/{page}", f"main.result.{name}_s")
            assert took is not None, (page, name)
            assert 0 < took.median < 60
