"""Learn a user's own labels from a few examples each: embeddings and wording, joined in log-odds."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from nlp.embed.types import Embedder, Vectors
from nlp.errors import TagError
from nlp.tag.lexical import Linear, fit_one_vs_rest, fit_softmax

# Inverse regularisation (C): several labels a text, and exactly one label a text. Chosen on one half of the rows of
# the development corpora at k = 8 and 16 (docs/quality.md); the other half gave the figures.
SEVERAL_STRENGTH, SINGLE_STRENGTH = 4.0, 16.0
# Weight of the wording's log-odds beside the embedding's.
WORDING_WEIGHT = {"single": 0.5, "several": 1.0}
# How far each label's cut moves from even odds towards the one that parts held-out examples best. Few examples make
# that one noisy: all the way loses .04 to .07 micro F1 on app_reviews and mams, not at all up to .07 macro F1.
CUT_SHARE = 0.35
CUT_FOLDS = 5
# Cuts within this much of the best separation are averaged.
CUT_SLACK = 0.02
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
class FewShot:
    """A classifier for a user's labels.

    Attributes:
        labels: In the order of the columns.
        single: Every example had exactly one label, so every text gets exactly one.
        on_vectors: Embedding to log-odds.
        on_words: Wording to log-odds.
        wording: The features of `on_words`.
        cuts: (labels,) scores from which a label is given; zeros where every text gets exactly one.
        embedder: Used when no vectors are handed in.
    """

    labels: tuple[str, ...]
    single: bool
    on_vectors: Linear
    on_words: Linear
    wording: Wording
    cuts: NDArray[np.float32]
    embedder: Embedder | None = None

    @classmethod
    def fit(
        cls,
        texts: Sequence[str],
        label_sets: Sequence[Sequence[str]],
        *,
        embeddings: Vectors | None = None,
        embedder: Embedder | None = None,
    ) -> "FewShot":
        """Learn from examples; 8 to 64 a label are enough.

        Args:
            texts: The examples.
            label_sets: All labels of each, at least one.
            embeddings: (n, dim) vectors of the examples, or
            embedder: what computes them, kept for `predict`.

        Raises:
            TagError: Unlike lengths, under two labels, an example without a label, or neither vectors nor embedder.
        """
        labels = tuple(sorted({label for labels in label_sets for label in labels}))
        if len(texts) != len(label_sets) or len(labels) < 2 or not all(label_sets):
            raise TagError(
                f"{len(texts)} texts, {len(label_sets)} label sets, {len(labels)} labels; give each text one"
            )
        vectors = _vectors(texts, embeddings, embedder)
        single = all(len(set(labels_of_one)) == 1 for labels_of_one in label_sets)
        truth = _matrix(label_sets, labels)
        wording = Wording.fit(texts)
        rows = wording.transform(texts)
        fit = _fit_single if single else _fit_several
        cuts = np.zeros(len(labels), dtype=np.float32) if single else find_cuts(vectors, rows, truth)
        return cls(labels, single, fit(vectors, truth), fit(rows, truth), wording, cuts, embedder)

    def log_odds(self, texts: Sequence[str], *, embeddings: Vectors | None = None) -> Vectors:
        """Return (n, labels) scores; a label is given from 0 where several are allowed."""
        vectors = _vectors(texts, embeddings, self.embedder)
        wording = self.on_words(self.wording.transform(texts))
        weight = WORDING_WEIGHT["single" if self.single else "several"]
        return np.asarray(self.on_vectors(vectors) + weight * wording - self.cuts, dtype=np.float32)

    def predict(self, texts: Sequence[str], *, embeddings: Vectors | None = None) -> list[list[str]]:
        """Return the labels of each text, most likely first; at least one each."""
        if not texts:
            return []
        scores = self.log_odds(texts, embeddings=embeddings)
        chosen = np.zeros(scores.shape, dtype=bool) if self.single else scores > 0
        chosen[np.arange(len(texts)), scores.argmax(axis=1)] = True
        order = np.argsort(-scores, axis=1, kind="stable")
        return [[self.labels[c] for c in order[row] if chosen[row, c]] for row in range(len(texts))]


def _vectors(texts: Sequence[str], embeddings: Vectors | None, embedder: Embedder | None) -> Vectors:
    if embeddings is None and embedder is None:
        raise TagError("neither embeddings nor an embedder; hand in one of them")
    found = embeddings if embeddings is not None else embedder.embed(texts)  # type: ignore[union-attr]
    if len(found) != len(texts):
        raise TagError(f"{len(texts)} texts and {len(found)} vectors; hand in one vector a text")
    return found


def _matrix(label_sets: Sequence[Sequence[str]], labels: Sequence[str]) -> NDArray[np.float32]:
    column = {label: number for number, label in enumerate(labels)}
    truth = np.zeros((len(label_sets), len(labels)), dtype=np.float32)
    for row, labels_of_one in enumerate(label_sets):
        truth[row, [column[label] for label in labels_of_one]] = 1.0
    return truth


def _fit_several(x: Vectors | sparse.csr_matrix, truth: NDArray[np.float32]) -> Linear:
    even = np.ones(len(truth), dtype=np.float32)
    return fit_one_vs_rest(x, truth, strength=SEVERAL_STRENGTH, weights=even)


def _fit_single(x: Vectors | sparse.csr_matrix, truth: NDArray[np.float32]) -> Linear:
    even = np.ones(len(truth), dtype=np.float32)
    classes = truth.shape[1]
    return fit_softmax(x, truth.argmax(axis=1), classes=classes, strength=SINGLE_STRENGTH, weights=even)


def find_cuts(vectors: Vectors, rows: sparse.csr_matrix, truth: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return one cut a label from scores of examples that were held out; 0 for a label with too few to hold out."""
    cuts = np.zeros(truth.shape[1], dtype=np.float32)
    for column in range(truth.shape[1]):
        one = truth[:, [column]]
        folds = int(min(CUT_FOLDS, one.sum(), (1 - one).sum()))
        if folds >= 2:
            cuts[column] = CUT_SHARE * best_separation(_held_out(vectors, rows, one, folds=folds), one[:, 0])
    return cuts


def _held_out(
    vectors: Vectors, rows: sparse.csr_matrix, truth: NDArray[np.float32], *, folds: int
) -> NDArray[np.float32]:
    from sklearn.model_selection import StratifiedKFold

    scores = np.zeros(len(truth), dtype=np.float32)
    for inside, outside in StratifiedKFold(folds, shuffle=True, random_state=0).split(vectors, truth[:, 0]):
        for x, weight in ((vectors, 1.0), (rows, WORDING_WEIGHT["several"])):
            scores[outside] += weight * _fit_several(x[inside], truth[inside])(x[outside])[:, 0]
    return scores


def best_separation(scores: NDArray[np.float32], truth: NDArray[np.float32]) -> float:
    """Return the score that best parts positives from negatives (highest true minus false positive rate)."""
    candidates = np.quantile(scores, np.linspace(0.05, 0.95, 40))
    above = scores[:, None] > candidates[None, :]
    apart = above[truth == 1].mean(axis=0) - above[truth == 0].mean(axis=0)
    return float(candidates[apart >= apart.max() - CUT_SLACK].mean())
