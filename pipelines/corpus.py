"""The passages that make discovered themes: one row for all that say the same, whatever the order of import."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.store.repositories import themes as repository
from data.store.repositories.embeddings import unpack
from data.store.unit_of_work import Session
from nlp.text.dedupe import near_groups

# A passage in its comment: the comment's content key and the passage's text key.
Place = tuple[str, str]


@dataclass(frozen=True)
class Corpus:
    """Rows for discovery.

    Attributes:
        keys: (n,) text key of the passage that stands for a row.
        groups: (n,) content key of its comment.
        texts: (n,) its words.
        embeddings: (n, dim) float32 unit rows.
        weights: (n,) respondents who said so.
        row_of: Row of every place, also of those that another passage stands for.
    """

    keys: list[str]
    groups: list[str]
    texts: list[str]
    embeddings: NDArray[np.float32]
    weights: list[float]
    row_of: Mapping[Place, int]

    @property
    def names(self) -> list[str]:
        """Key of each row: which passage in which comment."""
        return [f"{group}/{key}" for group, key in zip(self.groups, self.keys, strict=True)]

    @property
    def lengths(self) -> list[int]:
        """Words of each row."""
        return [len(text.split()) for text in self.texts]

    def labels_by_name(self, members: Mapping[Place, str]) -> dict[str, str]:
        """Give the theme of each row from the themes of places; the first place in order decides."""
        found: dict[int, str] = {}
        for place in sorted(members):
            row = self.row_of.get(place)
            if row is not None:
                found.setdefault(row, members[place])
        names = self.names
        return {names[row]: theme for row, theme in found.items()}


def read_corpus(session: Session, model_key: str) -> Corpus:
    """Read the corpus. Passages that are equal after case, blanks and punctuation are one row, near ones too where
    negations and numbers agree; their respondents add up.
    """  # noqa: D205
    places: list[Place] = []
    texts: list[str] = []
    vectors: list[bytes] = []
    counts: list[int] = []
    for content_key, text_key, text, vector, respondents in repository.corpus(session, model_key):
        places.append((content_key, text_key))
        texts.append(text)
        vectors.append(vector)
        counts.append(respondents)
    heads = near_groups(texts)
    kept = sorted(set(heads.tolist()), key=lambda at: places[at])
    number = {at: row for row, at in enumerate(kept)}
    weights = [0.0] * len(kept)
    row_of: dict[Place, int] = {}
    for at, head in enumerate(heads.tolist()):
        weights[number[head]] += counts[at]
        row_of[places[at]] = number[head]
    return Corpus(
        keys=[places[at][1] for at in kept],
        groups=[places[at][0] for at in kept],
        texts=[texts[at] for at in kept],
        embeddings=_stack([vectors[at] for at in kept]),
        weights=weights,
        row_of=row_of,
    )


def _stack(vectors: Sequence[bytes]) -> NDArray[np.float32]:
    return np.stack([unpack(vector) for vector in vectors]) if vectors else np.zeros((0, 1), dtype=np.float32)
