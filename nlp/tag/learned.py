"""Which passages follow a correction: those in nearly the same words, without training anything again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from nlp.embed.types import Vectors
from nlp.text.dedupe import agree, normal_form

# Cosine of the plain embedder. On the shipped sample pairs from .85 on say the same thing ("the status webhook carries
# an empty job reference" / "arrives with an empty job number"); from .8 on some say the opposite ("fourth agent, same
# questions" / "three agents, one consistent answer").
SIMILAR = 0.85
# Shorter passages ("two requests") are near too much: they follow only their very words.
LEAST_WORDS = 4


@dataclass(frozen=True)
class Lesson:
    """A corrected passage: which correction, its key and words."""

    correction_id: int
    text_key: str
    text: str


@dataclass(frozen=True)
class Follower:
    """Words that follow a correction, and how near they are (cosine; 1 for the very words)."""

    correction_id: int
    text_key: str
    similarity: float


def followers(
    lessons: Sequence[Lesson],
    taught: Vectors,
    text_keys: Sequence[str],
    texts: Sequence[str],
    *,
    vectors: Vectors,
) -> Iterator[Follower]:
    """Yield which of some passages follow which lessons.

    Args:
        lessons: Corrected passages.
        taught: (lessons, dim) their unit vectors.
        text_keys: Of the passages looked at.
        texts: Their words.
        vectors: (n, dim) their unit vectors.
    """
    if not lessons or not text_keys:
        return
    near = vectors @ taught.T
    for row, column in zip(*np.nonzero(near >= SIMILAR), strict=True):
        lesson = lessons[column]
        if lesson.text_key == text_keys[row]:
            yield Follower(lesson.correction_id, lesson.text_key, 1.0)
        elif _say_the_same(lesson.text, texts[row]):
            yield Follower(lesson.correction_id, text_keys[row], round(min(float(near[row, column]), 0.9999), 4))


def _say_the_same(one: str, other: str) -> bool:
    if min(len(one.split()), len(other.split())) < LEAST_WORDS:
        return False
    return agree(normal_form(one), normal_form(other))
