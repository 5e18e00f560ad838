"""Polarity of a passage or comment, -1 to 1: a word list with scopes, and a classifier on the plain embedding.

The list is right where words are plain, the classifier where they are not; neither knows the score.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlp.embed.types import Embedder, Vectors
from nlp.errors import ModelMissingError, SentimentError
from nlp.sentiment.lexicon import Lexicon, lexicon_features, parse_lexicon
from nlp.sums import check_noted, note_sums

FILE = "sentiment.json"
REBUILD = "build it with: sottovoce taxonomy train"
FORMAT = 1
# Inverse regularisation (C) of the classifier; best of .1 to 30 by AUC on app_reviews (a setting, not training).
STRENGTH = 0.1
# Log-odds that the list gives at its two ends; 2 to 6 differ by .003 in AUC on app_reviews.
LIST_SCALE = 3.0
# Log-odds that the classifier gives at one standard deviation over the training texts.
CLASSIFIER_SCALE = 0.9


@dataclass(frozen=True)
class SentimentModel:
    """A trained polarity scorer.

    Attributes:
        weights: (dim,) of the classifier, scaled.
        bias: Its shift.
        lexicon_text: The word list, as read.
        encoder: Key of the embedder that it was trained on.
    """

    weights: NDArray[np.float32]
    bias: float
    lexicon_text: str
    encoder: str

    def score(self, texts: Sequence[str], embeddings: Vectors) -> NDArray[np.float32]:
        """Return (n,) polarities in -1..1, below 0 for blame.

        Args:
            texts: Passages or whole comments.
            embeddings: (n, dim) of the same texts by the embedder named in `encoder`.

        Raises:
            SentimentError: Unlike lengths.
        """
        if len(texts) != len(embeddings):
            raise SentimentError(f"{len(texts)} texts and {len(embeddings)} vectors; hand in one vector a text")
        if not texts:
            return np.zeros(0, dtype=np.float32)
        listed = lexicon_features(texts, self._lexicon)[:, 0]
        logits = LIST_SCALE * listed + embeddings @ self.weights + self.bias
        return np.tanh(logits / 2).astype(np.float32)

    @cached_property
    def _lexicon(self) -> Lexicon:
        return parse_lexicon(self.lexicon_text)


def train_sentiment(
    texts: Sequence[str], polarities: Sequence[float], embedder: Embedder, *, lexicon_text: str
) -> SentimentModel:
    """Train on texts with a clear polarity.

    Args:
        texts: Whole texts.
        polarities: Their balance of praise and blame; 0 is left out.
        embedder: The plain encoder.
        lexicon_text: Text of the word list.

    Raises:
        SentimentError: Only one side is present.
    """
    from sklearn.linear_model import LogisticRegression

    sides = np.sign(np.asarray(polarities, dtype=np.float64))
    if not ((sides > 0).any() and (sides < 0).any()):
        raise SentimentError(f"{len(texts)} texts, all of one side; give some with praise and some with blame")
    clear = np.flatnonzero(sides)
    vectors = embedder.embed([texts[int(row)] for row in clear])
    model = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=1000).fit(vectors, sides[clear] > 0)
    factor = CLASSIFIER_SCALE / max(float(model.decision_function(vectors).std()), 1e-6)
    return SentimentModel(
        weights=(model.coef_[0] * factor).astype(np.float32),
        bias=float(model.intercept_[0] * factor),
        lexicon_text=lexicon_text,
        encoder=embedder.key,
    )


def save_sentiment(model: SentimentModel, folder: Path) -> None:
    """Write the model as JSON into `folder`, made if missing, and note it in the list there."""
    folder.mkdir(parents=True, exist_ok=True)
    card = {
        "format": FORMAT,
        "encoder": model.encoder,
        "bias": round(model.bias, 6),
        "weights": [round(float(weight), 6) for weight in model.weights],
        "lexicon_text": model.lexicon_text,
    }
    (folder / FILE).write_text(json.dumps(card, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
    note_sums(folder, (FILE,))


def load_sentiment(folder: Path) -> SentimentModel:
    """Read a model that `save_sentiment` wrote.

    Raises:
        ModelMissingError: No model there, or no list of what it must hold.
        ModelChangedError: It is not as it was written.
        SentimentError: Another layout.
    """
    path = folder / FILE
    if not path.is_file():
        raise ModelMissingError(f"{path} is missing; {REBUILD}")
    check_noted(folder, (FILE,), mend=REBUILD)
    card = json.loads(path.read_text(encoding="utf-8"))
    if card.get("format") != FORMAT:
        raise SentimentError(f"{path} has format {card.get('format')}, this version reads {FORMAT}; train it again")
    weights = np.array(card["weights"], dtype=np.float32)
    return SentimentModel(weights, float(card["bias"]), card["lexicon_text"], card["encoder"])
