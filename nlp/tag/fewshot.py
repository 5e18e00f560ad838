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
WORDING_WEIGHT = 0.5
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
        embedder: Used when no vectors are handed in.
    """

    labels: tuple[str, ...]
    single: bool
    on_vectors: Linear
    on_words: Linear
    wording: Wording
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
        fit = _fit_single if single else _fit_several
        return cls(labels, single, fit(vectors, truth), fit(wording.transform(texts), truth), wording, embedder)

    def log_odds(self, texts: Sequence[str], *, embeddings: Vectors | None = None) -> Vectors:
        """Return (n, labels) scores; above 0 is more likely than not where several labels are allowed."""
        vectors = _vectors(texts, embeddings, self.embedder)
        return self.on_vectors(vectors) + WORDING_WEIGHT * self.on_words(self.wording.transform(texts))

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
