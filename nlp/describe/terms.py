"""Terms of a theme by class-based TF-IDF (Grootendorst 2022, arXiv 2203.05794, section 3.3)."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from math import log

from nlp.describe.words import Token, is_acronym, is_content, masked

Weights = Mapping[str, float]


def content_lemmas(tokens: Sequence[Token], *, blocked: Collection[str] = ()) -> list[str]:
    """Return the lower-case lemmas of a passage that may be terms."""
    hide = masked(tokens)
    return [
        token.lemma.lower()
        for token, hidden in zip(tokens, hide, strict=True)
        if not hidden and is_content(token, blocked)
    ]


def class_tfidf(lemmas: Sequence[Sequence[str]], labels: Sequence[int], themes: int) -> list[Weights]:
    """Return the weight of each lemma in each theme: tf in the theme * log(1 + mean words a theme / tf overall).

    Term frequencies in a theme are shares, so large and small themes compare.

    Args:
        lemmas: Lemmas of each passage.
        labels: Theme of each passage, -1 counts for the background only.
        themes: Number of themes.
    """
    counts: list[Counter[str]] = [Counter() for _ in range(themes)]
    overall: Counter[str] = Counter()
    for words, label in zip(lemmas, labels, strict=True):
        overall.update(words)
        if label >= 0:
            counts[label].update(words)
    mean = sum(overall.values()) / max(themes, 1)
    return [
        {word: count / max(sum(inside.values()), 1) * log(1 + mean / overall[word]) for word, count in inside.items()}
        for inside in counts
    ]


def top_terms(weights: Weights, surfaces: Mapping[str, str], *, count: int) -> tuple[str, ...]:
    """Return the heaviest lemmas as customers write them, ties by letter."""
    order = sorted(weights, key=lambda word: (-weights[word], word))[:count]
    return tuple(surfaces.get(word, word) for word in order)


def usual_forms(passages: Sequence[Sequence[Token]]) -> dict[str, str]:
    """Return how each word is written, by its lower case: in capitals where it mostly is (API), else in lower case."""
    seen: Counter[str] = Counter()
    capitals: Counter[str] = Counter()
    for tokens in passages:
        for token in tokens:
            seen[token.text.lower()] += 1
            capitals[token.text.lower()] += is_acronym(token.text)
    return {word: word.upper() if 2 * capitals[word] > count else word for word, count in seen.items()}


def usual_surfaces(passages: Sequence[Sequence[Token]]) -> dict[str, str]:
    """Return how each lemma is written most often."""
    forms = usual_forms(passages)
    seen: dict[str, Counter[str]] = {}
    for tokens in passages:
        for token in tokens:
            seen.setdefault(token.lemma.lower(), Counter())[forms[token.text.lower()]] += 1
    return {lemma: min(written, key=lambda form: (-written[form], form)) for lemma, written in seen.items()}
