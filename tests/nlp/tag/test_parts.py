"""The parts of the tagger: reading examples, rules, roll-up, the rounded difference, the stack."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.errors import ExampleError
from nlp.tag.encoder import apply_delta, round_delta
from nlp.tag.examples import (
    correction_examples,
    distinct_examples,
    merge_corrections,
    parse_definitions,
    parse_examples,
)
from nlp.tag.rollup import roll_up
from nlp.tag.rules import parse_rules, rule_hits
from nlp.tag.stack import fit_stack, micro_f1
from nlp.tag.targets import fold_numbers, make_targets
from nlp.tag.types import POLARITIES, Correction, Example, Label, Tag
from tests.nlp.tag.examples import EXAMPLES, KEYS


def test_broken_line_is_named_with_its_place() -> None:
    good = '{"text": "slow", "themes": [{"key": "speed", "polarity": "negative"}]}'
    assert parse_examples([good, "", good], keys=KEYS)[0].labels == (Label("speed", "negative"),)
    with pytest.raises(ExampleError, match=r"speed\.jsonl:2"):
        parse_examples([good, "{broken"], keys=KEYS, source="speed.jsonl")
    with pytest.raises(ExampleError, match="no theme and polarity"):
        parse_examples([good.replace("negative", "angry")], keys=KEYS)


def test_definitions_need_distinct_keys() -> None:
    table = '[[themes]]\nkey = "a"\nlabel = "A"\ncovers = "all"\n'
    assert parse_definitions(table)[0].key == "a"
    with pytest.raises(ExampleError, match="doubled keys"):
        parse_definitions(table * 2)


def test_same_text_is_kept_once() -> None:
    assert [e.text for e in distinct_examples([Example("So slow"), Example("so  SLOW"), Example("x")])] == [
        "So slow",
        "x",
    ]


def test_last_verdict_holds_and_settles_only_its_theme() -> None:
    said = [Correction("t", "speed", "negative", v) for v in ("accepted", "rejected")]  # type: ignore[arg-type]
    [corrected] = correction_examples([*said, Correction("t", "billing", "positive", "accepted")], weight=3.0)
    assert corrected.labels == (Label("billing", "positive"),)
    targets = make_targets([corrected], keys=KEYS)
    np.testing.assert_array_equal(targets.themes, [[0.0, 1.0, np.nan]])
    merged = merge_corrections([Example("t", (Label("speed", "negative"), Label("support", "neutral")))], [corrected])
    assert {label.key for label in merged[0].labels} == {"support", "billing"}


def test_rules_fire_within_their_scope() -> None:
    toml = "[[rules]]\nkey = 'speed'\npattern = '\\bslow\\b'\nunless = 'slow cooker'\n"
    rules = parse_rules(toml, keys=KEYS)
    hits = rule_hits(["So SLOW", "a slow cooker", "slowly"], rules, keys=KEYS)
    assert hits[:, 0].tolist() == [1.0, 0.0, 0.0]
    with pytest.raises(ExampleError, match="is no theme"):
        parse_rules(toml.replace("'speed'", "'taste'"), keys=KEYS)


tags = st.builds(Tag, st.sampled_from(KEYS), st.sampled_from(POLARITIES), st.floats(0.1, 1.0))


@given(st.lists(st.lists(tags, max_size=3), max_size=4))
def test_roll_up_keeps_each_theme_once_at_its_best(passages: list[list[Tag]]) -> None:
    rolled = roll_up(passages)
    best = {key: max(t.confidence for p in passages for t in p if t.key == key) for key in {t.key for t in rolled}}
    assert {tag.key for tag in rolled} == {t.key for p in passages for t in p}
    assert {tag.key: tag.confidence for tag in rolled} == best
    assert [t.confidence for t in rolled] == sorted((t.confidence for t in rolled), reverse=True)


def test_rounded_difference_is_near_and_skips_equal_weights() -> None:
    rng = np.random.default_rng(0)
    base = {"a": rng.normal(size=(8, 4)).astype(np.float32), "b": rng.normal(size=6).astype(np.float32)}
    tuned = {"a": base["a"] + rng.normal(scale=0.01, size=(8, 4)).astype(np.float32), "b": base["b"]}
    delta = round_delta(tuned, base)
    assert set(delta.values) == {"a"}
    np.testing.assert_allclose(apply_delta(delta, base)["a"], tuned["a"], atol=3e-4)


def test_stack_trusts_the_opinion_that_knows() -> None:
    rng = np.random.default_rng(1)
    truth = (rng.random((400, 3)) < 0.3).astype(np.float32)
    knows, guesses = truth * 4 - 2 + rng.normal(size=truth.shape), rng.normal(size=truth.shape)
    opinions = np.stack([knows, guesses]).astype(np.float32)
    stack = fit_stack(opinions, truth)
    assert stack.weights[0] > 5 * abs(stack.weights[1])
    assert micro_f1(stack.probability(opinions) >= stack.cut, truth) > 0.85


def test_folds_do_not_depend_on_order() -> None:
    forward = fold_numbers(EXAMPLES, folds=3, seed=0)
    backward = fold_numbers(EXAMPLES[::-1], folds=3, seed=0)
    assert forward.tolist() == backward[::-1].tolist()
