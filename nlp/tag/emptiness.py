"""Tell talk that says nothing of an experience (thanks, greetings, "n/a", see my mail) from what makes a point.

Five voices: the tuned encoder, the wording, bad words, and how loudly any theme speaks, in the whole text and among
the tags that were given; these keep "Thanks for fixing the sync" and "See above: still down". The plainest forms have
rules of their own in `nlp.text.emptytalk`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from nlp.tag import lexical
from nlp.tag.lexical import Linear, Sparse
from nlp.tag.stack import log_odds, sigmoid

# Inverse regularisation (C) of the wording model, as for the themes.
STRENGTH = 4.0
# Share of real comments that may be lost, on rows that the model had not seen; what the user is promised is 1 %.
LOSS_SHARE = 0.005
# Confidence that stands for "no tag".
QUIET = 0.05
# Texts with a smaller share of known words are not judged: the models can't read them.
KNOWN_SHARE = 0.5
# Longer texts are never called empty: of the hand-written empty ones 99 % are shorter.
MAX_WORDS = 40
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class EmptyJudge:
    """How the voices are weighed.

    Attributes:
        weights: (5,) of the log-odds of tuned encoder and wording, of the encoder's likeliest theme, of the tag, and of
            the weight of bad words.
        bias: Shift.
        cut: Probability from which a text is called empty.
    """

    weights: NDArray[np.float32]
    bias: float
    cut: float

    def probability(self, voices: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return (n,) probabilities from (n, 5) voices."""
        return sigmoid(voices @ self.weights + np.float32(self.bias))


def shape_features(texts: Sequence[str]) -> NDArray[np.float32]:
    """Return (n, 6): length in words and in their logarithm, marks, digits, capitals, and how often words return."""
    return np.array([_shape(text) for text in texts], dtype=np.float32).reshape(len(texts), 6)


def _shape(text: str) -> list[float]:
    words, size = _WORD.findall(text), max(1, len(text))
    return [
        min(len(words), MAX_WORDS) / MAX_WORDS,
        float(np.log1p(len(words))),
        float("?" in text) + float("!" in text) / 2,
        sum(char.isdigit() for char in text) / size,
        sum(char.isupper() for char in text) / size,
        len({word.lower() for word in words}) / max(1, len(words)),
    ]


def known_share(texts: Sequence[str], idf: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return (n,) the share of each text's words that training saw twice; of words in another language, few."""
    seen = idf > 0
    words = [_WORD.findall(text.lower()) for text in texts]
    every = [word for row in words for word in row]
    known = iter(seen[lexical.hashed_words(every).indices] if every else ())
    return np.array([np.mean([next(known) for _ in row]) if row else 0.0 for row in words], dtype=np.float32)


def wording_features(texts: Sequence[str], weighed: Sparse) -> Sparse:
    """Return hashed words with the shape beside them."""
    return sparse.csr_matrix(sparse.hstack([weighed, sparse.csr_matrix(shape_features(texts))]), dtype=np.float32)


def fit_wording(
    texts: Sequence[str], weighed: Sparse, empty: NDArray[np.float32], *, weights: NDArray[np.float32]
) -> Linear:
    """Fit the wording's log-odds of empty talk; NaN in `empty` is left out."""
    x = wording_features(texts, weighed)
    return lexical.fit_one_vs_rest(x, empty[:, None], strength=STRENGTH, weights=weights)


def voices(
    tuned: NDArray[np.float32],
    wording: NDArray[np.float32],
    themes: NDArray[np.float32],
    *,
    loudest: NDArray[np.float32],
    bad: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Lay out (n, 5) voices.

    Args:
        tuned: (n,) log-odds of empty talk by the encoder.
        wording: (n,) the same by the wording.
        themes: (n, themes) log-odds of themes by the encoder.
        loudest: (n,) confidence of the likeliest tag, 0 where there is none.
        bad: (n,) weight of bad words, 0 to 1.
    """
    said = log_odds(np.maximum(loudest, QUIET))
    return np.stack([tuned, wording, themes.max(axis=1), said, bad], axis=1).astype(np.float32)


def fit_judge(heard: NDArray[np.float32], empty: NDArray[np.float32], *, real: NDArray[np.bool_]) -> EmptyJudge:
    """Weigh the voices on rows that the models had not seen.

    Args:
        heard: (n, 5) voices.
        empty: (n,) 1 for empty talk, 0, NaN for unknown.
        real: (n,) the rows that must not be lost: those with a point. Of them `LOSS_SHARE` may lie above the cut.
    """
    from sklearn.linear_model import LogisticRegression

    known = ~np.isnan(empty)
    if len(np.unique(empty[known])) < 2:
        return EmptyJudge(np.zeros(5, dtype=np.float32), 0.0, 1.1)
    model = LogisticRegression(C=1.0, max_iter=500).fit(heard[known], empty[known])
    judge = EmptyJudge(model.coef_[0].astype(np.float32), float(model.intercept_[0]), 0.5)
    chance = judge.probability(heard[real]) if real.any() else np.zeros(1, dtype=np.float32)
    allowed = np.sort(chance)[::-1][min(int(LOSS_SHARE * len(chance)), len(chance) - 1)]
    return EmptyJudge(judge.weights, judge.bias, float(max(0.5, np.nextafter(allowed, np.float32(2)))))
