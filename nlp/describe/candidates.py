"""Candidate names of each theme: phrases that enough of its comments say, or whose every word they say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log

from nlp.describe.heard import Heard
from nlp.describe.phrases import CONTENT
from nlp.describe.words import STOP, stem

# Candidates a theme, of phrases and of single nouns (those are there to be joined); three times as many phrases in a
# theme of few comments, where counts can't rank them.
PHRASES, NOUNS = 14, 8
FEW_TIMES = 3
# Comments under which a theme is a conversation rather than a crowd: what one of them says may name it.
FEW = 7
# A phrase may name a theme when so many comments say it, or when each of its words is said by so many: the larger of a
# count and a share of the theme's comments.
SAID, SAID_SHARE = 2, 0.05
EACH, EACH_SHARE = 3, 0.12
# A phrase is dropped for a longer one that makes up this share of its occurrences.
PART_OF_LONGER = 0.6
# What the logarithm of a phrase's count, and a third word, add to its worth.
COUNT_WORTH, LENGTH_WORTH = 0.25, 0.1


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible name: as written, stems of its content words, worth (comparable within a theme), pattern letters.

    `said` is the number of the theme's comments that say it.
    """

    name: str
    stems: tuple[str, ...]
    worth: float
    letters: str
    said: int = 1


def candidates(heard: Heard, forms: Mapping[str, str]) -> list[list[Candidate]]:
    """Return the shortlist of each theme by counts alone: phrases, then single nouns, each best first.

    Args:
        heard: What the comments of each theme say.
        forms: How each lower-case word is written.
    """
    return [_shortlist(heard, theme, forms) for theme in range(len(heard.sizes))]


def sentence_case(words: Sequence[str]) -> str:
    """Return the words as a name: first letter large, words with capitals inside (API, iOS) as they are."""
    first = words[0]
    lead = first if any(letter.isupper() for letter in first[1:]) else first[:1].upper() + first[1:]
    return " ".join([lead, *words[1:]])


def _shortlist(heard: Heard, theme: int, forms: Mapping[str, str]) -> list[Candidate]:
    parts = _parts_of_longer(heard.phrases[theme])
    found = []
    for lemmas, count in heard.phrases[theme].items():
        if lemmas not in parts and (one := _candidate(heard, theme, lemmas, count, forms)):
            found.append(one)
    found.sort(key=lambda one: (-one.worth, one.name))
    times = FEW_TIMES if heard.sizes[theme] < FEW else 1
    several = [one for one in found if len(one.letters) > 1]
    return several[: PHRASES * times] + [one for one in found if one.letters in {"N", "W"}][: NOUNS * times]


def _candidate(
    heard: Heard, theme: int, lemmas: tuple[str, ...], count: int, forms: Mapping[str, str]
) -> Candidate | None:
    letters, size = heard.letters[lemmas], int(heard.sizes[theme])
    content = [lemma for lemma, letter in zip(lemmas, letters, strict=True) if letter in CONTENT]
    stems = tuple(stem(lemma) for lemma in content)
    if not _supported(letters, count, [heard.count(word, theme) for word in stems], size):
        return None
    told = sum(heard.worth(word, theme) for word, lemma in zip(stems, content, strict=True) if lemma not in STOP)
    if told <= 0:
        return None
    worth = told / len(content) * (1 + COUNT_WORTH * log(count)) * (1 + LENGTH_WORTH * (len(content) > 2))
    seen = heard.written[lemmas]
    words = min(seen, key=lambda form: (-seen[form], form))
    return Candidate(sentence_case([forms.get(word, word) for word in words]), stems, worth, letters, count)


def _supported(letters: str, count: int, counts: Sequence[int], size: int) -> bool:
    """Tell whether enough comments say a phrase, or each of its words; "no" and "not" must be said with the rest."""
    each = max(EACH, EACH_SHARE * size)
    if size >= FEW and "O" in letters:
        return count >= each
    said = count >= (max(SAID, SAID_SHARE * size) if size >= FEW else 1)
    return said or ("X" not in letters and min(counts) >= each)


def _parts_of_longer(inside: Mapping[tuple[str, ...], int]) -> set[tuple[str, ...]]:
    """Return the phrases that mostly occur inside one longer phrase: "appointment time" of "wrong appointment time"."""
    parts = set()
    for lemmas, count in inside.items():
        for start in range(len(lemmas) if count > 1 else 0):
            for stop in range(start + 1, len(lemmas) + 1):
                part = lemmas[start:stop]
                if part != lemmas and count >= PART_OF_LONGER * inside.get(part, 0):
                    parts.add(part)
    return parts
