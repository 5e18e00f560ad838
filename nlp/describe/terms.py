"""Terms of a theme by class-based TF-IDF (Grootendorst 2022, arXiv 2203.05794, section 3.3)."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from math import log

from nlp.describe.words import Token, is_acronym, is_content, masked, stem

# Words from this length on are looked at for misspellings, and count as one from so many times rarer on.
LONG_WORD, MISSPELT = 6, 4
# What a word counts that one comment of a theme says.
ONE_COMMENT = 0.25

Weights = Mapping[str, float]


def content_lemmas(tokens: Sequence[Token], *, blocked: Collection[str] = ()) -> list[str]:
    """Return the lower-case lemmas of a passage that may be terms."""
    hide = masked(tokens)
    return [
        token.lemma.lower()
        for token, hidden in zip(tokens, hide, strict=True)
        if not hidden and is_content(token, blocked)
    ]


def class_tfidf(
    lemmas: Sequence[Sequence[str]], labels: Sequence[int], themes: int, *, groups: Sequence[str] | None = None
) -> list[Weights]:
    """Return the weight of each lemma in each theme: tf in the theme * log(1 + mean words a theme / tf overall).

    Term frequencies in a theme are shares, so large and small themes compare. A comment counts a word once, and what
    only one comment of a theme says weighs a quarter: it is chance.

    Args:
        lemmas: Lemmas of each passage.
        labels: Theme of each passage, -1 counts for the background only.
        themes: Number of themes.
        groups: Comment of each passage; without it each passage is one.
    """
    of = groups if groups is not None else [str(row) for row in range(len(lemmas))]
    heard = {(label, group, word) for label, group, words in zip(labels, of, lemmas, strict=True) for word in words}
    counts: list[Counter[str]] = [Counter() for _ in range(themes)]
    overall: Counter[str] = Counter()
    for label, _, word in heard:
        overall[word] += 1
        if label >= 0:
            counts[label][word] += 1
    mean = sum(overall.values()) / max(themes, 1)
    return [
        {
            word: (count if count > 1 else ONE_COMMENT) / max(sum(inside.values()), 1) * log(1 + mean / overall[word])
            for word, count in inside.items()
        }
        for inside in counts
    ]


def top_terms(weights: Weights, surfaces: Mapping[str, str], *, count: int) -> tuple[str, ...]:
    """Return the heaviest lemmas as customers write them, ties by letter."""
    order = sorted(weights, key=lambda word: (-weights[word], word))
    return tuple(dict.fromkeys(surfaces.get(word, word) for word in order))[:count]


def usual_forms(passages: Sequence[Sequence[Token]]) -> dict[str, str]:
    """Return how each word is written, by its lower case: API and iOS as they mostly are, all others in lower case.

    A rare word that is a frequent one with a letter too many, too few or two swapped is written as that one.
    """
    seen: dict[str, Counter[str]] = {}
    for tokens in passages:
        for token in tokens:
            seen.setdefault(token.text.lower(), Counter())[token.text] += 1
    meant = _meant({word: sum(written.values()) for word, written in seen.items()})
    return {word: _form(meant.get(word, word), seen[meant.get(word, word)]) for word in seen}


def _meant(counts: Mapping[str, int]) -> dict[str, str]:
    """Return the right spelling of misspelt words; the edit is inside the word, so plurals and the like stay."""
    shorter: dict[str, list[str]] = {}
    long = [word for word in counts if len(word) >= LONG_WORD and word.isalpha()]
    for word in long:
        for short in {word[:at] + word[at + 1 :] for at in range(1, len(word) - 1)}:
            shorter.setdefault(short, []).append(word)
    meant: dict[str, str] = {}
    for word in long:
        near = [*shorter.get(word, ())]
        for short in {word[:at] + word[at + 1 :] for at in range(1, len(word) - 1)}:
            near += [short] if short in counts else []
            near += [other for other in shorter[short] if sorted(other) == sorted(word)]
        best = min(near, key=lambda other: (-counts[other], other), default=word)
        if counts[best] >= MISSPELT * counts[word] and stem(best) != stem(word):
            meant[word] = best
    return meant


def _form(word: str, written: Counter[str]) -> str:
    form, count = min(written.items(), key=lambda one: (-one[1], one[0]))
    inner = any(letter.isupper() for letter in form[1:]) and (not form.isupper() or is_acronym(form))
    return form if inner and 2 * count > sum(written.values()) else word


def usual_surfaces(passages: Sequence[Sequence[Token]]) -> dict[str, str]:
    """Return how each lemma is written most often."""
    forms = usual_forms(passages)
    seen: dict[str, Counter[str]] = {}
    for tokens in passages:
        for token in tokens:
            seen.setdefault(token.lemma.lower(), Counter())[forms[token.text.lower()]] += 1
    return {lemma: min(written, key=lambda form: (-written[form], form)) for lemma, written in seen.items()}
