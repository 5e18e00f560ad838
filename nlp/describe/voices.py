"""Voices: a comment has one in every theme that a passage of it is in, however many passages it has there."""

from collections.abc import Mapping, Sequence

import numpy as np

from nlp.types import RealArray


def voices_of(labels: Sequence[int], groups: Sequence[str]) -> list[tuple[int, str]]:
    """Return the voices: every theme with every comment that has a passage in it, sorted."""
    return sorted({(label, group) for label, group in zip(labels, groups, strict=True) if label >= 0})


def tag_table(
    labels: Sequence[int], groups: Sequence[str], tags: Sequence[Mapping[str, float]]
) -> tuple[list[str], RealArray]:
    """Return the taxonomy keys in use, and (voices, keys) the confidence with which each comment of a theme has them.

    Voices are in the order of `nlp.describe.heard`. A comment has what its passages in the theme are tagged with.
    """
    keys = sorted({key for row in tags for key in row})
    row_of = {voice: at for at, voice in enumerate(voices_of(labels, groups))}
    column_of = {key: at for at, key in enumerate(keys)}
    sure = np.zeros((len(row_of), len(keys)))
    for label, group, row in zip(labels, groups, tags, strict=True):
        at = row_of.get((label, group), -1)
        for key, confidence in row.items() if at >= 0 else ():
            sure[at, column_of[key]] = max(sure[at, column_of[key]], confidence)
    return keys, sure
