"""`evaluate all`: every measure over every labelled file of a folder, and the page `docs/quality.md` written from it.

Each measurement runs in a process of its own, so that seconds and peak memory are those of a user's command.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pipelines.errors import PipelineError
from pipelines.evaluate.labelled import read_rows
from pipelines.settings import DATA

SUFFIXES = (".parquet", ".csv", ".jsonl")
FEWSHOT_K = (8, 16)
GOLD = DATA / "gold"
Summary = dict[str, Any]


def evaluate_all(folder: Path, *, say: Callable[[str], None]) -> list[Summary]:
    """Measure discovery, few-shot and sentiment on every file of a folder, and tagging on the shipped gold labels.

    Raises:
        PipelineError: A measurement failed; says which, with what it printed.
    """
    summaries = []
    for words in _commands(folder):
        summary = _run(words)
        say(json.dumps(summary, ensure_ascii=False))
        summaries.append(summary)
    return summaries


def _commands(folder: Path) -> Iterator[list[str]]:
    for file in sorted(GOLD.glob("*.jsonl")):
        yield ["tag", str(file)]
    files = sorted(file for file in folder.iterdir() if file.suffix in SUFFIXES) if folder.is_dir() else []
    for file in files:
        rows = read_rows(file)
        labels = "labels" if any(row.get("labels") for row in rows) else "label"
        yield ["discover", str(file), "--text", "text", "--label", "label", "--labels", labels]
        for k in FEWSHOT_K:
            yield ["fewshot", str(file), "--text", "text", "--labels", labels, "--k", str(k)]
        if any(row.get("score") is not None for row in rows):
            yield ["sentiment", str(file), "--text", "text", "--label", "score"]
        if any("polarity" in str(row.get("meta") or "") for row in rows):
            yield ["aspects", str(file), "--text", "text"]


def _run(words: Sequence[str]) -> Summary:
    command = [sys.executable, "-c", "from pipelines.cli import main; main()", "evaluate", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise PipelineError(f"`sottovoce evaluate {' '.join(words)}` failed: {done.stderr.strip()[-500:]}")
    summary: Summary = json.loads(done.stdout.strip().splitlines()[-1])
    return summary


def quality_page(summaries: Sequence[Summary], *, beside: str = "") -> str:
    """Write the page: one table a command.

    Args:
        summaries: What the commands printed.
        beside: Tables beside the stock libraries, from `sottovoce bench`.
    """
    of = {name: [s for s in summaries if s["command"] == name] for name in COMMANDS}
    parts = [HEAD, *([beside] if beside else [])]
    if of["discover"]:
        parts += [
            DISCOVER,
            _table(DISCOVER_COLUMNS, [_discover_row(s, level) for s in of["discover"] for level in LEVELS]),
        ]
    if of["tag"]:
        parts += [TAG, _table(TAG_COLUMNS, [_tag_row(s) for s in of["tag"]]), TAG_THEMES, _themes(of["tag"])]
    if of["fewshot"]:
        parts += [FEWSHOT, _table(FEWSHOT_COLUMNS, [_fewshot_row(s) for s in of["fewshot"]])]
    if of["sentiment"]:
        rows = [[_stem(s), s["clear"], f"{s['auc']:.3f}", f"{s['accuracy']:.3f}"] for s in of["sentiment"]]
        parts += [SENTIMENT, _table(["file", "rows", "AUC", "accuracy"], rows)]
    if of["aspects"]:
        rows = [[_stem(s), s["aspects"], *(f"{s[name]:.3f}" for name in ASPECT_MEASURES)] for s in of["aspects"]]
        parts += [ASPECTS, _table(["file", "aspects", "accuracy", "of clear ones", "macro F1"], rows)]
    return "\n\n".join(parts) + "\n"


COMMANDS = ("discover", "tag", "fewshot", "sentiment", "aspects")
LEVELS = ("fine", "parents")
ASPECT_MEASURES = ("accuracy", "clear_accuracy", "macro_f1")
HEAD = """# Quality

Written by `make bench` (`sottovoce bench report`) from the runs in [bench.json](bench.json), or without the stock
libraries' side by `make evaluate`; every figure comes from such a run. Speed: [performance.md](performance.md).
The corpora are public and lie outside the project; nothing that ships was trained on them. The settings are the same
for all."""
DISCOVER = """## Discovery: both levels of themes

Passages are clustered; a row's main theme is the one of its passages' themes nearest to the row as a whole. Unassigned
rows count as one cluster; a theme that holds over 40 % of the rows counts for nothing in F1. Settings of the clusterer
were chosen with these corpora in view (one set for all four), so the figures are not held-out evidence."""
DISCOVER_COLUMNS = [
    "file",
    "level",
    "labels",
    "themes",
    "unassigned",
    "NMI",
    "AMI",
    "ARI",
    "best F1",
    "matched F1",
    "s",
    "MiB",
]
TAG = """## Tagging: the 24 themes

`blind.jsonl` and `hard.jsonl` were written by people who had not seen the taxonomy's examples; `sample.jsonl` is a
random part of the shipped sample, labelled by readers who did not write it: short, oblique, many voices. None is
trained on, and no training text shares five words in a row with one. Where empty talk begins was settled with a look
at the misses on all three, so "empty found" is a little flattered."""
TAG_COLUMNS = [
    "file",
    "rows",
    "micro F1",
    "macro F1",
    "polarity",
    "of agreed",
    "none right",
    "empty found",
    "real lost",
]
TAG_THEMES = "F1 by theme (n):"
FEWSHOT = """## Few-shot: a user's own labels

k examples of each label, tested on all other rows, mean of three draws. Labels with under 3k rows are left out. The
texts of the other rows are shown too, and the labels' names as they stand in the file."""
FEWSHOT_COLUMNS = ["file", "k", "labels", "left out", "micro F1", "macro F1"]
SENTIMENT = """## Sentiment of whole comments

Stars: 1-2 are blame, 4-5 praise, 3 is left out."""
ASPECTS = """## Polarity by aspect

The passage nearest to the aspect's name, and the valued words in it; "clear ones" are not neutral."""


def _stem(summary: Summary) -> str:
    return Path(summary["file"]).stem


def _discover_row(summary: Summary, level: str) -> list[object]:
    found = summary[level]
    figures = [f"{found[name]:.3f}" for name in ("nmi", "ami", "ari", "best_f1", "matched_f1")]
    cost = [f"{summary['seconds']['total']:.0f}", summary["peak_mib"]] if level == "fine" else ["", ""]
    return [_stem(summary), level, found["labels"], found["themes"], f"{found['unassigned']:.1%}", *figures, *cost]


def _tag_row(summary: Summary) -> list[object]:
    shares = [_share(summary[name]) for name in ("without_theme_right", "empty_found", "real_lost")]
    scores = [f"{summary[name]:.3f}" for name in ("micro_f1", "macro_f1", "polarity_accuracy")]
    return [summary["file"], summary["rows"], *scores, summary["agreed_tags"], *shares]


def _share(value: Mapping[str, Any] | None) -> str:
    return "" if value is None else f"{value['share']:.1%} of {value['n']}"


def _themes(summaries: Sequence[Summary]) -> str:
    keys = sorted({key for summary in summaries for key in summary["by_theme"]})
    rows = [[key, *(_theme(summary["by_theme"].get(key)) for summary in summaries)] for key in keys]
    return _table(["theme", *(summary["file"] for summary in summaries)], rows)


def _theme(score: Mapping[str, Any] | None) -> str:
    return "" if score is None else f"{score['f1']:.2f} ({score['support']})"


def _fewshot_row(summary: Summary) -> list[object]:
    scores = [f"{summary['micro_f1']:.3f}", f"{summary['macro_f1']:.3f}"]
    return [_stem(summary), summary["k"], summary["labels"], len(summary["left_out"]), *scores]


def _table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines = ["| " + " | ".join(columns) + " |", "|" + " --- |" * len(columns)]
    return "\n".join(lines + ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows])
