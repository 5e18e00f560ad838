"""Train the tagger from examples: out-of-fold opinions give weights and cut, then everything is fitted on all rows."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nlp.config import TagConfig
from nlp.embed.types import Embedder, Vectors
from nlp.errors import TagError
from nlp.sentiment.lexicon import lexicon_features, parse_lexicon
from nlp.tag import lexical
from nlp.tag.emptiness import EmptyJudge, fit_judge
from nlp.tag.encoder import Delta, tuned_embedder
from nlp.tag.examples import correction_examples, distinct_examples, merge_corrections
from nlp.tag.model import TaggerModel, side_shares
from nlp.tag.opinions import (
    OPINIONS,
    Inputs,
    Opinions,
    empty_voices,
    fit_opinions,
    side_opinions,
    theme_opinions,
)
from nlp.tag.rules import Rule, parse_rules
from nlp.tag.stack import Stack, fit_stack, micro_f1
from nlp.tag.targets import Targets, fold_numbers, make_targets
from nlp.tag.types import POLARITIES, Correction, Definition, Example

if TYPE_CHECKING:
    from nlp.tag.finetune import Tuned

Report = Callable[[str], None]
# Shares of the tuned encoder in the polarity that are tried, and sharpness.
SIDE_SHARES = np.round(np.arange(0.0, 1.01, 0.1), 1)
# Fewer rows than this a fold leave themes without an example in it.
SMALLEST_FOLD = 4


@dataclass(frozen=True, slots=True)
class _Data:
    """Examples as arrays, and what is the same in every fold."""

    texts: list[str]
    targets: Targets
    embeddings: Vectors
    counts: lexical.Sparse
    valences: NDArray[np.float32]
    definitions: Vectors
    rules: list[Rule]
    keys: tuple[str, ...]

    def inputs(self, rows: NDArray[np.int64], tuned: Vectors) -> Inputs:
        texts = [self.texts[row] for row in rows]
        return Inputs(texts, self.embeddings[rows], tuned, self.counts[rows], self.valences[rows])


@dataclass(frozen=True, slots=True)
class OutOfFold:
    """What models said about rows that they had not seen.

    Attributes:
        rows: Rows of the sorted examples that were held out.
        themes: (opinions, rows, themes) log-odds.
        sides: (2, rows, themes, polarities) log-probabilities.
        inputs: What the models were asked about, fold by fold.
        models: The models, fold by fold.
    """

    rows: NDArray[np.int64]
    themes: Vectors
    sides: Vectors
    inputs: tuple[Inputs, ...]
    models: tuple[Opinions, ...]

    def empty_voices(self, loudest: Vectors) -> Vectors:
        """Return (rows, 5) voices on empty talk, given the probability of each row's likeliest theme."""
        ends = np.cumsum([len(inputs.texts) for inputs in self.inputs])[:-1]
        parts = zip(self.inputs, self.models, np.split(loudest, ends), strict=True)
        return np.concatenate([empty_voices(inputs, models, loudest=part) for inputs, models, part in parts])


def train(
    examples: Sequence[Example],
    definitions: Sequence[Definition],
    embedder: Embedder,
    *,
    config: TagConfig | None = None,
    seed: int = 0,
    corrections: Sequence[Correction] = (),
    rules_toml: str = "",
    lexicon_text: str = "",
    report: Report = lambda line: None,
) -> TaggerModel:
    """Train a tagger; the order of the examples does not matter.

    Args:
        examples: Texts with all of their points.
        definitions: The themes, in the order that the model keeps.
        embedder: The plain encoder; `config.epochs` 0 trains on it alone.
        config: Settings.
        seed: Of folds and fine-tuning.
        corrections: People's verdicts; each counts for `config.correction_weight` examples.
        rules_toml: Text of the rules file.
        lexicon_text: Text of the word list.
        report: Told about each step.

    Raises:
        TagError: Too few examples for the folds.
    """
    settings = config or TagConfig()
    corrected = correction_examples(corrections, weight=settings.correction_weight)
    chosen = sorted(merge_corrections(distinct_examples(examples), corrected), key=lambda example: example.text)
    if len(chosen) < SMALLEST_FOLD * settings.folds:
        raise TagError(f"{len(chosen)} examples are too few for {settings.folds} folds; give at least 4 a fold")
    laid = _prepare(chosen, definitions, embedder, rules_toml=rules_toml, lexicon_text=lexicon_text)
    learn = _learn_tuned if settings.epochs else _learn_plain
    folds = fold_numbers(chosen, folds=settings.folds, seed=seed)
    held, delta, opinions = learn(laid, folds, config=settings, seed=seed, report=report)
    stack = fit_stack(held.themes, laid.targets.themes[held.rows])
    side_weights = fit_side_weights(held.sides, laid.targets.polarity[held.rows])
    judge = fit_empty_judge(held, stack, laid.targets)
    return TaggerModel(
        keys=laid.keys,
        config=settings,
        delta=delta,
        opinions=opinions,
        stack=stack,
        side_weights=side_weights,
        empty_judge=judge,
        rules_toml=rules_toml,
        lexicon_text=lexicon_text,
        card=_card(
            chosen, laid, held, stack=stack, side_weights=side_weights, judge=judge, seed=seed, embedder=embedder
        ),
        plain_encoder=None if delta else embedder,
    )


def _prepare(
    examples: Sequence[Example],
    definitions: Sequence[Definition],
    embedder: Embedder,
    *,
    rules_toml: str,
    lexicon_text: str,
) -> _Data:
    keys = tuple(definition.key for definition in definitions)
    texts = [example.text for example in examples]
    return _Data(
        texts=texts,
        targets=make_targets(examples, keys=keys),
        embeddings=embedder.embed(texts),
        counts=lexical.hashed_counts(texts),
        valences=lexicon_features(texts, parse_lexicon(lexicon_text)),
        definitions=embedder.embed([f"{one.label}: {one.covers}" for one in definitions]),
        rules=parse_rules(rules_toml, keys=keys),
        keys=keys,
    )


def _learn_plain(
    laid: _Data, folds: NDArray[np.int64], *, config: TagConfig, seed: int, report: Report
) -> tuple[OutOfFold, Delta, Opinions]:
    """Fit on all but one fold and judge that one, for the first `config.folds_run` folds; then fit on everything."""
    held = []
    for fold in range(min(config.folds, config.folds_run)):
        report(f"fold {fold + 1} of {config.folds_run}")
        opinions = _plain_opinions(laid, np.flatnonzero(folds != fold))
        outside = np.flatnonzero(folds == fold)
        held.append(_judge(laid, outside, opinions, laid.embeddings[outside]))
    report("fitting on all examples")
    return _joined(held), Delta(), _plain_opinions(laid, np.arange(len(folds)))


def _learn_tuned(
    laid: _Data, folds: NDArray[np.int64], *, config: TagConfig, seed: int, report: Report
) -> tuple[OutOfFold, Delta, Opinions]:
    """Fine-tune once: the first fold is judged before the last passes, which see it too."""
    from nlp.tag.finetune import finetune

    inside, outside = np.flatnonzero(folds != 0), np.flatnonzero(folds == 0)
    before, after = finetune(laid.texts, laid.targets, held=outside, config=config, seed=seed, report=report)
    report("judging the rows that were held out")
    encoder = tuned_embedder(before.delta, config=config)
    vectors = encoder.embed([laid.texts[row] for row in outside])
    held = _judge(laid, outside, _tuned_opinions(laid, inside, before), vectors)
    report("fitting on all examples")
    return held, after.delta, _tuned_opinions(laid, np.arange(len(folds)), after)


def _judge(laid: _Data, rows: NDArray[np.int64], opinions: Opinions, tuned: Vectors) -> OutOfFold:
    inputs = laid.inputs(rows, tuned)
    themes = theme_opinions(inputs, opinions, rules=laid.rules, keys=laid.keys)
    return OutOfFold(rows, themes, side_opinions(inputs, opinions), (inputs,), (opinions,))


def _joined(held: Sequence[OutOfFold]) -> OutOfFold:
    return OutOfFold(
        np.concatenate([one.rows for one in held]),
        np.concatenate([one.themes for one in held], axis=1),
        np.concatenate([one.sides for one in held], axis=1),
        tuple(inputs for one in held for inputs in one.inputs),
        tuple(models for one in held for models in one.models),
    )


def _tuned_opinions(laid: _Data, rows: NDArray[np.int64], tuned: "Tuned") -> Opinions:
    inputs = laid.inputs(rows, np.zeros((len(rows), laid.embeddings.shape[1]), dtype=np.float32))
    heads = (tuned.themes, tuned.polarity, tuned.empty)
    return fit_opinions(inputs, laid.targets.rows(rows), tuned=heads, definitions=laid.definitions)


def _plain_opinions(laid: _Data, rows: NDArray[np.int64]) -> Opinions:
    targets = laid.targets.rows(rows)
    heads = _plain_heads(laid.embeddings[rows], targets)
    inputs = laid.inputs(rows, laid.embeddings[rows])
    return fit_opinions(inputs, targets, tuned=heads, definitions=laid.definitions)


def _plain_heads(vectors: Vectors, targets: Targets) -> tuple[lexical.Linear, lexical.Linear, lexical.Linear]:
    """Stand in for the tuned heads when there is no fine-tuning: no word on themes, polarity from the plain vectors."""
    rows, columns = np.nonzero(targets.polarity >= 0)
    sides = lexical.fit_softmax(
        vectors[rows],
        targets.polarity[rows, columns],
        classes=len(POLARITIES),
        strength=4.0,
        weights=targets.weights[rows],
    )
    count, dim = targets.themes.shape[1], vectors.shape[1]
    silent = lexical.Linear(np.zeros((dim, count), dtype=np.float32), np.zeros(count, dtype=np.float32))
    empty = lexical.fit_one_vs_rest(vectors, targets.empty[:, None], strength=4.0, weights=targets.weights)
    return silent, lexical.Linear(np.tile(sides.weights, (1, count)), np.tile(sides.bias, count)), empty


def tag_confidence(held: OutOfFold, stack: Stack) -> Vectors:
    """Return (rows,) the confidence of each held-out row's likeliest theme, 0 where none is said."""
    chances = stack.probability(held.themes).max(axis=1)
    return np.where(chances >= stack.cut, chances, 0.0).astype(np.float32)


def fit_empty_judge(held: OutOfFold, stack: Stack, targets: Targets) -> EmptyJudge:
    """Weigh the voices on empty talk and choose the cut, on the held-out rows."""
    themes, empty = targets.themes[held.rows], targets.empty[held.rows]
    return fit_judge(held.empty_voices(tag_confidence(held, stack)), empty, real=(themes == 1).any(axis=1))


def fit_side_weights(sides: Vectors, polarity: NDArray[np.int64]) -> NDArray[np.float32]:
    """Choose how much each polarity opinion counts, by accuracy on stated themes, ties by likelihood."""
    stated = polarity >= 0
    if not stated.any():
        return np.array([0.5, 0.5], dtype=np.float32)
    truth = polarity[stated]

    def quality(share: float) -> tuple[float, float]:
        shares = side_shares(sides[:, stated], np.array([share, 1 - share], dtype=np.float32))
        right = float((shares.argmax(axis=-1) == truth).mean())
        return round(right, 3), float(np.log(shares[np.arange(len(truth)), truth] + 1e-9).mean())

    best = max(SIDE_SHARES, key=quality)
    return np.array([best, 1 - best], dtype=np.float32)


def _card(
    examples: Sequence[Example],
    laid: _Data,
    held: OutOfFold,
    *,
    stack: Stack,
    side_weights: NDArray[np.float32],
    judge: EmptyJudge,
    seed: int,
    embedder: Embedder,
) -> dict[str, object]:
    """Say how the model was made and what it reached on rows that it had not seen."""
    truth = laid.targets.themes[held.rows]
    said = stack.probability(held.themes) >= stack.cut
    polarity = laid.targets.polarity[held.rows]
    agreed = said & (polarity >= 0)
    sides = side_shares(held.sides, side_weights).argmax(axis=-1)
    called = judge.probability(held.empty_voices(tag_confidence(held, stack))) >= judge.cut
    empty, real = laid.targets.empty[held.rows] == 1, (truth == 1).any(axis=1)
    text = "\n".join(repr(asdict(replace(example, known=None))) for example in examples)
    return {
        "seed": seed,
        "encoder": embedder.key,
        "examples": len(examples),
        "examples_sha": hashlib.sha256(text.encode("utf-8", errors="surrogatepass")).hexdigest()[:12],
        "held_out": len(held.rows),
        "micro_f1": round(micro_f1(said, truth), 4),
        "macro_f1": round(float(np.mean([micro_f1(said[:, [k]], truth[:, [k]]) for k in range(len(laid.keys))])), 4),
        "theme_f1": {key: round(micro_f1(said[:, [k]], truth[:, [k]]), 3) for k, key in enumerate(laid.keys)},
        "empty_found": round(float(called[empty].mean()), 4) if empty.any() else 0.0,
        "real_lost": round(float(called[real].mean()), 4) if real.any() else 0.0,
        "polarity_accuracy_agreed": round(float((sides == polarity)[agreed].mean()), 4) if agreed.any() else 0.0,
        "opinion_weights": {name: round(float(w), 3) for name, w in zip(OPINIONS, stack.weights, strict=True)},
        "tuned_polarity_share": float(side_weights[0]),
    }
