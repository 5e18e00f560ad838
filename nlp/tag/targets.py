"""Examples as arrays: which theme, which polarity, what is known."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp.errors import ExampleError
from nlp.tag.types import EMPTY_KIND, POLARITIES, Example


@dataclass(frozen=True, slots=True)
class Targets:
    """What a model should say, row by row.

    Attributes:
        themes: (n, themes) float32 of 0 and 1; NaN where nobody judged.
        polarity: (n, themes) int64, a place in `POLARITIES`; -1 where the theme is not stated.
        weights: (n,) float32, how much each row counts.
        empty: (n,) float32, 1 where the text is empty talk, 0 where it is not; NaN where nobody judged the whole text.
    """

    themes: NDArray[np.float32]
    polarity: NDArray[np.int64]
    weights: NDArray[np.float32]
    empty: NDArray[np.float32]

    def rows(self, chosen: NDArray[np.int64]) -> "Targets":
        """Return the chosen rows."""
        return Targets(self.themes[chosen], self.polarity[chosen], self.weights[chosen], self.empty[chosen])


def make_targets(examples: Sequence[Example], *, keys: Sequence[str]) -> Targets:
    """Lay out the labels of examples.

    Raises:
        ExampleError: A label that is not among `keys`.
    """
    column = {key: number for number, key in enumerate(keys)}
    themes = np.zeros((len(examples), len(keys)), dtype=np.float32)
    polarity = np.full(themes.shape, -1, dtype=np.int64)
    for row, example in enumerate(examples):
        if example.known is not None:
            themes[row] = np.nan
            themes[row, [column[key] for key in example.known if key in column]] = 0.0
        for label in example.labels:
            if label.key not in column:
                raise ExampleError(f"{label.key!r} of {example.text[:40]!r} is no theme; see themes.toml")
            themes[row, column[label.key]] = 1.0
            polarity[row, column[label.key]] = POLARITIES.index(label.polarity)
    weights = np.array([example.weight for example in examples], dtype=np.float32)
    return Targets(themes, polarity, weights, np.array([_emptiness(one) for one in examples], dtype=np.float32))


def _emptiness(example: Example) -> float:
    if example.known is not None and not example.labels:
        return np.nan
    return float(example.kind == EMPTY_KIND and not example.labels)


def fold_numbers(examples: Sequence[Example], *, folds: int, seed: int) -> NDArray[np.int64]:
    """Give each example a fold, the same whatever the order of the examples."""
    order = sorted(range(len(examples)), key=lambda number: examples[number].text)
    numbers = np.random.default_rng(seed).permutation(len(examples)) % folds
    out = np.empty(len(examples), dtype=np.int64)
    out[order] = numbers
    return out
