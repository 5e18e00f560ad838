"""The measures that both sides share, and the refit whose keys are followed."""

import json

import numpy as np
import pytest

from nlp.config import ClusterConfig
from pipelines.bench.identity import ours, planted, rows_of_refit
from pipelines.bench.measures import measure_predictions
from pipelines.bench.passages import LabelledPassages, load, save
from pipelines.errors import InputFileError
from pipelines.evaluate.aspects import Aspect, aspect_scores, read_aspects


def _jsonl(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.fixture
def labelled(tmp_path):
    topics = {"card": "the new card has not arrived yet", "login": "cannot login with that password"}
    rows = [{"id": f"{label}{n}", "text": text, "label": label} for label, text in topics.items() for n in range(10)]
    return _jsonl(tmp_path / "rows.jsonl", rows)


def test_right_themes_measure_as_right_and_joined_ones_as_worse(labelled, tmp_path):
    names = [json.loads(line)["id"] for line in labelled.read_text().splitlines()]
    right = _jsonl(tmp_path / "right.jsonl", [{"id": name, "theme": f"s{name[:4]}"} for name in names])
    # A theme of over 40 % of the rows counts for nothing in F1, so right themes of half the rows have F1 0.
    found = measure_predictions(labelled, right, label="label")
    assert found["fine"]["ari"] == 1.0
    assert found["themes"] == 2
    assert found["diversity"] == 1.0
    assert found["coherence"] == pytest.approx(1.0)
    lone = _jsonl(tmp_path / "lone.jsonl", [{"id": name, "theme": None} for name in names])
    assert measure_predictions(labelled, lone, label="label")["unassigned"] == 1.0


def test_rows_without_prediction_are_refused(labelled, tmp_path):
    with pytest.raises(InputFileError, match="no prediction for 20 rows"):
        measure_predictions(labelled, _jsonl(tmp_path / "none.jsonl", []))


def test_refit_adds_a_fifth_and_removes_a_tenth():
    old, new = rows_of_refit(1200, seed=4)
    assert len(old) == 1000
    assert len(set(new) - set(old)) == 200
    assert len(set(old) - set(new)) == 100


@pytest.fixture
def corpus():
    """Eight tight groups of 60 rows, one passage each."""
    draw = np.random.default_rng(0)
    middles = np.linalg.qr(draw.normal(size=(32, 32)))[0][:8]
    groups = np.repeat(np.arange(8), 60)
    vectors = middles[groups] + 0.08 * draw.normal(size=(480, 32))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    texts = [f"words of topic {group} number {row}" for row, group in enumerate(groups)]
    return LabelledPassages([f"topic{g}" for g in groups], texts, vectors, np.arange(480), texts, vectors)


def test_planted_events_are_found(corpus):
    found = planted(corpus, seed=0)
    assert [found[kind] for kind in ("draws", "born", "gone", "split", "merged")] == [10] * 5
    assert found["others_kept"] == 1.0


def test_clear_groups_keep_their_keys_over_a_refit(corpus):
    found = ours(corpus, seed=0, config=ClusterConfig())
    assert found["comments"]["survived"] == 1.0
    # Eight groups are fewer themes than are looked for, so some are cut at will.
    assert found["comments"]["kept"] >= 0.9
    assert found["shuffled_same_keys"] == 1.0
    assert found["nmi_lost"] <= 0.01


def test_passages_come_back_as_they_were_kept(corpus, tmp_path):
    save(corpus, tmp_path / "kept")
    back = load(tmp_path / "kept")
    assert back.names == corpus.names
    assert np.array_equal(back.vectors, corpus.vectors)


def test_aspects_are_read_and_scored(tmp_path):
    meta = json.dumps({"polarity": {"food": "positive", "staff": "negative", "place": "neutral"}})
    file = _jsonl(tmp_path / "said.jsonl", [{"id": "1", "text": "good food, rude staff", "meta": meta}])
    told = read_aspects(file)
    assert told[0] == Aspect("1", "good food, rude staff", "food", "positive")
    found = aspect_scores(told, ["positive", "positive", "neutral"])
    assert (found["accuracy"], found["clear_accuracy"], found["clear"]) == (0.6667, 0.5, 2)
    with pytest.raises(InputFileError, match="polarity"):
        read_aspects(_jsonl(tmp_path / "bare.jsonl", [{"id": "1", "text": "x"}]))
