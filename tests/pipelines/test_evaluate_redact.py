"""`evaluate redact`: recall and precision of redaction on labelled spans."""

import json
from pathlib import Path

import pytest

from pipelines.errors import InputFileError, SettingsError
from pipelines.evaluate.redact import evaluate_redact
from pipelines.settings import Settings


def row(text: str, *spans: tuple[str, str, bool | None]) -> dict[str, object]:
    labelled = [
        {"start": text.index(said), "end": text.index(said) + len(said), "kind": kind, "known": known}
        for said, kind, known in spans
    ]
    contacts = [{"name": "Sarah Miller"}]
    return {"id": "r", "text": text, "contacts": contacts, "staff": [], "keep": [], "spans": labelled}


def write(path: Path, *rows: dict[str, object]) -> Path:
    path.write_text("".join(json.dumps(one) + "\n" for one in rows), encoding="utf-8")
    return path


def test_recall_and_precision_by_group(tmp_path: Path) -> None:
    file = write(
        tmp_path / "rows.jsonl",
        row(
            "<b>Sarah Miller</b> wrote from jo@acme.example",
            ("Sarah Miller", "PERSON", True),
            ("jo@acme.example", "EMAIL", None),
        ),
        row("the export is slow on Monday", ("Monday", "PERSON", False)),
        row("write to max@acme.example"),
    )
    told = evaluate_redact(file, against=None, settings=Settings(home=tmp_path), out=tmp_path / "out.jsonl")
    ours = told["sottovoce"]
    assert {name: (one["value"], one["n"]) for name, one in ours["recall"].items()} == {
        "structured": (1.0, 1),
        "known contact": (1.0, 1),
        "unknown name": (0.0, 1),
    }
    assert (ours["precision"]["value"], ours["precision"]["n"]) == (0.667, 3)
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(line["missed"], line["without_need"]) for line in lines] == [
        (["unknown name: Monday"], []),
        ([], ["EMAIL: max@acme.example"]),
    ]


def test_other_rows_and_tools_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match="no `text` and `spans`"):
        evaluate_redact(write(tmp_path / "a.jsonl", {"text": "a"}), against=None, settings=Settings(home=tmp_path))
    with pytest.raises(SettingsError, match="use presidio"):
        evaluate_redact(write(tmp_path / "b.jsonl", row("a")), against="other", settings=Settings(home=tmp_path))
