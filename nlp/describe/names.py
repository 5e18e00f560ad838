"""Names of themes: the phrase, or the two joined, that speaks for most of a theme's comments and for few others."""

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np

from nlp.describe.candidates import FEW, Candidate, sentence_case
from nlp.describe.heard import Heard
from nlp.describe.phrases import TYING
from nlp.describe.subjects import Subject
from nlp.describe.telling import Ear, spoken_for, told_apart
from nlp.describe.words import SUPPORTING, stem
from nlp.types import BoolArray, FloatArray, IntArray

# Best candidates of a theme that are tried in pairs ("serial numbers and asset import").
PAIRED = 12
# A pair must be worth so much more than one phrase, which reads better; more so where few comments speak.
PAIR_COST, FEW_PAIR_COST = 0.75, 0.65
# So does a phrase with a preposition, whose articles are left out; one with an empty verb ("get refund"); and a noun
# by itself, which names a theme only where so many of its comments hold it. "Slow service" is better than "service
# slow".
PREPOSITION_COST, EMPTY_VERB_COST, TURNED_COST = 0.75, 0.8, 0.85
ALONE_COST, ALONE_SHARE, ALONE_COMMENTS = 0.6, 0.3, 8
# Letters of wider terms, which name parents: things, not events.
WIDER = re.compile("J?N{1,2}")
# So does a name that is not in the customers' words.
SUBJECT_WORTH = 0.6
# Under a heading one phrase does where it is worth this share of the best pair.
PHRASE_SHARE = 0.5
# What the logarithm of the comments that say a name adds to its worth: customers' usual words read best.
SAID_WORTH = 0.15
# Words that don't make a name another one.
TIES = TYING | {"and"}
# Letters that two words share at their start when they are forms of one: sign, signature.
FORM_LETTERS = 4
# Letter of a name that is no phrase of the comments.
SUBJECT = "G"


def ranked_names(
    short: Sequence[Sequence[Candidate]],
    heard: Heard,
    *,
    ear: Ear | None,
    subjects: Sequence[Subject] = (),
    children: IntArray | None = None,
    most_words: int = 5,
) -> list[list[Candidate]]:
    """Rank each theme's candidates, and pairs of them, by how well they tell its comments from all others.

    Args:
        short: Candidates of each theme.
        heard: What the comments say.
        ear: Compares names with comments; without it words decide alone.
        subjects: Names that any theme may have beside its own phrases.
        children: (voices,) theme of each voice where parents are named: a name must speak for all of them.
        most_words: Most words of a name.
    """
    return [
        _ranked(found, heard, theme, ear=ear, subjects=subjects, children=children, most_words=most_words)
        for theme, found in enumerate(short)
    ]


def unique_names(ranked: Sequence[Sequence[Candidate]], terms: Sequence[Sequence[str]]) -> list[str]:
    """Give each theme, the surest first, its best name that no other has; forms of the same words are the same name.

    A theme without a free candidate is named by its terms.
    """
    order = sorted(range(len(ranked)), key=lambda at: (-ranked[at][0].worth if ranked[at] else 0.0, at))
    taken: list[frozenset[str]] = []
    names: dict[int, str] = {}
    for theme in order:
        open_to = (one.name for one in ranked[theme] if not (is_taken(one.name, taken) or _is_part(one.name, taken)))
        free = next(open_to, None)
        names[theme] = free or _from_terms(terms[theme], taken, theme)
        taken.append(identity(names[theme]))
    return [names[theme] for theme in range(len(ranked))]


def identity(name: str) -> frozenset[str]:
    """Return what makes two names the same: the stems of their words, in any order."""
    return frozenset(stem(word) for word in name.lower().replace(",", "").replace(":", "").split() if word not in TIES)


def is_taken(name: str, taken: Collection[frozenset[str]]) -> bool:
    """Tell whether a name is one of those taken; "identity verification" and "verify identity" are the same."""
    own = identity(name)
    return any(_covers(other, own) and _covers(own, other) for other in taken)


def _is_part(name: str, taken: Collection[frozenset[str]]) -> bool:
    """Tell whether a name is one word of a name taken: "phone" beside "phone batteries" tells nobody which is which."""
    own = identity(name)
    return len(own) == 1 and any(_covers(other, own) for other in taken)


def _covers(one: frozenset[str], other: frozenset[str]) -> bool:
    return all(any(_forms(word, mine) for mine in one) for word in other)


def _forms(one: str, other: str) -> bool:
    """Tell whether two stems are of one word: verif, verific."""
    short, long = sorted((one, other), key=len)
    return one == other or (len(short) >= FORM_LETTERS and long.startswith(short))


def joined(one: str, other: str) -> str:
    """Return two names as one, with "and" between."""
    return f"{one} and {_lower(other)}"


def alike(one: Sequence[str], other: Sequence[str]) -> bool:
    """Tell whether two lists of stems share a word, forms of one word included."""
    return any(
        a[:FORM_LETTERS] == b[:FORM_LETTERS] if min(len(a), len(b)) >= FORM_LETTERS else a == b
        for a in one
        for b in other
    )


def _ranked(
    found: Sequence[Candidate],
    heard: Heard,
    theme: int,
    *,
    ear: Ear | None,
    subjects: Sequence[Subject],
    children: IntArray | None,
    most_words: int,
) -> list[Candidate]:
    def worth(spoken: FloatArray) -> FloatArray:
        told = told_apart(spoken, heard, theme)
        return told if children is None else told * _evenness(spoken, heard.theme_of == theme, children)

    scored: list[Candidate] = []
    if found:
        spoken, near = spoken_for(found, heard, theme, ear)
        alone = worth(spoken) * near * np.array([_readable(one) for one in found])
        scored = _single(found, alone, int(heard.sizes[theme]), wider=children is not None)
        best = sorted(range(len(found)), key=lambda at: (-alone[at], found[at].name))[:PAIRED]
        pairs = [(a, b) for a, b in combinations(best, 2) if _joinable(found[a], found[b], most_words)]
        if pairs:
            cost = PAIR_COST if heard.sizes[theme] >= FEW else FEW_PAIR_COST
            both = worth(np.stack([np.maximum(spoken[a], spoken[b]) for a, b in pairs])) * cost
            reach = [0.5 * min(near[a], near[b]) + 0.25 * (near[a] + near[b]) for a, b in pairs]
            scored += [_pair(found[a], found[b], told) for (a, b), told in zip(pairs, both * reach, strict=True)]
    scored.sort(key=lambda one: (-one.worth, one.name))
    if subjects:
        said = worth(np.stack([one.spoken for one in subjects])) * SUBJECT_WORTH
        top = int(said.argmax())
        if said[top] > 0:
            scored.append(Candidate(_under(subjects[top], scored), (), float(said[top]), SUBJECT))
    return sorted(scored, key=lambda one: (-one.worth, one.name))


def _single(found: Sequence[Candidate], worth: FloatArray, size: int, *, wider: bool) -> list[Candidate]:
    """Return the candidates that may stand alone; wider terms are things, and may be one noun."""
    least = max(ALONE_COMMENTS, ALONE_SHARE * size)
    scored = []
    for one, told in zip(found, worth.tolist(), strict=True):
        if wider:
            scored += [replace(one, worth=told)] if WIDER.fullmatch(one.letters) else []
        elif len(one.letters) > 1:
            scored.append(replace(one, worth=told))
        elif one.letters == "N" and one.said >= least:
            scored.append(replace(one, worth=told * ALONE_COST))
    return scored


def _under(subject: Subject, scored: Sequence[Candidate]) -> str:
    """Return a subject's name; a heading is followed by the best phrase of the theme's own."""
    if not subject.heading or not scored:
        return subject.name
    phrases = [one for one in scored if "C" not in one.letters and one.worth >= PHRASE_SHARE * scored[0].worth]
    return f"{subject.name}: {_lower((phrases or scored)[0].name)}"


def _lower(name: str) -> str:
    """Return a name as it stands inside another: API and iOS keep their capitals."""
    keeps = any(letter.isupper() for letter in name.split()[0][1:])
    return name if keeps else name[:1].lower() + name[1:]


def _readable(one: Candidate) -> float:
    """Return the factor by which a phrase's worth grows or shrinks for how it reads."""
    words = one.name.split()
    empty_verb = one.letters[0] == "V" and words[0].lower() in SUPPORTING
    preposition = "P" in one.letters[:-1]
    turned = one.letters in {"NK", "NNK"}
    usual = 1 + SAID_WORTH * np.log(one.said) if len(words) > 1 else 1.0
    costs = ((empty_verb, EMPTY_VERB_COST), (preposition, PREPOSITION_COST), (turned, TURNED_COST))
    return float(usual * np.prod([cost for holds, cost in costs if holds]))


def _evenness(spoken: FloatArray, own: BoolArray, children: IntArray) -> FloatArray:
    """Return (names,) how evenly names speak for the children of a parent: 1 for all alike, 1 / children for one."""
    inside, of = spoken[:, own], children[own]
    overall = inside.mean(axis=1)
    shares = np.stack([inside[:, of == child].mean(axis=1) for child in np.unique(of)])
    return np.minimum(shares / np.maximum(overall, 1e-9), 1.0).mean(axis=0)


def _pair(one: Candidate, other: Candidate, worth: float) -> Candidate:
    letters = f"{one.letters}C{other.letters}"
    return Candidate(joined(one.name, other.name), (*one.stems, *other.stems), float(worth), letters)


def _joinable(one: Candidate, other: Candidate, most_words: int) -> bool:
    """Tell whether two candidates make a list of two things: both end in a noun, and share no word."""
    things = all(
        each.letters[-1] in "NW" and each.letters[0] in "JNEW" and "P" not in each.letters for each in (one, other)
    )
    return things and len(one.letters) + len(other.letters) < most_words and not alike(one.stems, other.stems)


def _from_terms(terms: Sequence[str], taken: Collection[frozenset[str]], theme: int) -> str:
    for count in (2, 3, 4):
        words: list[str] = []
        for term in terms:
            if len(words) < count and not alike([stem(term)], [stem(word) for word in words]):
                words.append(term)
        if words and not is_taken(" ".join(words), taken):
            first = sentence_case([", ".join(words[:-1])] if len(words) > 2 else words[:1])
            return f"{first} and {words[-1]}" if len(words) > 1 else first
    return f"Further comments {theme + 1}"
