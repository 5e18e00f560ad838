"""Writes the pages from the records, and from nothing else."""

import json
from pathlib import Path
from typing import Any

from pipelines.bench.figures import Figures, summarise
from pipelines.bench.performance import performance_page
from pipelines.bench.quality import beside
from pipelines.bench.records import read_all
from pipelines.bench.suites import SAMPLE
from pipelines.errors import InputFileError

FILE = "bench.json"
# Benches whose first run prints what a page of `evaluate` shows.
SHOWN = ("tag", "discover", "fewshot", "sentiment")


def write_pages(folder: Path, docs: Path) -> list[Path]:
    """Write bench.json, performance.md and quality.md; returns their paths.

    Raises:
        InputFileError: The folder holds no record.
    """
    from pipelines.evaluate.everything import quality_page

    runs = read_all(folder) if folder.is_dir() else []
    if not runs:
        raise InputFileError(f"{folder} holds no records; measure first: sottovoce bench all CORPORA")
    summary = summarise(runs)
    figures = Figures(summary)
    docs.mkdir(parents=True, exist_ok=True)
    pages = {
        docs / FILE: json.dumps(summary, indent=1, ensure_ascii=False) + "\n",
        docs / "performance.md": performance_page(figures),
        docs / "quality.md": quality_page(own_summaries(figures), beside=beside(figures)),
    }
    for path, text in pages.items():
        path.write_text(text, encoding="utf-8")
    return list(pages)


def beside_of(docs: Path) -> str:
    """Return the side-by-side tables of an earlier bench whose figures lie in a folder; nothing where none do."""
    file = docs / FILE
    return beside(Figures(json.loads(file.read_text(encoding="utf-8")))) if file.is_file() else ""


def own_summaries(figures: Figures) -> list[dict[str, Any]]:
    """Return what our own commands printed in their first run."""
    found = [
        figures.result(f"{bench}/{subject}/ours")
        for bench in SHOWN
        for subject in figures.subjects(bench)
        if subject != SAMPLE
    ]
    return [one for one in found if one is not None]
