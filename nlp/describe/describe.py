"""What a theme is called, which words and passages show it, and what in the taxonomy it is nearest to."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from nlp.config import DescribeConfig
from nlp.describe.exemplars import exemplars
from nlp.describe.names import Embed, candidates, nearest_candidates, sentence_case, unique_names
from nlp.describe.nearest import Nearest, nearest_taxonomy
from nlp.describe.terms import class_tfidf, content_lemmas, top_terms, usual_surfaces
from nlp.describe.words import Token
from nlp.errors import DescribeError
from nlp.types import FloatArray, IntArray


class Namer(Protocol):
    """Writes a theme's name, by a language model say; only used where a setting asks for one."""

    def name(self, terms: Sequence[str], passages: Sequence[str]) -> str | None:
        """Return a name, or None to leave the one made from the theme's own phrases."""


@dataclass(frozen=True, slots=True)
class Description:
    """One theme, described.

    Attributes:
        name: Unique in the run.
        terms: By class-based TF-IDF, best first.
        exemplars: Row numbers of passages, best first.
        nearest: Nearest taxonomy theme.
    """

    name: str
    terms: tuple[str, ...]
    exemplars: tuple[int, ...]
    nearest: Nearest


def describe(
    labels: IntArray,
    tokens: Sequence[Sequence[Token]],
    embeddings: FloatArray,
    *,
    centroids: FloatArray,
    keys: Sequence[str],
    blocked: Collection[str] = (),
    prototypes: FloatArray | None = None,
    prototype_keys: Sequence[str] = (),
    embed: Embed | None = None,
    namer: Namer | None = None,
    texts: Sequence[str] | None = None,
    config: DescribeConfig | None = None,
) -> tuple[Description, ...]:
    """Describe the themes of a run, in the order of their numbers.

    Args:
        labels: (n,) theme of each passage, -1 = unassigned.
        tokens: (n,) tokens of each redacted passage, `plain_tokens` where no tagger ran.
        embeddings: (n, dim) unit rows.
        centroids: (themes, dim) unit rows.
        keys: (n,) passage keys; ties are broken by them, never by row.
        blocked: Lower-case words that are never shown: people's and accounts' names.
        prototypes: (p, dim) unit rows of the taxonomy.
        prototype_keys: (p,) taxonomy key of each prototype.
        embed: Texts to unit rows; candidate names are then also judged by their nearness to the theme.
        namer: Writes names instead; what it returns is checked for uniqueness and blocked words.
        texts: (n,) redacted passages, for the namer only.
        config: Settings; the defaults when left out.

    Raises:
        DescribeError: Arrays of unlike lengths.
    """
    settings = config or DescribeConfig()
    if not len(labels) == len(tokens) == len(embeddings) == len(keys):
        counts = f"{len(labels)} labels, {len(tokens)} token rows, {len(embeddings)} embeddings, {len(keys)} keys"
        raise DescribeError(f"{counts}; hand in one of each a passage")
    themes = len(centroids)
    told = labels.tolist()
    words = [content_lemmas(row, blocked=blocked) for row in tokens]
    weights = class_tfidf(words, told, themes)
    surfaces = usual_surfaces(tokens)
    terms = [top_terms(one, surfaces, count=settings.terms) for one in weights]
    ranked = candidates(tokens, told, themes, weights, blocked=blocked, most_words=settings.name_words_max)
    names = unique_names(nearest_candidates(ranked, centroids, embed) if embed else ranked, terms)
    shown = [_shown(labels, embeddings, centroids, keys, theme, settings) for theme in range(themes)]
    if namer is not None and texts is not None:
        names = _written(namer, names, terms, [[texts[row] for row in rows] for rows in shown], blocked)
    near = _near(centroids, prototypes, prototype_keys, settings)
    return tuple(Description(*one) for one in zip(names, terms, map(tuple, shown), near, strict=True))


def parent_names(names: Sequence[str], parent_of: IntArray, sizes: IntArray) -> tuple[str, ...]:
    """Name each parent after its two largest themes; a parent of one theme has that theme's name."""
    named = []
    for parent in range(int(parent_of.max(initial=-1)) + 1):
        own = sorted(np.flatnonzero(parent_of == parent).tolist(), key=lambda theme: (-int(sizes[theme]), names[theme]))
        rest = names[own[1]] if len(own) > 1 else ""
        second = rest if not rest or rest.split()[0].isupper() else rest[:1].lower() + rest[1:]
        named.append(f"{names[own[0]]}, {second}" if second else names[own[0]])
    return tuple(named)


def _shown(
    labels: IntArray,
    embeddings: FloatArray,
    centroids: FloatArray,
    keys: Sequence[str],
    theme: int,
    settings: DescribeConfig,
) -> list[int]:
    rows = sorted(np.flatnonzero(labels == theme).tolist(), key=lambda row: keys[row])
    best = exemplars(embeddings[rows], centroids[theme], count=settings.exemplars, diversity=settings.diversity)
    return [rows[at] for at in best]


def _written(
    namer: Namer,
    names: Sequence[str],
    terms: Sequence[Sequence[str]],
    passages: Sequence[Sequence[str]],
    blocked: Collection[str],
) -> list[str]:
    taken: set[str] = set()
    result = []
    for name, words, rows in zip(names, terms, passages, strict=True):
        told = (namer.name(words, rows) or "").strip()
        fits = bool(told) and told.lower() not in taken and not set(told.lower().split()) & set(blocked)
        result.append(sentence_case(told.split()) if fits else name)
        taken.add(result[-1].lower())
    return result


def _near(
    centroids: FloatArray, prototypes: FloatArray | None, keys: Sequence[str], settings: DescribeConfig
) -> tuple[Nearest, ...]:
    rows = np.zeros((0, centroids.shape[1]), dtype=np.float32) if prototypes is None else prototypes
    return nearest_taxonomy(centroids, rows, keys, emerging_below=settings.emerging_below)
