"""What in the taxonomy a discovered theme is nearest to, or that the taxonomy has no word for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from nlp.describe.voices import tag_table, voices_of
from nlp.errors import DescribeError
from nlp.types import FloatArray

# Comments with the corpus's usual tags that are added to a theme, so that two of them prove nothing.
USUAL_COMMENTS = 2.0


@dataclass(frozen=True, slots=True)
class Nearest:
    """The taxonomy theme that fits best.

    Attributes:
        key: Its key; "" when the taxonomy is empty or no comment carries a tag.
        similarity: Share of the theme's comments that carry it; without tags the centred cosine, 0 at least.
        fits: Whether that is enough to say that the taxonomy has a word for the theme.
    """

    key: str
    similarity: float
    fits: bool


def nearest_by_tags(
    labels: Sequence[int],
    groups: Sequence[str],
    tags: Sequence[Mapping[str, float]],
    *,
    themes: int,
    fits_from: float,
) -> tuple[Nearest, ...]:
    """Return the taxonomy theme that most sets a discovered theme's comments apart.

    A comment carries what its passages in the theme are tagged with. A taxonomy theme is worth its share of the
    comments, weighted by confidence, times the log of how much more that is than in all comments: half the comments on
    what the whole corpus is about say less than half the comments on something rare.

    Args:
        labels: Discovered theme of each passage, -1 = none.
        groups: Comment of each passage.
        tags: Taxonomy keys of each passage with the tagger's confidence (0..1).
        themes: Number of discovered themes.
        fits_from: Worth (nats) from which the taxonomy has a word for a theme.
    """
    keys, sure = tag_table(labels, groups, tags)
    if not sure.size:
        return tuple(Nearest("", 0.0, False) for _ in range(themes))
    theme_of = np.array([theme for theme, _ in voices_of(labels, groups)])
    usual = np.maximum(sure.mean(axis=0), 1e-6)
    return tuple(_fitting(sure[theme_of == theme], usual, keys, fits_from) for theme in range(themes))


def nearest_prototype(
    centroids: FloatArray, prototypes: FloatArray, keys: Sequence[str], *, corpus_mean: FloatArray, fits_from: float
) -> tuple[Nearest, ...]:
    """Return the taxonomy theme whose examples a discovered theme's centre is nearest to, for where no tags are.

    Raw cosines of sentence embeddings lie between .6 and .8 whatever the theme, and few prototypes win them all; so the
    corpus's mean is taken off the centres, and the prototypes' mean off the prototypes.

    Args:
        centroids: (themes, dim) unit rows.
        prototypes: (p, dim) unit rows; a taxonomy theme may have several.
        keys: (p,) taxonomy key of each prototype.
        corpus_mean: (dim,) mean of all passages.
        fits_from: Centred cosine from which the taxonomy has a word for a theme.

    Raises:
        DescribeError: Prototypes and keys of unlike lengths.
    """
    if len(prototypes) != len(keys):
        raise DescribeError(f"{len(prototypes)} prototypes but {len(keys)} keys; hand in one key a prototype")
    if not len(keys):
        return tuple(Nearest("", 0.0, False) for _ in centroids)
    near = _unit(centroids - corpus_mean) @ _unit(prototypes - prototypes.mean(axis=0)).T
    best = near.argmax(axis=1)
    return tuple(
        Nearest(keys[int(at)], max(0.0, float(near[theme, at])), bool(near[theme, at] >= fits_from))
        for theme, at in enumerate(best)
    )


def _fitting(sure: FloatArray, usual: FloatArray, keys: Sequence[str], fits_from: float) -> Nearest:
    own = (sure.sum(axis=0) + USUAL_COMMENTS * usual) / (len(sure) + USUAL_COMMENTS)
    worth = own * np.log(own / usual)
    best = int(worth.argmax())
    if not len(sure) or worth[best] <= 0:
        return Nearest("", 0.0, False)
    return Nearest(keys[best], float((sure[:, best] > 0).mean()), bool(worth[best] >= fits_from))


def _unit(rows: FloatArray) -> FloatArray:
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
