"""Training texts and test texts stay apart."""

import json
import re
from pathlib import Path

DATA = Path(__file__).parents[2] / "data"
RUN = 5


def _words(file: Path) -> list[tuple[str, ...]]:
    lines = file.read_text(encoding="utf-8").splitlines()
    return [tuple(re.findall(r"\w+", json.loads(line)["text"].lower())) for line in lines if line.strip()]


def _runs(words: tuple[str, ...]) -> set[tuple[str, ...]]:
    return {words[at : at + RUN] for at in range(len(words) - RUN + 1)} | ({words} if words else set())


def test_no_training_text_is_near_a_test_text() -> None:
    known = {run for file in (DATA / "gold").glob("*.jsonl") for words in _words(file) for run in _runs(words)}
    shared = [
        (file.name, " ".join(words))
        for file in sorted((DATA / "taxonomy" / "examples").glob("*.jsonl"))
        for words in _words(file)
        if _runs(words) & known
    ]
    assert not shared, f"{len(shared)} training texts share {RUN} words in a row with data/gold: {shared[:5]}"
