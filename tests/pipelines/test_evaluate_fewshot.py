"""`evaluate fewshot`: ours and the baselines on the same draws."""

import csv
from pathlib import Path

import numpy as np
import pytest

from nlp.tag.views import Viewer
from pipelines.evaluate import fewshot
from pipelines.settings import Settings
from tests.hashing import HashingEmbedder

WORDS = {"billing": "invoice payment charge", "speed": "slow page load", "support": "agent answer help"}


def test_draws_hold_k_of_each_label() -> None:
    sets = [("a",), ("a", "b"), ("b",)] * 10
    chosen = fewshot.draw(sets, range(30), ["a", "b"], 4, seed=0)
    assert chosen == fewshot.draw(sets, range(30), ["a", "b"], 4, seed=0)
    assert all(sum(label in sets[at] for at in chosen) >= 4 for label in "ab")
    assert len(chosen) <= 8


@pytest.mark.parametrize("both", [False, True], ids=["single", "several"])
def test_planted_labels_are_learned_beside_the_baselines(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch, both: bool
) -> None:
    def viewer(*, single: bool, settings: Settings) -> Viewer:
        return Viewer(HashingEmbedder(), clauses=not single, words=True)

    monkeypatch.setattr(fewshot, "_viewer", viewer)
    file = tmp_path / "planted.csv"
    _write(file, both=both)
    found = fewshot.evaluate_fewshot(file, text="text", labels="labels", k=4, seeds=2, settings=settings)
    assert found["micro_f1"] > 0.8
    assert found["without_names"]["micro_f1"] > 0.8
    assert set(found["baselines"]) >= {"tfidf_lr", "minilm_lr"}
    assert "without_names" not in found["baselines"]
    for baseline in found["baselines"].values():
        assert len(baseline["by_seed"]) == 2
        assert baseline["gain"]["micro_f1"] == pytest.approx(found["micro_f1"] - baseline["micro_f1"], abs=1e-3)


def _write(file: Path, *, both: bool) -> None:
    rng = np.random.default_rng(5)
    with file.open("w", newline="") as handle:
        rows = csv.writer(handle)
        rows.writerow(["text", "labels"])
        for number in range(90):
            names = list(rng.choice(list(WORDS), 2 if both and number % 3 == 0 else 1, replace=False))
            points = [" ".join(rng.choice(WORDS[name].split(), 2)) for name in names]
            rows.writerow([f"{', '.join(points)} number{number}", "|".join(names)])
