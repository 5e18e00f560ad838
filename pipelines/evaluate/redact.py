"""Measure redaction on labelled spans: recall by kind, precision, beside a stock tool on the same texts in one run."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from cx.scores import share
from nlp.measure.spans import Found, Labelled, SpanCounts
from nlp.text.clean import clean
from nlp.text.people import Gazetteer, Person
from nlp.text.prepare import find_spans
from nlp.text.redact import REDACTOR_VERSION
from pipelines.configs import text_config
from pipelines.errors import InputFileError, SettingsError
from pipelines.evaluate.labelled import read_rows, write_predictions
from pipelines.settings import Settings

Row = dict[str, Any]
Finder = Callable[[Sequence[Row]], list[list[Found]]]
KNOWN, UNKNOWN = "known contact", "unknown name"
SCORING = (
    "recall: all letters and digits of a labelled span are covered, by spans of any kind; "
    "precision: at least half of a found span is labelled"
)


def evaluate_redact(path: Path, *, against: str | None, settings: Settings, out: Path | None = None) -> dict[str, Any]:
    """Measure on rows with `text`, `contacts`, `staff`, `keep` and `spans` (see data/gold/personal).

    Raises:
        InputFileError: The file has no such rows.
        SettingsError: The tool to measure beside is not known.
    """
    rows = read_rows(path)
    if not rows or not all("text" in row and "spans" in row for row in rows):
        raise InputFileError(f"{path} has no `text` and `spans`: give rows as data/gold/personal/README.md describes")
    if against not in (None, "presidio"):
        raise SettingsError(f"--against {against!r} is not known: use presidio")
    rows = [_cleaned(row) for row in rows]
    told = {"command": "redact", "file": path.name, "rows": len(rows), "scoring": SCORING}
    told["sottovoce"] = {"version": REDACTOR_VERSION, **_measured(rows, _ours(settings), out)}
    if against is not None:
        from pipelines.evaluate.presidio import find_with_presidio

        told["presidio"] = _measured(rows, find_with_presidio, None)
    return told


def _cleaned(row: Row) -> Row:
    """Give a row as the pipeline reads it: the text cleaned, its spans where their words stand then, in order."""
    text = clean(row["text"])
    if text == row["text"]:
        return row
    spans, place = [], 0
    for span in row["spans"]:
        words = clean(row["text"][span["start"] : span["end"]])
        start = text.find(words, place)
        if start < 0:
            raise InputFileError(
                f"row {row.get('id')}: a span is not found in the cleaned text: label it without markup"
            )
        place = start + len(words)
        spans.append({**span, "start": start, "end": place})
    return {**row, "text": text, "spans": spans}


def _ours(settings: Settings) -> Finder:
    config = text_config(settings)

    def find(rows: Sequence[Row]) -> list[list[Found]]:
        spans = find_spans([row["text"] for row in rows], people=[_gazetteer(row) for row in rows], config=config)
        return [[Found(one.start, one.end, one.kind) for one in found] for found in spans]

    return find


def _gazetteer(row: Row) -> Gazetteer:
    contacts = [Person(f"c{at}", one["name"], one.get("email") or "") for at, one in enumerate(row["contacts"])]
    staff = [Person(f"s{at}", one["name"], one.get("email") or "") for at, one in enumerate(row["staff"])]
    return Gazetteer(contacts, staff=staff, keep=row["keep"])


def _measured(rows: Sequence[Row], find: Finder, out: Path | None) -> dict[str, Any]:
    started = time.perf_counter()
    found = find(rows)
    seconds = time.perf_counter() - started
    counts, lines = SpanCounts(), []
    for row, spans in zip(rows, found, strict=True):
        missed, wrong = counts.add(row["text"], _labelled(row), spans)
        if missed or wrong:
            lines.append({"id": row.get("id"), "missed": _shown(row, missed), "without_need": _shown(row, wrong)})
    write_predictions(out, lines)
    return {**_figures(counts), "seconds": round(seconds, 2)}


def _labelled(row: Row) -> list[Labelled]:
    return [Labelled(one["start"], one["end"], _group(one)) for one in row["spans"]]


def _group(span: Row) -> str:
    if span["kind"] != "PERSON":
        return str(span["kind"])
    return KNOWN if span.get("known") else UNKNOWN


def _shown(row: Row, spans: Sequence[Labelled] | Sequence[Found]) -> list[str]:
    return [f"{one[2]}: {row['text'][one.start : one.end]}" for one in spans]


def _figures(counts: SpanCounts) -> dict[str, Any]:
    structured = [group for group in counts.labelled if group not in (KNOWN, UNKNOWN)]
    groups = {"structured": structured, KNOWN: [KNOWN], UNKNOWN: [UNKNOWN]}
    return {
        "recall": {name: _recall(counts, own) for name, own in groups.items()},
        "precision": _share(counts.right.total(), counts.given.total()),
        "recall_by_kind": {group: _recall(counts, [group]) for group in sorted(counts.labelled)},
        "precision_by_kind": {kind: _share(counts.right[kind], n) for kind, n in sorted(counts.given.items())},
    }


def _recall(counts: SpanCounts, groups: Sequence[str]) -> dict[str, float | int | None]:
    def of(held: Counter[str]) -> int:
        return sum(held[group] for group in groups)

    n = of(counts.labelled)
    return {**_share(of(counts.found), n), "touched": round(of(counts.touched) / n, 3) if n else None}


def _share(right: int, n: int) -> dict[str, float | int | None]:
    found = share(right, n)
    if found is None:
        return {"value": None, "n": 0}
    return {"value": round(found.value / 100, 3), "n": n, "low": _part(found.low), "high": _part(found.high)}


def _part(value: float | None) -> float | None:
    return None if value is None else round(value / 100, 3)
