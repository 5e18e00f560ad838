"""Passages back to comments: one main theme a comment, and all its themes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nlp.cluster.outliers import centroids
from nlp.cluster.records import UNASSIGNED
from nlp.cluster.space import centred, group_numbers, weighted_sums
from nlp.types import FloatArray, IntArray, RealArray


@dataclass(frozen=True, slots=True)
class CommentThemes:
    """Themes of one comment: the main one (None when no passage has one) and all, main first, then by words."""

    group: str
    main: int | None
    themes: tuple[int, ...]


def roll_up(
    embeddings: FloatArray, labels: IntArray, groups: Sequence[str], *, lengths: RealArray
) -> tuple[CommentThemes, ...]:
    """Return each comment's themes, in order of first appearance.

    The main theme is the one of the comment's own themes whose centre is nearest to the comment as a whole
    (the mean of its passages by words). A comment of one passage has that passage's theme.

    Args:
        embeddings: (n, dim) unit rows.
        labels: (n,) theme of each passage, -1 = unassigned.
        groups: (n,) comment of each passage.
        lengths: (n,) words of each passage.
    """
    number = group_numbers(groups)
    names = list(dict.fromkeys(groups))
    words = np.maximum(np.asarray(lengths, dtype=np.float64), 1.0)
    apart = centred(embeddings, embeddings.mean(axis=0)) if len(embeddings) else embeddings
    comments = weighted_sums(apart, number, words, count=len(names))
    middle = centroids(apart, labels, np.ones(len(labels)))
    said: list[dict[int, float]] = [{} for _ in names]
    for at, theme, count in zip(number.tolist(), labels.tolist(), words.tolist(), strict=True):
        if theme != UNASSIGNED:
            said[at][theme] = said[at].get(theme, 0.0) + count
    return tuple(
        _of_comment(name, themes, comments[at] @ middle.T if len(themes) > 1 else None)
        for at, (name, themes) in enumerate(zip(names, said, strict=True))
    )


def _of_comment(name: str, words_by_theme: dict[int, float], similarity: RealArray | None) -> CommentThemes:
    if similarity is None:
        return CommentThemes(name, next(iter(words_by_theme), None), tuple(words_by_theme))
    main = max(words_by_theme, key=lambda theme: (float(similarity[theme]), -theme))
    rest = sorted(
        (theme for theme in words_by_theme if theme != main), key=lambda theme: (-words_by_theme[theme], theme)
    )
    return CommentThemes(name, main, (main, *rest))
