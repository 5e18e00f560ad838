"""Themes that a user adds to the taxonomy: found by a definition and examples, from vectors already there.

A passage is about such a theme when it lies nearer to the middle of the definition and its examples than to every theme
that the tagger was trained for, by a margin. It is a start, not a trained tagger: see the figures at `MARGIN`. More
examples and corrections mend it; `sottovoce taxonomy train` is for themes with some forty examples.
"""

from dataclasses import dataclass

import numpy as np

from nlp.embed.types import Vectors
from nlp.errors import TagError

# How much the nearest trained theme counts against, and the margin. Measured on the shipped sample by taking 22 of its
# themes for new, one after the other, hand labels as the truth (about 5 % by chance): of the comments found at .12 43 %
# are right with 3 examples, 37 % with 8, 40 % with 20 (F1 .28, .27, .34); at .10 36 % (F1 .30, .31, .36), at .15 42 to
# 52 % (F1 .20, .25, .30). Without the nearest other theme F1 is .02 to .06 lower at a like precision.
OTHERS_WEIGHT, MARGIN = 0.6, 0.12
# Confidence at the margin, and at most: there is no calibration on so few examples.
LEAST_SURE, MOST_SURE = 0.5, 0.9


@dataclass(frozen=True)
class OwnThemes:
    """What passages are compared with.

    Attributes:
        keys: The themes.
        rows: (themes, dim) unit rows: the middle of each theme's definition and examples, less `centre`.
        others: (m, dim) unit rows of the trained themes, about their own middle.
        centre: (dim,) mean of the corpus, so that what all comments share counts for nothing.
    """

    keys: tuple[str, ...]
    rows: Vectors
    others: Vectors
    centre: Vectors

    def tag(self, vectors: Vectors) -> list[dict[str, float]]:
        """Give the themes of each passage, by (n, dim) unit vectors, with a confidence (.5 to .9).

        Raises:
            TagError: The vectors are another embedder's.
        """
        if vectors.ndim != 2 or vectors.shape[1] != len(self.centre):
            raise TagError(f"vectors of shape {vectors.shape}, themes of {len(self.centre)}: use one embedder for both")
        if not self.keys or not len(vectors):
            return [{} for _ in range(len(vectors))]
        rows = unit(vectors - self.centre)
        margin = rows @ self.rows.T - OTHERS_WEIGHT * (rows @ self.others.T).max(axis=1, initial=0.0)[:, None]
        found: list[dict[str, float]] = [{} for _ in range(len(vectors))]
        for row, column in zip(*np.nonzero(margin >= MARGIN), strict=True):
            sure = min(MOST_SURE, LEAST_SURE + float(margin[row, column]) - MARGIN)
            found[row][self.keys[column]] = round(sure, 4)
        return found


def fit_theme(definition: Vectors, examples: Vectors, centre: Vectors) -> Vectors:
    """Return the (dim,) row of a theme from the (dim,) vector of its definition and the (k, dim) of its examples."""
    told = unit(np.vstack([examples.reshape(-1, len(centre)), definition[None, :]]) - centre)
    middle: Vectors = unit(told.mean(axis=0, keepdims=True))[0]
    return middle


def others_of(prototypes: Vectors) -> Vectors:
    """Return the rows of the trained themes about their own middle."""
    return unit(prototypes - prototypes.mean(axis=0, keepdims=True))


def unit(rows: Vectors) -> Vectors:
    """Return rows of length 1; a row of zeros stays."""
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    return (rows / np.maximum(lengths, 1e-12)).astype(np.float32)


def theme_text(name: str, definition: str) -> str:
    """Word a definition as a text to embed; what it is not, behind "Not:", would only draw it there."""
    return f"{name}. {definition.split(' Not: ')[0]}".strip()
