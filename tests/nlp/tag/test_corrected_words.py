"""Words that follow a correction, and themes that a user tells: planted vectors, planted answers."""

import numpy as np
import pytest

from nlp.errors import TagError
from nlp.tag.learned import Lesson, followers
from nlp.tag.own import OwnThemes, fit_theme, others_of, theme_text

LESSON = Lesson(7, "k0", "Nobody answers our tickets for days.")


def near(cosine: float) -> list[float]:
    return [cosine, float(np.sqrt(1 - cosine**2)), 0.0]


def test_only_near_words_that_say_the_same_follow():
    texts = {
        "k0": (LESSON.text, 1.0),
        "k1": ("Nobody answered our tickets for days.", 0.95),
        "k2": ("Somebody answers our tickets within days.", 0.95),
        "k3": ("Nobody answers our tickets for 9 days.", 0.95),
        "k4": ("No tickets.", 0.95),
        "k5": ("Nobody answers the phone for days.", 0.84),
    }
    vectors = np.array([near(cosine) for _, cosine in texts.values()], dtype=np.float32)
    taught = np.array([near(1.0)], dtype=np.float32)
    found = list(followers([LESSON], taught, list(texts), [text for text, _ in texts.values()], vectors=vectors))
    assert [(one.text_key, one.similarity) for one in found] == [("k0", 1.0), ("k1", 0.95)]
    assert list(followers([], taught[:0], ["k0"], ["x"], vectors=taught)) == []


def test_told_theme_takes_what_lies_near_it_and_not_nearer_to_others():
    centre = np.zeros(3, dtype=np.float32)
    row = fit_theme(np.array([1, 0, 0.1], np.float32), np.array([[1, 0.1, 0]], np.float32), centre)
    themes = OwnThemes(("own",), row[None, :], others_of(np.array([[0, 1, 0], [0, -1, 0]], np.float32)), centre)
    passages = np.array([[1, 0, 0], [0.6, 0.8, 0], [0, 0, 1], [-1, 0, 0]], dtype=np.float32)
    found = themes.tag(passages)
    assert [sorted(one) for one in found] == [["own"], ["own"], [], []]
    assert 0.5 <= found[1]["own"] < found[0]["own"] <= 0.9
    assert themes.tag(passages[:0]) == []
    with pytest.raises(TagError):
        themes.tag(np.ones((1, 2), dtype=np.float32))
    assert theme_text("Charging", "Batteries of vans. Not: phones") == "Charging. Batteries of vans."
