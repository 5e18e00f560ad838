"""What the comments of a block say: drawn all at once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.bench.seeding.block import Block
from pipelines.bench.seeding.voice import FAVOURITES
from pipelines.bench.seeding.words import WAYS

# Passages of a comment. Single ones are said in the plain words, and so repeat; the others do not.
PASSAGES = (1, 2, 3, 4)
PASSAGE_SHARES = (0.4, 0.35, 0.17, 0.08)
# Of the passages of longer comments, this share is written anew each time; the first always is.
VARIED = 0.4
# Chance that a passage complains, praises or neither, by score band; the last without a score.
POLARITY_BY_BAND = {-1: (0.78, 0.12, 0.10), 0: (0.45, 0.40, 0.15), 1: (0.15, 0.75, 0.10), -2: (0.60, 0.20, 0.20)}
# Themes are unlike in size: the k-th largest has 1 / k^0.7 of the largest.
THEME_FALL = 0.7
# An account speaks of its own subjects in this share of its passages.
FAVOURED = 0.45
SENTIMENT = {"negative": -0.55, "positive": 0.6, "neutral": 0.0}


@dataclass(frozen=True)
class Said:
    """The passages of a block's comments: which comment (its place in the block), which plain passage, which way."""

    comment: NDArray[np.int64]
    plain: NDArray[np.int64]
    way: NDArray[np.int64]
    sentiment: NDArray[np.float64]


def draw_said(block: Block) -> Said:
    """Draw what each comment says: how many passages, on which themes, how meant."""
    rng, words = block.voice.rng, block.voice.words
    counts = rng.choice(PASSAGES, len(block.spoken), p=PASSAGE_SHARES)
    comment = np.repeat(np.arange(len(block.spoken)), counts)
    first = np.concatenate([[True], comment[1:] != comment[:-1]]) if len(comment) else np.zeros(0, dtype=bool)
    places = np.array(block.spoken, dtype=np.int64)[comment]
    accounts = np.array(block.account, dtype=np.int64)[places]
    shares = 1.0 / np.arange(1, len(words.themes) + 1) ** THEME_FALL
    theme = rng.choice(len(words.themes), len(comment), p=shares / shares.sum())
    own = block.voice.favourites()[accounts, rng.integers(0, FAVOURITES, len(comment))]
    theme = np.where(rng.random(len(comment)) < FAVOURED, own, theme)
    chances = np.array([POLARITY_BY_BAND[band] for band in (-2, -1, 0, 1)]).cumsum(axis=1)
    polarity = (rng.random(len(comment))[:, None] > chances[block.band[places] + 2][:, :2]).sum(axis=1)
    plain = np.empty(len(comment), dtype=np.int64)
    pick = rng.random(len(comment))
    for key, bucket in words.buckets.items():
        rows = (theme == key[0]) & (polarity == key[1])
        plain[rows] = bucket[(pick[rows] * len(bucket)).astype(int)]
    varied = (counts[comment] > 1) & (first | (rng.random(len(comment)) < VARIED))
    way = np.where(varied, rng.integers(0, WAYS, len(comment)), -1)
    meant = np.array([SENTIMENT[block.voice.words.tags[row][0][1]] for row in plain.tolist()])
    sentiment = np.clip(meant + rng.normal(0, 0.15, len(comment)), -1, 1).round(4)
    return Said(comment, plain, way, sentiment)
