"""Labels learned from a few examples, and from what is not labelled."""

from dataclasses import replace

import numpy as np
import pytest

from nlp.embed.types import Vectors, unit_rows
from nlp.errors import TagError
from nlp.sentiment.lexicon import parse_lexicon
from nlp.tag.clues import Evidence, fit_clues
from nlp.tag.fewshot import FewShot
from nlp.tag.pool import Pool
from nlp.tag.views import Viewer, Views
from tests.hashing import HashingEmbedder
from tests.nlp.tag.examples import EXAMPLES, LEXICON

TEXTS = [example.text for example in EXAMPLES if example.labels]
SETS = [[label.key for label in example.labels] for example in EXAMPLES if example.labels]
FIRST = [labels[:1] for labels in SETS]
VIEWER = Viewer(HashingEmbedder(), second=HashingEmbedder(dim=64), lexicon=parse_lexicon(LEXICON))


def test_several_labels_are_found() -> None:
    model = FewShot.fit(VIEWER.look(TEXTS), SETS)
    found = model.predict(VIEWER.look(["wrong invoice and a slow page", "a rude agent"]))
    assert set(found[0]) == {"billing", "speed"}
    assert found[1] == ["support"]


def test_single_label_sets_give_exactly_one() -> None:
    model = FewShot.fit(VIEWER.look(TEXTS), FIRST, unlabelled=VIEWER.look(TEXTS))
    assert model.single
    assert [len(labels) for labels in model.predict(VIEWER.look(TEXTS))] == [1] * len(TEXTS)


def test_one_clause_may_speak_for_a_whole_text() -> None:
    """Texts of six clauses; one of them lies near a point that the label means."""
    rng, meant = np.random.default_rng(0), np.eye(1, 32)[0] * 1.5

    def texts(count: int) -> tuple[Evidence, Vectors]:
        truth = np.arange(count) % 2
        clauses = rng.normal(0, 0.3, (count, 6, 32))
        clauses[np.arange(count), rng.integers(0, 6, count)] += truth[:, None] * meant
        whole, parts = unit_rows(clauses.mean(axis=1)), unit_rows(clauses.reshape(-1, 32))
        return Evidence({"whole": whole}, parts, np.arange(0, 6 * count, 6)), truth[:, None].astype(np.float32)

    scores, (new, told) = fit_clues(*texts(32)), texts(400)
    right = {name: float(((score > 0) == told).mean()) for name, score in zip(scores.models, scores(new), strict=True)}
    assert right["part"] > right["whole"] + 0.05


@pytest.mark.parametrize("sets", [SETS, FIRST], ids=["several", "single"])
def test_a_prediction_does_not_depend_on_its_batch(sets: list[list[str]]) -> None:
    views = VIEWER.look(TEXTS)
    model = FewShot.fit(views, sets, unlabelled=VIEWER.look(["page slow", "rude agent", "wrong invoice"] * 4))
    together = model.log_odds(views)
    alone = np.vstack([model.log_odds(views.take([row])) for row in range(len(views))])
    np.testing.assert_allclose(together, alone, atol=1e-4)


def test_neighbours_settle_what_a_text_alone_leaves_open() -> None:
    """Two long bands of points with doubtful scores: those along the same band agree."""
    rng = np.random.default_rng(3)
    place = np.repeat(np.linspace(0, 1.2, 60), 2)
    band = np.tile([0.0, 1.0], 60)
    points = np.column_stack([np.cos(place), np.sin(place), 0.45 * band]) + rng.normal(0, 0.01, (120, 3))
    points = (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32)
    scores = np.column_stack([1 - 2 * band, 2 * band - 1]) + rng.normal(0, 1.5, (120, 2))
    pool = Pool(points, scores.astype(np.float32), 0.4)
    before = float((scores.argmax(axis=1) == band).mean())
    after = float((pool.mixed(points, pool.scores).argmax(axis=1) == band).mean())
    assert after > before + 0.05


def test_a_label_that_most_unlabelled_texts_have_is_given_to_more_of_them() -> None:
    rng = np.random.default_rng(1)

    def cloud(common: int, rare: int) -> tuple[Views, list[list[str]]]:
        middle = np.array([[0.35, 0.0], [0.0, 0.35]])
        rows = np.repeat(middle, [common, rare], axis=0) + rng.normal(0, 0.35, (common + rare, 2))
        points = np.column_stack([rows, np.ones(len(rows))])
        points /= np.linalg.norm(points, axis=1, keepdims=True)
        sets = [["praise"]] * common + [["bug"]] * rare
        return Views(("text",) * len(rows), points.astype(np.float32)), sets

    examples, sets = cloud(16, 16)
    sets[0], sets[16] = ["praise", "bug"], ["bug", "praise"]  # several labels are allowed
    new, told = cloud(360, 40)
    without, having = FewShot.fit(examples, sets), FewShot.fit(examples, sets, unlabelled=new)

    def found(model: FewShot) -> int:
        return sum("praise" in given for given, one in zip(model.predict(new), told, strict=True) if one == ["praise"])

    assert found(having) > found(without)


def test_other_views_than_those_learned_from_are_refused() -> None:
    model = FewShot.fit(VIEWER.look(TEXTS), SETS)
    with pytest.raises(TagError, match="same viewer"):
        model.predict(_whole_only(VIEWER.look(TEXTS)))


def test_one_label_or_none_is_refused() -> None:
    with pytest.raises(TagError, match="1 labels"):
        FewShot.fit(VIEWER.look(["a", "b"]), [["x"], ["x"]])


def _whole_only(views: Views) -> Views:
    return replace(views, parts=None, starts=None, second=None, signs=None)
