"""Discovered themes of a seeded store: the examples' vectors in groups, with keys, names and middles."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.store.repositories.themes import ThemeRow
from nlp.identity.keys import birth_key
from pipelines.bench.seeding.words import Words

ROUNDS = 8
# About the size of parents in the sample: 60 themes have 20.
THEMES_PER_PARENT = 6
NAME_WORDS = 2
WORD_LETTERS = 4
TERMS, EXEMPLARS = 10, 5
_WORD = re.compile(rf"[a-z]{{{WORD_LETTERS},}}")


@dataclass(frozen=True)
class Discovered:
    """Themes and where each plain passage belongs; -1: in none."""

    rows: Sequence[ThemeRow]
    keys: Sequence[str]
    of_passage: NDArray[np.int64]
    centre: NDArray[np.float32]


def make_themes(words: Words, *, count: int, run_id: int, loose: float = 0.06, seed: int) -> Discovered:
    """Group the passages into `count` themes and these into parents; the loosest share of the passages joins none."""
    rng = np.random.default_rng(seed)
    labels, middles = _grouped(words.vectors, count, rng)
    near = np.einsum("ij,ij->i", words.vectors, middles[labels])
    labels = np.where(near < np.quantile(near, loose), -1, labels)
    parent_of, _ = _grouped(middles, max(2, count // THEMES_PER_PARENT), rng)
    names = _names(words, labels, len(middles))
    keys = [_key(words, np.flatnonzero(labels == at), at) for at in range(len(middles))]
    parents = {int(at): birth_key([keys[i] for i in np.flatnonzero(parent_of == at)], salt="seed/parent")
               for at in np.unique(parent_of)}  # fmt: skip
    rows = [_parent_row(parents[at], names[int(np.flatnonzero(parent_of == at)[0])], run_id) for at in sorted(parents)]
    for at, key in enumerate(keys):
        members = np.flatnonzero(labels == at)
        rows.append(
            ThemeRow(
                theme_key=key,
                kind="discovered",
                name=names[at][0],
                level=1,
                parent_key=parents[int(parent_of[at])],
                terms=names[at][1],
                exemplars=[words.keys[row] for row in members[:EXEMPLARS].tolist()],
                nearest_key=_nearest(words, members),
                nearest_similarity=0.5,
                size=len(members),
                centroid=middles[at].astype("<f4").tobytes(),
                floor=0.2,
                born_run_id=run_id,
            )
        )
    return Discovered(rows, keys, labels, words.vectors.mean(axis=0))


def _parent_row(key: str, name: tuple[str, list[str]], run_id: int) -> ThemeRow:
    return ThemeRow(theme_key=key, kind="discovered", name=f"{name[0]} and others", terms=name[1], born_run_id=run_id)


def _key(words: Words, members: NDArray[np.int64], at: int) -> str:
    return birth_key([words.keys[row] for row in members.tolist()] or [str(at)], salt="seed/theme")


def _grouped(
    vectors: NDArray[np.float32], count: int, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Spherical k-means: labels (n,) and unit middles (k, dim); groups that run empty are left out."""
    count = min(count, len(vectors))
    middles = vectors[rng.choice(len(vectors), count, replace=False)].astype(np.float32)
    for _ in range(ROUNDS):
        labels = np.argmax(vectors @ middles.T, axis=1)
        there, labels = np.unique(labels, return_inverse=True)
        sums = np.zeros((len(there), vectors.shape[1]), dtype=np.float32)
        np.add.at(sums, labels, vectors)
        middles = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
    return labels.astype(np.int64), middles


def _names(words: Words, labels: NDArray[np.int64], count: int) -> list[tuple[str, list[str]]]:
    """Give each theme a name and terms: the words that it has more often than the rest."""
    spoken = [set(_WORD.findall(text.lower())) for text in words.texts]
    overall = Counter(word for one in spoken for word in one)
    named = []
    for at in range(count):
        own = Counter(word for row in np.flatnonzero(labels == at).tolist() for word in spoken[row])
        terms = sorted(own, key=lambda word: (-(own[word] ** 1.5) / (overall[word] + 5), word))[:TERMS] or ["others"]
        named.append((" and ".join(terms[:NAME_WORDS]).capitalize(), terms))
    return named


def _nearest(words: Words, members: NDArray[np.int64]) -> str | None:
    counts = Counter(words.tags[row][0][0] for row in members.tolist())
    return counts.most_common(1)[0][0] if counts else None
