"""Whether the words of a theme belong together (NPMI coherence) and differ between themes (diversity)."""

import math
from collections.abc import Iterable, Sequence
from itertools import combinations


def diversity(terms: Sequence[Sequence[str]], *, top: int = 10) -> float:
    """Return the share of distinct words among the top words of all themes (Dieng et al. 2020); 0 without themes."""
    words = [word for theme in terms for word in theme[:top]]
    return len(set(words)) / len(words) if words else 0.0


def coherence(terms: Sequence[Sequence[str]], documents: Iterable[Iterable[str]], *, top: int = 10) -> float:
    """Return the mean NPMI over pairs of a theme's top words, -1..1, averaged over themes.

    Words co-occur when they stand in the same document. A pair that never does counts -1, a word that no
    document holds makes no pair (Bouma 2009; the window is the whole text, as comments are short).

    Args:
        terms: Words of each theme, best first.
        documents: Words of each text.
        top: Words per theme looked at.
    """
    wanted = {word for theme in terms for word in theme[:top]}
    found: dict[str, set[int]] = {word: set() for word in wanted}
    count = 0
    for row, words in enumerate(documents):
        count += 1
        for word in wanted.intersection(words):
            found[word].add(row)
    themes = [_of_theme([word for word in theme[:top] if found[word]], found, count) for theme in terms]
    known = [value for value in themes if not math.isnan(value)]
    return sum(known) / len(known) if known else 0.0


def _of_theme(words: Sequence[str], found: dict[str, set[int]], count: int) -> float:
    pairs = [_npmi(found[one], found[other], count) for one, other in combinations(words, 2)]
    return sum(pairs) / len(pairs) if pairs else math.nan


def _npmi(one: set[int], other: set[int], count: int) -> float:
    both = len(one & other)
    if both == 0:
        return -1.0
    if both == count:
        return 1.0
    return math.log(both * count / (len(one) * len(other))) / -math.log(both / count)
