"""How well a name tells a theme's comments from all others, by its words and by its vector."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from nlp.describe.candidates import Candidate
from nlp.describe.heard import Heard
from nlp.types import FloatArray, IntArray

Embed = Callable[[Sequence[str]], FloatArray]

# Centred cosines of a name and a passage from which it speaks for the passage a little, and in full. On the shipped
# sample .15 is the 95th percentile over all pairs, and .42 is reached by passages that say the same in other words.
UNLIKE, ALIKE = 0.15, 0.42
# What a comment that holds all words of a name is worth where the vectors differ: they may mean something else.
BY_WORDS = 0.6
# Worth of a name at right angles to its theme's centre; the centred cosine comes on top.
FAR = 0.2
# What speaking more for another theme than for its own costs a name, in nats a share.
RIVAL = 0.5
# Passages compared with the names, evenly over each theme: more change no name, and the work stays linear.
MOST_PASSAGES = 20_000


@dataclass(frozen=True, slots=True)
class Ear:
    """Compares texts with what voices say, by vectors from which the usual direction was taken off.

    Attributes:
        vectors: Unit row of each text.
        passages: (p, dim) unit rows, by voice.
        starts: (voices,) first passage of each voice.
        middles: (themes, dim) unit centres.
    """

    vectors: Mapping[str, FloatArray]
    passages: FloatArray
    starts: IntArray
    middles: FloatArray

    def alike(self, texts: Sequence[str]) -> FloatArray:
        """Return (texts, voices) how far each text speaks for each voice, 0..1: for its passage that is nearest."""
        rows = np.stack([self.vectors[text] for text in texts])
        near = np.maximum.reduceat(rows @ self.passages.T, self.starts, axis=1)
        return np.clip((near - UNLIKE) / (ALIKE - UNLIKE), 0.0, 1.0)

    def near(self, texts: Sequence[str], theme: int) -> FloatArray:
        """Return (texts,) factors from FAR to 1 + FAR by each text's nearness to a theme's centre."""
        rows = np.stack([self.vectors[text] for text in texts])
        return FAR + np.clip(rows @ self.middles[theme], 0.0, 1.0)


def listening(heard: Heard, embeddings: FloatArray, names: Sequence[str], embed: Embed) -> Ear:
    """Return an ear for these names.

    Args:
        heard: The voices; at least one.
        embeddings: (n, dim) unit rows of the passages.
        names: Texts that will be compared.
        embed: Texts to unit rows.
    """
    texts = sorted(set(names))
    order = np.argsort(heard.voice_of, kind="stable")
    order = _thinned(order[heard.voice_of[order] >= 0], heard.voice_of)
    passages = _centred(embeddings[order])
    voices = heard.voice_of[order]
    middles = _sums(passages, heard.theme_of[voices], len(heard.sizes))
    middles /= np.maximum(np.linalg.norm(middles, axis=1, keepdims=True), 1e-9)
    return Ear(
        vectors=dict(zip(texts, _centred(np.asarray(embed(texts), dtype=np.float32)), strict=True)),
        passages=passages,
        starts=np.searchsorted(voices, np.arange(len(heard.theme_of))),
        middles=middles,
    )


def spoken_for(found: Sequence[Candidate], heard: Heard, theme: int, ear: Ear | None) -> tuple[FloatArray, FloatArray]:
    """Return how far each candidate speaks for each voice, and how near it is to its theme.

    Args:
        found: Candidates of a theme; at least one.
        heard: The voices.
        theme: The theme.
        ear: Without it words decide alone.

    Returns:
        (candidates, voices) in 0..1, and (candidates,) factors.
    """
    by_words = _by_words(found, heard)
    if ear is None:
        return by_words, np.ones(len(found), dtype=np.float32)
    names = [one.name for one in found]
    return np.maximum(BY_WORDS * by_words, ear.alike(names)), ear.near(names, theme)


def told_apart(spoken: FloatArray, heard: Heard, theme: int) -> FloatArray:
    """Return the divergence (nats) between how far names speak for a theme's comments and for all others.

    Args:
        spoken: (names, voices) in 0..1.
        heard: The voices.
        theme: The theme to be named.
    """
    sums = _sums(spoken.T, heard.theme_of, len(heard.sizes)).T
    own = sums[:, theme] / (heard.sizes[theme] + 1)
    rest = (sums.sum(axis=1) - sums[:, theme] + 0.5) / (len(heard.theme_of) - heard.sizes[theme] + 1)
    shares = sums / np.maximum(heard.sizes, 3)
    shares[:, theme] = 0.0
    told = own * np.log((own + 1e-9) / rest) + (1 - own) * np.log((1 - own) / np.maximum(1 - rest, 1e-9))
    return np.where(own > rest, told, 0.0) - RIVAL * np.maximum(0.0, shares.max(axis=1) - own)


def _sums(rows: FloatArray, labels: IntArray, count: int) -> FloatArray:
    """Return the sum of rows by label; labels ascend, and one without rows gives zeros."""
    running = np.vstack([np.zeros((1, rows.shape[1])), np.cumsum(rows, axis=0, dtype=np.float64)])
    edges = np.searchsorted(labels, np.arange(count + 1))
    return np.diff(running[edges], axis=0)


def _by_words(found: Sequence[Candidate], heard: Heard) -> FloatArray:
    """Return the share of each candidate's words that each voice holds."""
    held = np.zeros((len(found), len(heard.theme_of)), dtype=np.float32)
    for at, one in enumerate(found):
        for word in one.stems:
            held[at, heard.stems[word]] += 1 / len(one.stems)
    return held


def _thinned(order: IntArray, voice_of: IntArray) -> IntArray:
    """Keep the first passage of each voice and, evenly, as many of the others as there is room for."""
    if len(order) <= MOST_PASSAGES:
        return order
    first = np.r_[True, np.diff(voice_of[order]) > 0]
    room = max(MOST_PASSAGES - int(first.sum()), 0)
    others = np.flatnonzero(~first)
    kept = others[np.linspace(0, len(others) - 1, min(room, len(others))).astype(np.int64)]
    return order[np.sort(np.r_[np.flatnonzero(first), kept])]


def _centred(rows: FloatArray) -> FloatArray:
    """Take the mean off unit rows: all sentence embeddings share a direction, which says nothing."""
    rows = rows - rows.mean(axis=0)
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
