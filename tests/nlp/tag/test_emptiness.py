"""Empty talk is told from points by five voices; few real comments may be lost, and loud or long ones never."""

from dataclasses import replace

import numpy as np
import pytest

from nlp.errors import TagError
from nlp.tag.emptiness import LOSS_SHARE, fit_judge, shape_features
from nlp.tag.model import TaggerModel, loudest
from nlp.tag.train import train
from nlp.tag.types import EMPTY_KIND, Example
from tests.hashing import HashingEmbedder
from tests.nlp.tag.examples import DEFINITIONS, EXAMPLES, LEXICON, QUICK

EMBEDDER = HashingEmbedder(256)
MANNERS = [
    "thanks a lot",
    "many thanks",
    "thanks team",
    "ok thanks",
    "n/a today",
    "nothing n/a",
    "monday then",
    "ok ok",
]


@pytest.fixture(scope="module")
def model() -> TaggerModel:
    polite = [Example(text, kind=EMPTY_KIND) for text in MANNERS]
    return train([*EXAMPLES, *polite], DEFINITIONS, EMBEDDER, config=QUICK, lexicon_text=LEXICON)


def test_manners_are_empty_and_points_are_not(model: TaggerModel) -> None:
    easy = replace(model, empty_judge=replace(model.empty_judge, cut=0.5))
    texts = ["thanks", "thanks, n/a, ok", "invoice late again", "the page is slow"]
    tags = model.tag(texts, texts, EMBEDDER.embed(texts))
    assert easy.find_empty(texts, loudest(tags)).tolist() == [True, True, False, False]


def test_what_is_loud_long_or_foreign_is_never_empty(model: TaggerModel) -> None:
    sure = replace(model, empty_judge=replace(model.empty_judge, cut=0.0))
    assert sure.find_empty(["thanks", "thanks", "thanks " * 60], [0.0, 0.95, 0.0]).tolist() == [True, False, False]
    assert sure.find_empty(["vielmals gegrüßt thanks"], [0.0]).tolist() == [False]
    assert sure.find_empty([], []).tolist() == []
    with pytest.raises(TagError, match="2 comments and 1 confidences"):
        sure.find_empty(["a", "b"], [0.0])


def test_cut_loses_no_more_real_ones_than_allowed() -> None:
    rng = np.random.default_rng(0)
    empty = (rng.random(4000) < 0.2).astype(np.float32)
    heard = (rng.normal(size=(4000, 5)) + 1.5 * (2 * empty - 1)[:, None]).astype(np.float32)
    judge = fit_judge(heard, empty, real=empty == 0)
    called = judge.probability(heard) >= judge.cut
    assert called[empty == 0].mean() <= LOSS_SHARE
    assert called[empty == 1].mean() > 0.4


def test_shape_of_nothing() -> None:
    assert shape_features([]).shape == (0, 6)
    assert np.isfinite(shape_features(["", "?!", "AB 12"])).all()
