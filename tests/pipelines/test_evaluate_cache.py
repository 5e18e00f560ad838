"""A second measurement of the same file is read, not computed; a changed file costs its new rows only."""

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.evaluate.cache import EvaluationCache
from pipelines.evaluate.discover import evaluate_discover
from pipelines.settings import Settings

SAID = {
    "slow": ["The search page loads slowly", "Pages take ages to load", "Search is painfully slow today"],
    "bill": ["The invoice total was wrong", "We were billed twice in May", "The invoice shows the wrong amount"],
}


def write_rows(path: Path, *, more: tuple[str, ...] = ()) -> Path:
    rows = [
        {"text": f"{text} in case {number}", "label": label}
        for label in SAID
        for text in SAID[label]
        for number in range(6)
    ]
    rows += [{"text": text, "label": "slow"} for text in more]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def measure(path: Path, home: Path, *, cache: bool = True) -> dict[str, object]:
    summary = evaluate_discover(
        path, text="text", label="label", labels=None, settings=Settings(home=home), out=home / "out.jsonl", cache=cache
    )
    return {name: value for name, value in summary.items() if name not in ("seconds", "peak_mib")}


def kept(home: Path, kind: str) -> int:
    base = sqlite3.connect(home / "cache" / "evaluate.db")
    return int(base.execute("SELECT count(*) FROM kept WHERE kind = ?", (kind,)).fetchone()[0])


def test_same_file_is_answered_from_the_cache(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "rows.jsonl")
    fresh = measure(path, tmp_path, cache=False)
    written = (tmp_path / "out.jsonl").read_text()
    assert measure(path, tmp_path) == fresh
    again = measure(path, tmp_path)
    assert again == {**fresh, "cached": "result"}
    assert (tmp_path / "out.jsonl").read_text() == written


def test_new_rows_alone_are_prepared_and_embedded(tmp_path: Path) -> None:
    measure(write_rows(tmp_path / "rows.jsonl"), tmp_path)
    texts, vectors = kept(tmp_path, "text"), kept(tmp_path, "vector")
    more = write_rows(tmp_path / "rows.jsonl", more=("The report page hangs",))
    found = measure(more, tmp_path)
    assert (kept(tmp_path, "text"), kept(tmp_path, "vector")) == (texts + 1, vectors + 1)
    assert found["cached"] == "themes"
    fresh = measure(more, tmp_path, cache=False)
    assert (found["passages"], found["labelled"]) == (fresh["passages"], fresh["labelled"])


def test_grown_file_starts_from_the_themes_of_the_last_run(tmp_path: Path) -> None:
    measure(write_rows(tmp_path / "rows.jsonl"), tmp_path)
    before = themes(tmp_path)
    measure(write_rows(tmp_path / "rows.jsonl", more=("The report page hangs",)), tmp_path)
    after = themes(tmp_path)
    assert len(after) == len(before) + 1
    pairs = set(zip(before.values(), (after[row] for row in before), strict=True))
    assert len(pairs) == len(set(before.values()))


def test_file_that_changed_much_starts_afresh(tmp_path: Path) -> None:
    measure(write_rows(tmp_path / "rows.jsonl"), tmp_path)
    more = write_rows(
        tmp_path / "rows.jsonl", more=("The report page hangs", "Nobody answers the phone", "Exports are cut off")
    )
    assert measure(more, tmp_path) == measure(more, tmp_path, cache=False)


def test_broken_last_run_is_made_anew(tmp_path: Path) -> None:
    measure(write_rows(tmp_path / "rows.jsonl"), tmp_path)
    [run] = (tmp_path / "cache" / "runs").iterdir()
    assert run.stat().st_mode & 0o077 == 0
    run.write_bytes(run.read_bytes()[:500])
    more = write_rows(tmp_path / "rows.jsonl", more=("The report page hangs",))
    assert measure(more, tmp_path) == measure(more, tmp_path, cache=False)


def themes(home: Path) -> dict[str, object]:
    rows = [json.loads(line) for line in (home / "out.jsonl").read_text().splitlines()]
    return {row["id"]: row["theme"] for row in rows}


def test_answer_from_the_cache_loads_no_model_library(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "rows.jsonl")
    measure(path, tmp_path)
    code = (
        "import sys; from pathlib import Path; from pipelines.evaluate.discover import evaluate_discover;"
        "from pipelines.settings import Settings;"
        f"found = evaluate_discover(Path({str(path)!r}), text='text', label='label', labels=None,"
        f" settings=Settings(home=Path({str(tmp_path)!r})), cache=True); print(found['cached'],"
        "sorted({'spacy', 'onnxruntime', 'faiss', 'sklearn', 'scipy', 'torch', 'pyarrow'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "result []"


def test_batch_that_fails_leaves_nothing_and_a_broken_file_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    with EvaluationCache(path) as cache:
        cache.put("text", "m", {"a": b"1"})
        with pytest.raises(sqlite3.Error):
            cache.put("text", "m", {"b": b"2", "c": object()})  # type: ignore[dict-item]
        assert cache.get("text", "m", ["a", "b"]) == {"a": b"1"}
        assert cache.get("text", "other", ["a"]) == {}
    path.write_bytes(b"no database, and longer than a header" * 30)
    with EvaluationCache(path) as cache:
        assert cache.get("text", "m", ["a"]) == {}
