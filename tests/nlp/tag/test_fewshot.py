"""Labels learned from a few examples, and from what is not labelled."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nlp.embed.types import Vectors, unit_rows
from nlp.errors import TagError
from nlp.sentiment.lexicon import parse_lexicon
from nlp.tag.clues import Evidence, fit_clues
from nlp.tag.fewshot import FewShot
from nlp.tag.named import spelled
from nlp.tag.pool import Pool
from nlp.tag.shares import surplus
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


def test_names_tell_labels_apart_where_examples_do_not() -> None:
    """Each example has both labels or none, so that only the names tell which is which."""
    viewer = Viewer(HashingEmbedder(), words=True)
    rng = np.random.default_rng(4)
    words = {"invoice": "billing", "agent": "support"}
    texts = [f"{word} {rng.integers(99)} noted" for word in (*words, "other") for _ in range(12)]
    truth = [words.get(text.split()[0], "other") for text in texts]
    examples = viewer.look(["invoice and agent"] * 4 + ["nothing else"] * 4)
    sets = [["billing", "support"]] * 4 + [["other"]] * 4
    names = viewer.name({"billing": "invoice", "support": "agent", "other": "other"})

    def right(model: FewShot) -> float:
        found = model.predict(viewer.look(texts))
        return float(np.mean([given[0] == one for given, one in zip(found, truth, strict=True)]))

    new = viewer.look(texts)
    without = right(FewShot.fit(examples, sets, unlabelled=new))
    assert right(FewShot.fit(examples, sets, unlabelled=new, names=names)) > without + 0.2


def test_a_name_is_one_more_example_where_a_text_has_one_label() -> None:
    viewer = Viewer(HashingEmbedder(), clauses=False)
    texts = ["the page is slow", "a slow load", "a rude agent", "no answer"]
    sets = [["speed"], ["speed"], ["support"], ["support"]]
    names = viewer.name({"speed": "timeout", "support": "helpdesk"})
    asked = viewer.look(["timeout", "helpdesk"])
    without, having = FewShot.fit(viewer.look(texts), sets), FewShot.fit(viewer.look(texts), sets, names=names)
    gained = having.log_odds(asked) - without.log_odds(asked)
    assert gained[0, 0] > gained[0, 1]
    assert gained[1, 1] > gained[1, 0]


def test_a_label_without_a_name_is_refused() -> None:
    viewer = Viewer(HashingEmbedder(), words=True)
    with pytest.raises(TagError, match="no name for 2 of 3 labels"):
        FewShot.fit(viewer.look(TEXTS), SETS, names=viewer.name({"billing": "billing"}))


@pytest.mark.parametrize("label", ["CardArrival", "card_arrival", "card-arrival", "card arrival"])
def test_a_key_is_spelled_as_it_is_said(label: str) -> None:
    assert spelled(label) == "card arrival"


def test_an_example_settles_a_group_whose_members_only_know_each_other() -> None:
    """A chain of points: the first one's neighbour is an example, the last one's are only others of the chain."""
    angles = np.linspace(0, 1.5, 60)
    chain = np.column_stack([np.cos(angles), np.sin(angles), np.zeros(60)]).astype(np.float32)
    apart = np.tile(np.array([[0, 0, 1]], dtype=np.float32), (4, 1))
    even = np.full((60, 2), 0.5, dtype=np.float32)
    known = np.vstack([chain[:1], apart]), np.array([[1, 0]] + [[0, 1]] * 4, dtype=np.float32)
    pool = Pool.settled(chain[1:], even[1:], 0.7, known=known)
    assert (pool.scores[:40, 0] > pool.scores[:40, 1]).all()
    np.testing.assert_allclose(pool.scores.sum(axis=1), 1, atol=1e-4)
    np.testing.assert_array_equal(pool.scores[59:], known[1])


@given(
    scores=arrays(np.float32, (20, 4), elements=st.floats(-3, 3, width=32)),
    most=st.floats(1, 4),
)
def test_texts_get_no_more_labels_than_are_usual(scores: Vectors, most: float) -> None:
    given_to = scores - np.float32(surplus(scores, most)) >= 0
    given_to[np.arange(20), scores.argmax(axis=1)] = True
    assert given_to.sum() <= max(most * 20, 20)
    assert surplus(scores, 4) == 0


def test_other_views_than_those_learned_from_are_refused() -> None:
    model = FewShot.fit(VIEWER.look(TEXTS), SETS)
    with pytest.raises(TagError, match="same viewer"):
        model.predict(_whole_only(VIEWER.look(TEXTS)))


def test_one_label_or_none_is_refused() -> None:
    with pytest.raises(TagError, match="1 labels"):
        FewShot.fit(VIEWER.look(["a", "b"]), [["x"], ["x"]])


def _whole_only(views: Views) -> Views:
    return replace(views, parts=None, starts=None, second=None, signs=None)
