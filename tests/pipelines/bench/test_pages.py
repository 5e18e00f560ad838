"""Medians, bars and pages from records."""

import json

import pytest

from pipelines.bench import bars
from pipelines.bench.bars import Bar
from pipelines.bench.figures import Figures, Spread, summarise
from pipelines.bench.performance import performance_page
from pipelines.bench.process import Measured
from pipelines.bench.quality import beside
from pipelines.bench.records import Records, read_all
from pipelines.bench.report import write_pages
from pipelines.errors import InputFileError


def _spread(value):
    return Spread(value, value, value, 1)


def _add(folder, bench, task, results, *, walls=(1.0,), step="main", mib=100.0):
    records = Records(folder, bench)
    for run, wall in enumerate(walls):
        steps = {step: Measured(wall, wall, mib, results)}
        if step == "main":
            steps["measures"] = Measured(1.0, 1.0, 1.0, results)
        records.add(f"{bench}/{task}", run, steps=steps, load_before=0.5)


@pytest.fixture
def records(tmp_path):
    """Ours three times as fast and better, on a corpus of its own and on banking77."""
    for corpus, stock, ours in (("banking77", 0.467, 0.70), ("app_reviews", 0.2, 0.25)):
        for who, f1, walls in (("stock", stock, (90.0, 81.0, 99.0)), ("ours", ours, (30.0,)), ("again", ours, (4.0,))):
            fine = {"matched_f1": f1, "best_f1": f1, "nmi": 0.8, "ami": 0.8, "ari": 0.6, "unassigned": 0.02}
            result = {
                "command": "other",
                "fine": {**fine, "labels": 77, "themes": 80},
                "themes": 80,
                "coherence": 0.1,
                "diversity": 0.5,
            }
            _add(tmp_path, "discover", f"{corpus}/{who}", result, walls=walls)
    return tmp_path


def test_median_and_spread_of_runs(records):
    figures = Figures(summarise(read_all(records)))
    assert figures.get("discover/banking77/stock", "main.wall_s") == Spread(90.0, 81.0, 99.0, 3)
    assert figures.get("discover/banking77/grown", "main.wall_s") is None


def test_bars_compare_medians():
    def bar(subject, measure, stock, ours):
        found = bars.agreement_bar(subject, measure, _spread(stock), _spread(ours))
        return found is not None and found.met

    assert bar("banking77", "matched_f1", 0.467, 0.58)
    assert not bar("banking77", "matched_f1", 0.467, 0.57)
    assert not bar("app_reviews", "matched_f1", 0.164, 0.24)
    assert bar("app_reviews", "matched_f1", 0.164, 0.25)
    assert bar("insurance_intents", "ari", 0.505, 0.505)
    assert not bar("insurance_intents", "ari", 0.505, 0.504)
    assert not bar("mams_restaurant_aspects", "unassigned", 0.4, 0.081)
    assert bars.agreement_bar("app_reviews", "nmi", None, None) is None
    assert bars.themes_bar(77, _spread(154)) == Bar("38.5-154", True)
    assert bars.themes_bar(77, _spread(38)) == Bar("38.5-154", False)
    assert bars.themes_bar(8, _spread(50)) is None


def test_pages_show_figures_beside_bars(records, tmp_path):
    docs = tmp_path / "docs"
    written = write_pages(records, docs)
    assert [path.name for path in written] == ["bench.json", "performance.md", "quality.md"]
    speed = (docs / "performance.md").read_text()
    assert "| banking77 | from nothing | 90 (81-99) | 30 | 3.0 x | 0.700 | ≥ 3 x (goal 6 x) | yes |" in speed
    assert "| banking77 | second run, same comments | 90 (81-99) | 4.00 | 22.5 x | 0.700 | ≥ 30 x | **no** |" in speed
    quality = (docs / "quality.md").read_text()
    assert "| app_reviews | matched F1 | 0.200 | 0.250 |  | ≥ 1.5 x stock | **no** |" in quality
    kept = json.loads((docs / "bench.json").read_text())["tasks"]["discover/banking77/stock"]
    assert [run["steps"]["main"]["wall_s"] for run in kept["runs"]] == [90.0, 81.0, 99.0]


def test_pages_leave_out_what_was_not_measured(tmp_path):
    with pytest.raises(InputFileError, match="bench all"):
        write_pages(tmp_path, tmp_path / "docs")
    _add(tmp_path, "start", "help/warm", {}, walls=(0.4, 0.3))
    figures = Figures(summarise(read_all(tmp_path)))
    assert beside(figures) == ""
    page = performance_page(figures)
    assert "| `sottovoce --help` | 0.35 (0.30-0.40) |  | < 0.5 s | yes |" in page
    assert "Growth" not in page
