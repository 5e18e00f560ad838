"""What a label's name says: how near a text's words come to it. A user's labels have names; no example is needed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp.embed.types import Vectors
from nlp.errors import TagError
from nlp.tag.views import Views, Words

# "UserExperience", "user_experience" and "user-experience" are two words each.
_JOINT = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[_\-/]+")
# Below this the words of all texts are equally near, and the nearness says nothing.
LEAST_SPREAD = 1e-6


def spelled(label: str) -> str:
    """Write a label's key as a person says it: "CardArrival" and "card_arrival" are "card arrival"."""
    return " ".join(_JOINT.sub(" ", label).lower().split()) or label


def name_rows(names: Mapping[str, Vectors], labels: Sequence[str]) -> Vectors:
    """Return (labels, dim) vectors of the names.

    Raises:
        TagError: A label has no name.
    """
    missing = sorted(set(labels) - set(names))
    if missing:
        raise TagError(
            f"no name for {len(missing)} of {len(labels)} labels ({missing[0]!r}); name all of them, or none"
        )
    return np.stack([names[label] for label in labels])


@dataclass(frozen=True)
class Named:
    """The nearness of a text's nearest word to each name, in standard deviations over the texts.

    Attributes:
        names: (labels, dim).
        middle: (labels,) mean nearness over texts of the kind.
        spread: (labels,) its standard deviation.
    """

    names: Vectors
    middle: NDArray[np.float32]
    spread: NDArray[np.float32]

    @classmethod
    def fit(cls, names: Vectors, among: Views) -> "Named":
        """Learn from texts, labelled or not, what nearness is usual.

        Raises:
            TagError: The texts' words were not looked at.
        """
        near = _nearness(names, among)
        return cls(names, near.mean(axis=0), np.maximum(near.std(axis=0), LEAST_SPREAD))

    def __call__(self, views: Views) -> Vectors:
        """Return (n, labels); 0 where it is as usual."""
        return ((_nearness(self.names, views) - self.middle) / self.spread).astype(np.float32)


def _nearness(names: Vectors, views: Views) -> Vectors:
    words = _words(views)
    return np.maximum.reduceat((words.vectors @ names.T)[words.at], words.starts, axis=0)


def _words(views: Views) -> Words:
    if views.words is None:
        raise TagError("names are compared with words; look at the texts with Viewer(words=True)")
    return views.words
