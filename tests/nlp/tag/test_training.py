"""Training and tagging on a small taxonomy without a model, and fine-tuning with the packaged one."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nlp.config import TagConfig
from nlp.embed.load import load_embedder
from nlp.errors import ModelMissingError, TagError
from nlp.tag.finetune import finetune
from nlp.tag.model import TaggerModel
from nlp.tag.storage import load_tagger, save_tagger
from nlp.tag.targets import make_targets
from nlp.tag.train import train
from nlp.tag.types import Correction, Tag
from tests.hashing import HashingEmbedder
from tests.nlp.tag.examples import DEFINITIONS, EXAMPLES, KEYS, LEXICON, QUICK

EMBEDDER = HashingEmbedder(256)


def tag(model: TaggerModel, *texts: str) -> list[list[Tag]]:
    encoder = model.plain_encoder or EMBEDDER
    return model.tag(texts, texts, encoder.embed(texts))


@pytest.fixture(scope="module")
def model() -> TaggerModel:
    return train(EXAMPLES, DEFINITIONS, EMBEDDER, config=QUICK, lexicon_text=LEXICON)


def test_several_themes_with_own_polarity(model: TaggerModel) -> None:
    [tags] = tag(model, "the invoice was wrong and the page is slow")
    assert {(one.key, one.polarity) for one in tags} == {("billing", "negative"), ("speed", "negative")}
    assert all(0 < one.confidence <= 1 and one.said_by == "model" for one in tags)


def test_no_point_gives_no_tag(model: TaggerModel) -> None:
    assert tag(model, "thanks", "see you on monday") == [[], []]


def test_praise_is_told_from_blame(model: TaggerModel) -> None:
    [tags] = tag(model, "great helpful agent")
    assert [(one.key, one.polarity) for one in tags] == [("support", "positive")]


def test_order_of_examples_changes_nothing(model: TaggerModel) -> None:
    again = train(EXAMPLES[::-1], DEFINITIONS, EMBEDDER, config=QUICK, lexicon_text=LEXICON)
    texts = [example.text for example in EXAMPLES]
    assert tag(again, *texts) == tag(model, *texts)
    assert again.key == model.key


def test_neighbours_do_not_change_tags(model: TaggerModel) -> None:
    texts = [example.text for example in EXAMPLES]
    assert tag(model, *texts) == [tag(model, text)[0] for text in texts]


def test_saved_model_tags_alike(model: TaggerModel, tmp_path: Path) -> None:
    save_tagger(model, tmp_path / "model")
    loaded = load_tagger(tmp_path / "model", plain_encoder=EMBEDDER)
    texts = [example.text for example in EXAMPLES]
    for before, after in zip(tag(model, *texts), tag(loaded, *texts), strict=True):
        assert [(one.key, one.polarity) for one in before] == [(one.key, one.polarity) for one in after]
        np.testing.assert_allclose([t.confidence for t in before], [t.confidence for t in after], atol=2e-3)
    assert loaded.key == model.key


def test_missing_model_says_how_to_build_it(tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError, match="sottovoce taxonomy train"):
        load_tagger(tmp_path)


def test_corrections_are_learned() -> None:
    # People say that this team's "chart" talk is about speed.
    asked = ["chart draws itself", "chart crawls", "chart drags", "my chart idles", "chart lingers"]
    corrections = [Correction(text, "speed", "negative", "accepted") for text in asked]
    plain = train(EXAMPLES, DEFINITIONS, EMBEDDER, config=QUICK, lexicon_text=LEXICON)
    taught = train(EXAMPLES, DEFINITIONS, EMBEDDER, config=QUICK, lexicon_text=LEXICON, corrections=corrections)
    assert tag(plain, "chart dawdles") == [[]]
    assert [one.key for one in tag(taught, "chart dawdles")[0]] == ["speed"]
    assert plain.key != taught.key


def test_rule_speaks_where_models_are_silent(model: TaggerModel) -> None:
    toml = "[[rules]]\nkey = 'billing'\npattern = 'remittance'\n"
    weights = model.stack.weights.copy()
    weights[-1] = 20.0
    ruled = replace(model, rules_toml=toml, stack=replace(model.stack, weights=weights))
    assert [(one.key, one.said_by) for one in tag(ruled, "about remittance advice")[0]] == [("billing", "rule")]


def test_unlike_lengths_and_too_few_examples_are_refused(model: TaggerModel) -> None:
    with pytest.raises(TagError, match="2 passages, 1 comments"):
        model.tag(["a", "b"], ["a"], EMBEDDER.embed(["a", "b"]))
    with pytest.raises(TagError, match="too few"):
        train(EXAMPLES[:5], DEFINITIONS, EMBEDDER, config=QUICK)
    assert model.tag([], [], EMBEDDER.embed([])) == []


def test_held_out_examples_join_in_only_at_the_end() -> None:
    config = TagConfig(epochs=2, batch_size=8, threads=1, frozen_layers=5)
    texts, held = [example.text for example in EXAMPLES], np.arange(6)
    targets = make_targets(EXAMPLES, keys=KEYS)
    turned = replace(targets, themes=np.where(np.arange(len(texts))[:, None] < 6, 1 - targets.themes, targets.themes))
    first, last = finetune(texts, targets, held=held, config=config, seed=0)
    first_turned, last_turned = finetune(texts, turned, held=held, config=config, seed=0)
    assert first.delta.digest() == first_turned.delta.digest()
    assert len({first.delta.digest(), last.delta.digest(), last_turned.delta.digest()}) == 3


def test_fine_tuning_learns_and_repeats() -> None:
    config = TagConfig(epochs=3, folds=3, folds_run=1, batch_size=8, threads=1, frozen_layers=4)
    first = train(EXAMPLES, DEFINITIONS, load_embedder(), config=config, lexicon_text=LEXICON)
    second = train(EXAMPLES, DEFINITIONS, load_embedder(), config=config, lexicon_text=LEXICON)
    assert first.delta
    assert first.delta.digest() == second.delta.digest()
    assert all(name.startswith(("encoder.layer.4", "encoder.layer.5")) for name in first.delta.values)
    texts = ["a wrong invoice"]
    [tags] = first.tag(texts, texts, load_embedder().embed(texts))
    assert tags[0].key == "billing"
