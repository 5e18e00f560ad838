"""Names of themes: the phrase, or the two joined, that speaks for most of a theme's comments and for few others."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np

from nlp.describe.candidates import FEW, Candidate, sentence_case
from nlp.describe.heard import Heard
from nlp.describe.telling import Embed, spoken_for, told_apart
from nlp.describe.words import stem
from nlp.types import FloatArray

# Best candidates of a theme that are tried in pairs ("serial numbers and asset import").
PAIRED = 12
# A pair must be worth so much more than one phrase, which reads better; more so where few comments speak.
PAIR_COST, FEW_PAIR_COST = 0.82, 0.7
# So does a phrase with a preposition, whose articles are left out.
PREPOSITION_COST = 0.75
# What the logarithm of the comments that say a name adds to its worth: customers' usual words read best.
SAID_WORTH = 0.15
# Letters that two words share at their start when they are forms of one: sign, signature.
FORM_LETTERS = 4


def ranked_names(
    short: Sequence[Sequence[Candidate]],
    heard: Heard,
    embeddings: FloatArray,
    *,
    embed: Embed | None,
    most_words: int = 5,
) -> list[list[Candidate]]:
    """Rank each theme's candidates, and pairs of them, by how well they tell its comments from all others.

    Args:
        short: Candidates of each theme; single nouns come back in pairs only.
        heard: What the comments say.
        embeddings: (n, dim) unit rows of the passages.
        embed: Texts to unit rows; without it words decide alone.
        most_words: Most words of a name.
    """
    spoken, near = spoken_for(short, heard, embeddings, embed)
    return [
        _ranked(found, spoken[theme], near[theme], heard, theme, most_words) if found else []
        for theme, found in enumerate(short)
    ]


def unique_names(ranked: Sequence[Sequence[Candidate]], terms: Sequence[Sequence[str]]) -> list[str]:
    """Give each theme, the surest first, its best name that no other has; forms of the same words are the same name.

    A theme without a free candidate is named by its terms.
    """
    order = sorted(range(len(ranked)), key=lambda at: (-ranked[at][0].worth if ranked[at] else 0.0, at))
    taken: set[frozenset[str]] = set()
    names: dict[int, str] = {}
    for theme in order:
        free = next((one.name for one in ranked[theme] if identity(one.name) not in taken), None)
        names[theme] = free or _from_terms(terms[theme], taken, theme)
        taken.add(identity(names[theme]))
    return [names[theme] for theme in range(len(ranked))]


def identity(name: str) -> frozenset[str]:
    """Return what makes two names the same: the stems of their words, in any order."""
    return frozenset(stem(word.strip(",:")) for word in name.split()) - {"and"}


def joined(one: str, other: str) -> str:
    """Return two names as one, with "and" between."""
    lead = other.split()[0]
    keeps = any(letter.isupper() for letter in lead[1:])
    return f"{one} and {other if keeps else other[:1].lower() + other[1:]}"


def alike(one: Sequence[str], other: Sequence[str]) -> bool:
    """Tell whether two lists of stems share a word, forms of one word included."""
    return any(
        a[:FORM_LETTERS] == b[:FORM_LETTERS] if min(len(a), len(b)) >= FORM_LETTERS else a == b
        for a in one
        for b in other
    )


def _ranked(
    found: Sequence[Candidate], spoken: FloatArray, near: FloatArray, heard: Heard, theme: int, most_words: int
) -> list[Candidate]:
    plain = np.array([PREPOSITION_COST if "P" in one.letters[:-1] else 1.0 for one in found])
    usual = np.array([1 + SAID_WORTH * np.log(one.said) if len(one.letters) > 1 else 1.0 for one in found])
    alone = told_apart(spoken, heard, theme) * near * plain * usual
    scored = [replace(one, worth=float(worth)) for one, worth in zip(found, alone, strict=True) if len(one.letters) > 1]
    best = sorted(range(len(found)), key=lambda at: (-alone[at], found[at].name))[:PAIRED]
    pairs = [(a, b) for a, b in combinations(best, 2) if _joinable(found[a], found[b], most_words)]
    if pairs:
        cost = PAIR_COST if heard.sizes[theme] >= FEW else FEW_PAIR_COST
        both = told_apart(np.stack([np.maximum(spoken[a], spoken[b]) for a, b in pairs]), heard, theme)
        reach = [0.5 * min(near[a], near[b]) + 0.25 * (near[a] + near[b]) for a, b in pairs]
        for (a, b), worth in zip(pairs, both * reach * cost, strict=True):
            name = joined(found[a].name, found[b].name)
            letters = f"{found[a].letters}C{found[b].letters}"
            scored.append(Candidate(name, (*found[a].stems, *found[b].stems), float(worth), letters))
    return sorted(scored, key=lambda one: (-one.worth, one.name))


def _joinable(one: Candidate, other: Candidate, most_words: int) -> bool:
    """Tell whether two candidates make a list of two things: both end in a noun, and share no word."""
    things = all(
        each.letters[-1] in "NW" and each.letters[0] in "JNEW" and "P" not in each.letters for each in (one, other)
    )
    return things and len(one.letters) + len(other.letters) < most_words and not alike(one.stems, other.stems)


def _from_terms(terms: Sequence[str], taken: set[frozenset[str]], theme: int) -> str:
    for count in (2, 3, 4):
        words: list[str] = []
        for term in terms:
            if len(words) < count and not alike([stem(term)], [stem(word) for word in words]):
                words.append(term)
        if words and identity(" ".join(words)) not in taken:
            first = sentence_case([", ".join(words[:-1])] if len(words) > 2 else words[:1])
            return f"{first} and {words[-1]}" if len(words) > 1 else first
    return f"Further comments {theme + 1}"
