"""Names of themes: the phrase of its own passages that says most about it, each name once."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from math import log

import numpy as np

from nlp.describe.phrases import phrases
from nlp.describe.terms import Weights, usual_forms
from nlp.describe.words import Token, stem
from nlp.types import FloatArray

Embed = Callable[[Sequence[str]], FloatArray]

# Candidates that the embedder is asked about, per theme.
SHORTLIST = 12
# A phrase is dropped for a longer one that makes up this share of its occurrences.
PART_OF_LONGER = 0.6
# A phrase of three or four words says more than one of two, up to a point.
LENGTH_WORTH = {2: 1.0, 3: 1.15, 4: 1.15, 5: 1.0}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible name and its worth (higher is better, comparable within a theme)."""

    name: str
    lemmas: tuple[str, ...]
    worth: float


def candidates(
    passages: Sequence[Sequence[Token]],
    labels: Sequence[int],
    themes: int,
    weights: Sequence[Weights],
    *,
    blocked: Collection[str] = (),
    most_words: int = 5,
) -> list[list[Candidate]]:
    """Return the candidates of each theme, best first.

    A phrase is worth the mean weight of its words in the theme, times how often the theme says it, times how
    much more often the theme says it than the corpus does.
    """
    inside: list[Counter[tuple[str, ...]]] = [Counter() for _ in range(themes)]
    overall: Counter[tuple[str, ...]] = Counter()
    written: dict[tuple[str, ...], Counter[tuple[str, ...]]] = {}
    for tokens, label in zip(passages, labels, strict=True):
        found = {phrase.lemmas: phrase for phrase in phrases(tokens, blocked=blocked, most=most_words)}
        overall.update(found.keys())
        for lemmas, phrase in found.items():
            written.setdefault(lemmas, Counter())[phrase.words] += 1
            if label >= 0:
                inside[label][lemmas] += 1
    forms = usual_forms(passages)
    return [_ranked(inside[theme], overall, written, weights[theme], forms) for theme in range(themes)]


def nearest_candidates(
    ranked: Sequence[Sequence[Candidate]], centroids: FloatArray, embed: Embed
) -> list[list[Candidate]]:
    """Rank the shortlists again with what the embedder says: cosine of the name to the theme, beside the counts.

    A name that is nearer to another theme than to its own loses by that much.
    """
    short = [list(found[:SHORTLIST]) for found in ranked]
    names = sorted({one.name for found in short for one in found})
    if not names:
        return short
    near = embed(names) @ centroids.T
    row = {name: at for at, name in enumerate(names)}
    return [
        sorted(
            (_with_nearness(one, found[0].worth, near[row[one.name]], theme) for one in found),
            key=lambda one: (-one.worth, one.name),
        )
        for theme, found in enumerate(short)
    ]


def unique_names(ranked: Sequence[Sequence[Candidate]], terms: Sequence[Sequence[str]]) -> list[str]:
    """Give each theme, in order, its best name that no other has; forms of the same words count as the same name.

    A theme without a free candidate is named by its terms.
    """
    taken: set[frozenset[str]] = set()
    names = []
    for theme, found in enumerate(ranked):
        name = next((one.name for one in found if _identity(one.name) not in taken), None)
        if name is None:
            name = _from_terms(terms[theme], taken, theme)
        taken.add(_identity(name))
        names.append(name)
    return names


def sentence_case(words: Sequence[str]) -> str:
    """Return the words as a name: first letter large, acronyms as they are."""
    return " ".join([words[0][:1].upper() + words[0][1:], *words[1:]])


def _ranked(
    inside: Counter[tuple[str, ...]],
    overall: Counter[tuple[str, ...]],
    written: Mapping[tuple[str, ...], Counter[tuple[str, ...]]],
    weights: Weights,
    spelled: Mapping[str, str],
) -> list[Candidate]:
    least = 2 if any(count > 1 for count in inside.values()) else 1
    found = []
    parts = _parts_of_longer(inside)
    for lemmas, count in inside.items():
        if count >= least and lemmas not in parts:
            told = [weights.get(lemma, 0.0) for lemma in lemmas if lemma in weights]
            worth = sum(told) / len(lemmas) * log(1 + count) * (count / overall[lemmas]) ** 0.5
            forms = written[lemmas]
            words = [spelled.get(word, word) for word in min(forms, key=lambda form: (-forms[form], form))]
            found.append(Candidate(sentence_case(words), lemmas, worth * LENGTH_WORTH.get(len(lemmas), 0.8)))
    return sorted(found, key=lambda one: (-one.worth, one.name))


def _parts_of_longer(inside: Counter[tuple[str, ...]]) -> set[tuple[str, ...]]:
    """Return the phrases that mostly occur inside one longer phrase: "appointment time" of "wrong appointment time"."""
    parts = set()
    for lemmas, count in inside.items():
        for start in range(len(lemmas)):
            for stop in range(start + 2, len(lemmas) + 1):
                part = lemmas[start:stop]
                if part != lemmas and count >= PART_OF_LONGER * inside.get(part, 0):
                    parts.add(part)
    return parts


def _with_nearness(one: Candidate, top: float, near: FloatArray, theme: int) -> Candidate:
    own = float(near[theme])
    rival = float(np.max(np.delete(near, theme))) if len(near) > 1 else 0.0
    said = (one.worth / top) ** 0.5 if top > 0 else 0.0
    return Candidate(one.name, one.lemmas, own + 0.3 * said - max(0.0, rival - own))


def _identity(name: str) -> frozenset[str]:
    return frozenset(stem(word) for word in name.split())


def _from_terms(terms: Sequence[str], taken: set[frozenset[str]], theme: int) -> str:
    for count in (2, 3, 4):
        words: list[str] = []
        for term in terms:
            if len(words) < count and stem(term) not in {stem(word) for word in words}:
                words.append(term)
        if words and _identity(" ".join(words)) not in taken:
            return sentence_case([" and ".join(words[:2]), *words[2:]])
    return f"Further comments {theme + 1}"
