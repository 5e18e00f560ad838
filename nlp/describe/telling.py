"""How well a name tells a theme's comments from all others, by its words and by its vector."""

from collections.abc import Callable, Sequence

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


def spoken_for(
    short: Sequence[Sequence[Candidate]], heard: Heard, embeddings: FloatArray, embed: Embed | None
) -> tuple[list[FloatArray], list[FloatArray]]:
    """Return how far each candidate speaks for each voice, and how near it is to its theme.

    Args:
        short: Candidates of each theme.
        heard: The voices.
        embeddings: (n, dim) unit rows of the passages.
        embed: Texts to unit rows; without it words decide alone.

    Returns:
        For each theme (candidates, voices) in 0..1, and (candidates,) factors from FAR to 1 + FAR.
    """
    by_words = [_by_words(found, heard) for found in short]
    names = sorted({one.name for found in short for one in found})
    if embed is None or not names:
        return by_words, [np.ones(len(found), dtype=np.float32) for found in short]
    row_of = {name: at for at, name in enumerate(names)}
    vectors = _centred(np.asarray(embed(names), dtype=np.float32))
    order = np.argsort(heard.voice_of, kind="stable")
    order = _thinned(order[heard.voice_of[order] >= 0], heard.voice_of)
    passages = _centred(embeddings[order])
    starts = np.searchsorted(heard.voice_of[order], np.arange(len(heard.theme_of)))
    middles = _sums(passages, heard.theme_of[heard.voice_of[order]], len(heard.sizes))
    middles /= np.maximum(np.linalg.norm(middles, axis=1, keepdims=True), 1e-9)
    spoken, near = [], []
    for theme, found in enumerate(short):
        mine = vectors[[row_of[one.name] for one in found]]
        alike = np.maximum.reduceat(mine @ passages.T, starts, axis=1)
        alike = np.clip((alike - UNLIKE) / (ALIKE - UNLIKE), 0.0, 1.0)
        spoken.append(np.maximum(BY_WORDS * by_words[theme], alike))
        near.append(FAR + np.clip(mine @ middles[theme], 0.0, 1.0))
    return spoken, near


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
