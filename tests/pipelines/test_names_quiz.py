"""The quiz on names: right answers are found again, nothing is asked twice, a reader's answers are scored."""

import json

import numpy as np
import pytest

from pipelines.errors import InputFileError
from pipelines.evaluate.names import named_themes, quiz, score_quiz, write_quiz

NAMES = ["Late invoice", "Lost card", "Slow search", "Wrong clock", "No reply", "Flat phone"]


def _themes(corpus):
    labels = [at for at in range(len(NAMES)) for _ in range(7)]
    texts = [f"{NAMES[label].lower()} number {row}" for row, label in enumerate(labels)]
    groups = [f"c{row}" for row in range(len(labels))]
    return named_themes(corpus, NAMES, labels, groups, texts, np.eye(len(NAMES), dtype=np.float32))


def test_every_question_holds_its_own_name():
    asked = quiz([*_themes("one"), *_themes("two")], questions=8, seed=3)
    assert sorted(one.corpus for one in asked) == ["one"] * 4 + ["two"] * 4
    for one in asked:
        assert len(set(one.names)) == 4
        assert len(set(one.comments)) == 5
        assert all(one.names[one.right].lower() in comment for comment in one.comments)
    assert len({(one.corpus, one.names[one.right]) for one in asked}) == 8
    assert asked == quiz([*_themes("one"), *_themes("two")], questions=8, seed=3)


def test_answers_are_scored(tmp_path):
    write_quiz(quiz(_themes("one"), questions=6, seed=1), tmp_path)
    key = json.loads((tmp_path / "key.json").read_text())
    assert "right" not in (tmp_path / "quiz.txt").read_text()
    wrong = "a" if key["2"]["right"] != "a" else "b"
    lines = [f"{number} {one['right']}" for number, one in key.items() if number not in {"2", "3"}]
    (tmp_path / "told.txt").write_text("\n".join([*lines, f"2: {wrong.upper()}"]))
    told = score_quiz(tmp_path / "told.txt", tmp_path / "key.json")
    assert (told["right"], told["questions"], told["answered"], told["percent"]) == (4, 6, 5, 66.7)
    assert set(told["wrong"]) == {"2", "3"}
    (tmp_path / "empty.txt").write_text("none")
    with pytest.raises(InputFileError, match="holds no answers"):
        score_quiz(tmp_path / "empty.txt", tmp_path / "key.json")


def test_few_themes_make_no_quiz():
    with pytest.raises(InputFileError, match="fewer than 4 themes"):
        quiz(_themes("one")[:3])
