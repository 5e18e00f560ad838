"""Polarity: scopes of the word list, and the trained blend."""

from pathlib import Path

import numpy as np
import pytest

from nlp.errors import ModelMissingError, SentimentError
from nlp.sentiment.lexicon import lexicon_features, parse_lexicon, valences
from nlp.sentiment.model import load_sentiment, save_sentiment, train_sentiment
from tests.hashing import HashingEmbedder

LIST = "# words\n2: great good helpful\n-2: bad slow crashes\n-3: waste_of_time\n"
LEXICON = parse_lexicon(LIST)
TEXTS = ["great work", "good and helpful", "helpful people", "bad day", "so slow", "it crashes", "fine by me"]
SIDES = [1, 1, 1, -1, -1, -1, 0]


def total(text: str) -> float:
    return sum(value for _, value in valences(text, LEXICON))


def test_scopes_change_a_word() -> None:
    assert total("not good") < 0 < total("good") < total("very good")
    assert total("isn't bad") > 0 > total("bad")
    assert total("A total waste of time") == -3
    assert total("great screen, but it crashes") < 0 < total("it crashes, but great screen")
    assert total("thanks 👍") > 0 > total("hm :(")


def test_empty_and_odd_texts_score_nothing() -> None:
    assert not lexicon_features(["", "???", "12 / 7", "\ud800"], LEXICON)[:, :5].any()


def test_broken_list_is_named() -> None:
    with pytest.raises(SentimentError, match="line 2"):
        parse_lexicon("1: fine\ngreat: 3\n")


def test_trained_blend_orders_texts_and_survives_saving(tmp_path: Path) -> None:
    embedder = HashingEmbedder()
    model = train_sentiment(TEXTS, SIDES, embedder, lexicon_text=LIST)
    save_sentiment(model, tmp_path)
    texts = ["great and helpful", "no opinion", "bad and slow"]
    scores = load_sentiment(tmp_path).score(texts, embedder.embed(texts))
    assert scores[0] > scores[1] > scores[2]
    assert np.abs(scores).max() <= 1
    np.testing.assert_allclose(scores, model.score(texts, embedder.embed(texts)), atol=1e-4)
    assert model.score([], embedder.embed([])).shape == (0,)


def test_one_sided_training_and_missing_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SentimentError, match="all of one side"):
        train_sentiment(TEXTS[:3], SIDES[:3], HashingEmbedder(), lexicon_text=LIST)
    with pytest.raises(ModelMissingError, match="taxonomy train"):
        load_sentiment(tmp_path)
