"""Learn a user's own labels from a few examples each, and from comments without labels where there are any."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nlp.embed.types import Vectors
from nlp.errors import TagError
from nlp.tag.clues import Clues, Evidence, Matrix, Wording, fit_clues, held_out, weigh_clues
from nlp.tag.lexical import Linear, fit_softmax
from nlp.tag.named import Named, name_rows
from nlp.tag.pool import Pool, spread
from nlp.tag.shares import cut_for_share, estimate_share, surplus
from nlp.tag.views import Views

# Exactly one label a text: inverse regularisation (C), and weight of the wording beside the vector. Chosen on draws
# 100 and up of the development corpora, as are the next two; docs/quality.md has draws 0 to 2.
SINGLE_STRENGTH, WORDING_WEIGHT = 16.0, 0.25
# The neighbours' share where a text has one label and they have leaned on each other and on the examples (banking77
# +.012 micro F1 at 8 examples over one look at the neighbours with a share of .4, +.006 at 16, insurance_intents -.001;
# at .85 it loses .004), and where it can have several (app_reviews +.005 micro F1, mams none; at .3 macro F1 falls by
# .005).
SINGLE_SHARE, SEVERAL_SHARE = 0.7, 0.2
# Log-probabilities below this count as this, so that no single neighbour can rule a label out.
LOG_FLOOR = -12.0


@dataclass(frozen=True)
class FewShot:
    """A classifier for a user's labels.

    Attributes:
        labels: In the order of the columns.
        single: Every example had exactly one label, so every text gets exactly one.
        wording: The features of the wording.
        clues: The opinions.
        weights: (opinions,) what each counts.
        cuts: (labels,) scores from which a label is given; zeros where every text gets exactly one.
        pool: Neighbours to lean on; none without unlabelled texts.
        named: What the names say where a text can have several labels; none without names.
    """

    labels: tuple[str, ...]
    single: bool
    wording: Wording
    clues: Clues
    weights: NDArray[np.float32]
    cuts: NDArray[np.float32]
    pool: Pool | None = None
    named: Named | None = None

    @classmethod
    def fit(
        cls,
        examples: Views,
        label_sets: Sequence[Sequence[str]],
        *,
        unlabelled: Views | None = None,
        names: Mapping[str, Vectors] | None = None,
    ) -> "FewShot":
        """Learn from examples; 8 to 64 a label are enough.

        Args:
            examples: What a `Viewer` saw of the examples.
            label_sets: All labels of each, at least one.
            unlabelled: Comments of the same kind, most usefully those to be labelled. They tell which texts go
                together and, where a text can have several labels, how common each is. Without them a prediction
                rests on the examples alone; with or without, it does not depend on the batch it comes in.
            names: Vectors of the labels' names (`Viewer.name`), if these say what the labels mean. Where a text can
                have several labels, its words are compared with them, so the views must have words.

        Raises:
            TagError: Unlike lengths, under two labels, an example without a label, or a label without a name.
        """
        labels = tuple(sorted({label for labels in label_sets for label in labels}))
        if len(examples) != len(label_sets) or len(labels) < 2 or not all(label_sets):
            raise TagError(
                f"{len(examples)} texts, {len(label_sets)} label sets, {len(labels)} labels; give each text one"
            )
        truth = _matrix(label_sets, labels)
        called = None if names is None else name_rows(names, labels)
        fit = _fit_single if bool((truth.sum(axis=1) == 1).all()) else _fit_several
        return fit(labels, examples, truth, unlabelled=unlabelled, called=called)

    def log_odds(self, views: Views) -> Vectors:
        """Return (n, labels) scores; a label is given from 0 on where several are allowed.

        Raises:
            TagError: The texts were looked at in another way than the examples.
        """
        return self.leaning(views, self._opinion(views)) - self.cuts

    def leaning(self, views: Views, scores: Vectors) -> Vectors:
        """Return scores mixed with those of the unlabelled neighbours; as they are where there were none."""
        if self.pool is None:
            return scores
        if not self.single:
            return self.pool.mixed(views.whole, scores)
        return np.log(self.pool.mixed(views.whole, np.exp(scores)))

    def predict(self, views: Views) -> list[list[str]]:
        """Return the labels of each text, most likely first; at least one each."""
        if not len(views):
            return []
        scores = self.log_odds(views)
        chosen = np.zeros(scores.shape, dtype=bool) if self.single else scores >= 0
        chosen[np.arange(len(views)), scores.argmax(axis=1)] = True
        order = np.argsort(-scores, axis=1, kind="stable")
        return [[self.labels[c] for c in order[row] if chosen[row, c]] for row in range(len(views))]

    def _opinion(self, views: Views) -> Vectors:
        seen = _plain(views) if self.single else views
        opinions = self.clues(Evidence.of(seen, self.wording))
        if self.named is not None:
            opinions = np.concatenate([opinions, self.named(views)[None]])
        scores = np.tensordot(self.weights, opinions, axes=1)
        return _log_shares(scores) if self.single else np.asarray(scores, dtype=np.float32)


def _fit_several(
    labels: tuple[str, ...],
    examples: Views,
    truth: NDArray[np.float32],
    *,
    unlabelled: Views | None,
    called: Vectors | None,
) -> FewShot:
    new = _pooled(unlabelled)
    wording = Wording.fit(examples.texts)
    evidence = Evidence.of(examples, wording)
    clues, scores = fit_clues(evidence, truth), held_out(evidence, truth)
    opinions, named = list(clues.models), None
    if called is not None:
        named = Named.fit(called, examples if new is None else new)
        opinions, scores = [*opinions, "named"], np.concatenate([scores, named(examples)[None]])
    weights = weigh_clues(opinions, scores, truth)
    model = FewShot(labels, False, wording, clues, weights, np.zeros(len(labels), dtype=np.float32), named=named)
    if new is None:
        return model
    model = replace(model, pool=Pool(new.whole, model.log_odds(new), SEVERAL_SHARE))
    told = np.tensordot(weights, scores, axes=1).astype(np.float32)
    found = model.log_odds(new)
    cuts = find_cuts(model.leaning(examples, told), truth, unlabelled=found)
    # Texts looked for label by label have more labels than most, so the examples' mean is a bound.
    return replace(model, cuts=cuts + np.float32(surplus(found - cuts, float(truth.sum(axis=1).mean()))))


def find_cuts(scores: Vectors, truth: NDArray[np.float32], *, unlabelled: Vectors) -> NDArray[np.float32]:
    """Return one cut a label from (n, labels) held-out and (m, labels) unlabelled scores; 0 where none was held out."""
    cuts = np.zeros(truth.shape[1], dtype=np.float32)
    for column in np.flatnonzero(~np.isnan(scores).any(axis=0)):
        new = unlabelled[:, column]
        cuts[column] = cut_for_share(new, estimate_share(scores[:, column], truth[:, column], unlabelled=new))
    return cuts


def _fit_single(
    labels: tuple[str, ...],
    examples: Views,
    truth: NDArray[np.float32],
    *,
    unlabelled: Views | None,
    called: Vectors | None,
) -> FewShot:
    new = _pooled(unlabelled)
    wording = Wording.fit(examples.texts)
    evidence = Evidence.of(_plain(examples), wording)
    models = {name: _softmax(rows, truth) for name, rows in evidence.rows.items()}
    if called is not None:
        # A name is one more example.
        own = np.eye(len(labels), dtype=np.float32)
        models["whole"] = _softmax(np.vstack([examples.whole, called]), np.vstack([truth, own]))
    weights = np.array([WORDING_WEIGHT if name == "words" else 1.0 for name in models], dtype=np.float32)
    model = FewShot(labels, True, wording, Clues(models), weights, np.zeros(len(labels), dtype=np.float32))
    if new is None:
        return model
    known = examples.whole, truth
    return replace(model, pool=Pool.settled(new.whole, np.exp(model.log_odds(new)), SINGLE_SHARE, known=known))


def _pooled(unlabelled: Views | None) -> Views | None:
    return unlabelled.take(spread(len(unlabelled))) if unlabelled is not None and len(unlabelled) else None


def _softmax(rows: Matrix, truth: NDArray[np.float32]) -> Linear:
    even = np.ones(len(truth), dtype=np.float32)
    return fit_softmax(rows, truth.argmax(axis=1), classes=truth.shape[1], strength=SINGLE_STRENGTH, weights=even)


def _plain(views: Views) -> Views:
    """Leave out what single labels gained nothing from: clauses, another encoder, signs."""
    return Views(views.texts, views.whole)


def _log_shares(scores: Vectors) -> Vectors:
    above = scores - scores.max(axis=1, keepdims=True)
    logs = above - np.log(np.exp(above).sum(axis=1, keepdims=True))
    return np.maximum(logs, LOG_FLOOR).astype(np.float32)


def _matrix(label_sets: Sequence[Sequence[str]], labels: Sequence[str]) -> NDArray[np.float32]:
    column = {label: number for number, label in enumerate(labels)}
    truth = np.zeros((len(label_sets), len(labels)), dtype=np.float32)
    for row, labels_of_one in enumerate(label_sets):
        truth[row, [column[label] for label in labels_of_one]] = 1.0
    return truth
