"""What a few examples say about a text: one linear opinion per view of it, and how much each counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from nlp.embed.types import Vectors
from nlp.errors import TagError
from nlp.tag.lexical import Linear, fit_one_vs_rest
from nlp.tag.views import Views, clause_rows

Matrix = Vectors | sparse.csr_matrix

# Inverse regularisation (C) of the opinions on unit vectors and on the few signs, one label against the rest.
# Chosen with the rest of this file on draws 100 and up of the development corpora; docs/quality.md has draws 0 to 2.
STRENGTH, SIGNS_STRENGTH = 4.0, 1.0
# Rounds of choosing the clause that speaks for a label; the choice settles after two or three.
CLAUSE_ROUNDS = 3
FOLDS = 5
# What an opinion counts before the examples are asked, and how hard they must argue to change it: at .02 mams loses
# .003 of micro F1, at .2 it loses .01.
PRIOR_WEIGHTS = {"whole": 1.0, "part": 1.0, "words": 1.0, "second": 1.0, "signs": 0.5, "named": 1.0}
PRIOR_STRENGTH = 0.005
WORD = r"(?u)\b\w\w+\b"


@dataclass(frozen=True)
class Wording:
    """Word and letter-group features whose vocabulary comes from the examples."""

    words: object
    letters: object

    @classmethod
    def fit(cls, texts: Sequence[str]) -> "Wording":
        """Collect the vocabulary of `texts`."""
        from sklearn.feature_extraction.text import TfidfVectorizer

        words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=WORD)
        letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True)
        return cls(words.fit(texts), letters.fit(texts))

    def transform(self, texts: Sequence[str]) -> sparse.csr_matrix:
        """Return (n, features) rows."""
        parts = [part.transform(texts) for part in (self.words, self.letters)]  # type: ignore[attr-defined]
        return sparse.csr_matrix(sparse.hstack(parts), dtype=np.float32)


@dataclass(frozen=True)
class Evidence:
    """Texts as matrices.

    Attributes:
        rows: (n, features) by name of the opinion.
        parts: (m, dim) vectors of clauses, if there are any.
        starts: (n,) first clause of each text.
    """

    rows: Mapping[str, Matrix]
    parts: Vectors | None
    starts: NDArray[np.int64]

    @classmethod
    def of(cls, views: Views, wording: Wording) -> "Evidence":
        """Lay out what `views` show."""
        rows: dict[str, Matrix] = {"whole": views.whole, "words": wording.transform(views.texts)}
        rows |= {} if views.second is None else {"second": views.second}
        rows |= {} if views.signs is None else {"signs": views.signs}
        return cls(rows, views.parts, np.zeros(0, dtype=np.int64) if views.starts is None else views.starts)

    @property
    def names(self) -> tuple[str, ...]:
        """The opinions that can be formed, in order."""
        return (*self.rows, *(() if self.parts is None else ("part",)))

    def take(self, at: NDArray[np.int64]) -> "Evidence":
        """Return some of the texts."""
        rows = {name: matrix[at] for name, matrix in self.rows.items()}
        if self.parts is None:
            return Evidence(rows, None, self.starts)
        chosen, starts = clause_rows(self.starts, len(self.parts), at)
        return Evidence(rows, self.parts[chosen], starts)


@dataclass(frozen=True)
class Clues:
    """One linear model per opinion."""

    models: Mapping[str, Linear]

    def __call__(self, evidence: Evidence) -> Vectors:
        """Return (opinions, n, labels) log-odds; that of the clauses is the best clause's.

        Raises:
            TagError: The texts show other things than the examples did.
        """
        if set(self.models) != set(evidence.names):
            raise TagError(
                f"learned from {sorted(self.models)}, shown {sorted(evidence.names)}; look at both with the same viewer"
            )
        return np.stack([self._one(name, evidence) for name in self.models])

    def _one(self, name: str, evidence: Evidence) -> Vectors:
        if name != "part" or evidence.parts is None:
            return self.models[name](evidence.rows[name])
        return np.maximum.reduceat(self.models[name](evidence.parts), evidence.starts, axis=0)


def fit_clues(evidence: Evidence, truth: NDArray[np.float32]) -> Clues:
    """Fit every opinion, one label against the rest, classes balanced; `truth` is (n, labels) of 0 and 1."""
    even = np.ones(len(truth), dtype=np.float32)
    models = {
        name: fit_one_vs_rest(rows, truth, strength=SIGNS_STRENGTH if name == "signs" else STRENGTH, weights=even)
        for name, rows in evidence.rows.items()
    }
    if evidence.parts is not None:
        models["part"] = _fit_parts(evidence.parts, evidence.starts, truth, start=models["whole"])
    return Clues(models)


def _fit_parts(parts: Vectors, starts: NDArray[np.int64], truth: NDArray[np.float32], *, start: Linear) -> Linear:
    """Learn which clauses speak for a label when only whole texts are labelled.

    In a text with the label its best clause stands for it and the others are left out; in a text without it no
    clause does. Source: Andrews, Tsochantaridis and Hofmann, "Support vector machines for multiple-instance
    learning" (mi-SVM's sibling MI-SVM), 2002; here with a logistic regression, begun from that of the whole texts.
    """
    columns = [
        _fit_best_clause(parts, starts, truth[:, [k]], start=Linear(start.weights[:, [k]], start.bias[[k]]))
        for k in range(truth.shape[1])
    ]
    return Linear(np.hstack([one.weights for one in columns]), np.concatenate([one.bias for one in columns]))


def _fit_best_clause(
    parts: Vectors, starts: NDArray[np.int64], target: NDArray[np.float32], *, start: Linear
) -> Linear:
    of_text = np.repeat(np.arange(len(starts)), np.diff([*starts, len(parts)]))
    without = np.flatnonzero(target[of_text, 0] == 0)
    model = start
    for _ in range(CLAUSE_ROUNDS):
        scores = model(parts)[:, 0]
        order = np.lexsort((-scores, of_text))
        best = order[starts][target[:, 0] == 1]
        chosen = np.concatenate([best, without])
        given = np.repeat(np.array([1.0, 0.0], dtype=np.float32), [len(best), len(without)])[:, None]
        model = fit_one_vs_rest(parts[chosen], given, strength=STRENGTH, weights=np.ones(len(chosen), dtype=np.float32))
    return model


def held_out(evidence: Evidence, truth: NDArray[np.float32]) -> Vectors:
    """Return (opinions, n, labels) scores of examples that were left out; NaN for a label with too few to leave out."""
    from sklearn.model_selection import StratifiedKFold

    scores = np.full((len(evidence.names), *truth.shape), np.nan, dtype=np.float32)
    for column in range(truth.shape[1]):
        one = truth[:, [column]]
        folds = int(min(FOLDS, one.sum(), (1 - one).sum()))
        if folds < 2:
            continue
        for inside, outside in StratifiedKFold(folds, shuffle=True, random_state=0).split(one, one[:, 0]):
            clues = fit_clues(evidence.take(inside), one[inside])
            scores[:, outside, column] = clues(evidence.take(outside))[:, :, 0]
    return scores


def weigh_clues(names: Sequence[str], scores: Vectors, truth: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return (opinions,) weights, none below 0, that best tell the held-out examples' labels; shared by all labels."""
    from scipy.optimize import minimize

    prior = np.array([PRIOR_WEIGHTS[name] for name in names])
    known = ~np.isnan(scores[0])
    if not known.any():
        return prior.astype(np.float32)
    x, told = scores[:, known].T.astype(np.float64), truth[known]
    weights = np.where(told == 1, 0.5 / told.mean(), 0.5 / (1 - told).mean()) / len(told)

    def loss(at: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        logit, drift = x @ at[:-1] + at[-1], at[:-1] - prior
        slope = weights * (1 / (1 + np.exp(-np.clip(logit, -50, 50))) - told)
        value = weights @ np.logaddexp(0, (1 - 2 * told) * logit) + PRIOR_STRENGTH * drift @ drift
        return float(value), np.append(x.T @ slope + 2 * PRIOR_STRENGTH * drift, slope.sum())

    found = minimize(loss, np.append(prior, 0.0), jac=True, bounds=[*[(0, None)] * len(prior), (None, None)])
    return np.asarray(found.x[:-1], dtype=np.float32)
