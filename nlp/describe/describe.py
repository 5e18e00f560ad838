"""What a theme is called, which words and passages show it, and what in the taxonomy it is nearest to."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from nlp.config import DescribeConfig
from nlp.describe.candidates import Candidate, candidates, sentence_case
from nlp.describe.exemplars import exemplars
from nlp.describe.heard import Heard, coarser, listen
from nlp.describe.names import ranked_names, unique_names
from nlp.describe.nearest import Nearest, nearest_by_tags, nearest_prototype
from nlp.describe.parents import parent_names
from nlp.describe.subjects import Subject, tagged_subjects, talk_subjects, wordings
from nlp.describe.telling import Embed, listening
from nlp.describe.terms import class_tfidf, content_lemmas, top_terms, usual_forms, usual_surfaces
from nlp.describe.words import Token, is_word, proper_words, whole, with_particles
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
        clear: Whether the name speaks for enough of the theme; a mix of unlike remarks has no clear name.
        emerging: Whether the theme is clear, several comments speak of it, and the taxonomy has no word for it.
    """

    name: str
    terms: tuple[str, ...]
    exemplars: tuple[int, ...]
    nearest: Nearest
    clear: bool = True
    emerging: bool = False


@dataclass(frozen=True, slots=True)
class Levels:
    """What `describe_levels` hands back.

    Attributes:
        themes: In the order of their numbers.
        parents: Names, in the order of the parents' numbers.
    """

    themes: tuple[Description, ...]
    parents: tuple[str, ...]


def describe_levels(
    labels: IntArray,
    tokens: Sequence[Sequence[Token]],
    embeddings: FloatArray,
    *,
    centroids: FloatArray,
    keys: Sequence[str],
    groups: Sequence[str] | None = None,
    blocked: Collection[str] = (),
    tags: Sequence[Mapping[str, float]] | None = None,
    tag_names: Mapping[str, str] | None = None,
    prototypes: FloatArray | None = None,
    prototype_keys: Sequence[str] = (),
    embed: Embed | None = None,
    namer: Namer | None = None,
    texts: Sequence[str] | None = None,
    parent_of: IntArray | None = None,
    config: DescribeConfig | None = None,
) -> Levels:
    """Describe the themes of a run, and name their parents.

    Args:
        labels: (n,) theme of each passage, -1 = unassigned.
        tokens: (n,) tokens of each redacted passage; without a tagger their part of speech is empty.
        embeddings: (n, dim) unit rows.
        centroids: (themes, dim) unit rows.
        keys: (n,) passage keys; ties are broken by them, never by row.
        groups: (n,) comment of each passage; a comment has one voice. Without it each passage is a comment.
        blocked: Lower-case words that are never shown: people's and accounts' names.
        tags: (n,) taxonomy keys of each passage with the tagger's confidence; decides on the nearest taxonomy theme.
        tag_names: Name of each taxonomy key: what a theme is called that no phrase of its own describes.
        prototypes: (p, dim) unit rows of the taxonomy, for where nothing is tagged.
        prototype_keys: (p,) taxonomy key of each prototype.
        embed: Texts to unit rows; candidate names are then also judged by their nearness to the theme.
        namer: Writes names instead; what it returns is checked for uniqueness and blocked words.
        texts: (n,) redacted passages: for hyphenated words, and for the namer.
        parent_of: (themes,) parent of each theme; each its own when left out.
        config: Settings; the defaults when left out.

    Raises:
        DescribeError: Arrays of unlike lengths.
    """
    settings = config or DescribeConfig()
    _check(labels, tokens, embeddings, keys)
    themes, told = len(centroids), labels.tolist()
    of = list(groups) if groups is not None else list(keys)
    rows = [whole(row, text) for row, text in zip(tokens, texts, strict=True)] if texts is not None else list(tokens)
    rows = with_particles(rows)
    hidden = frozenset(blocked) | proper_words(rows)
    words = [content_lemmas(row, blocked=hidden) for row in rows]
    surfaces = usual_surfaces(rows)
    weights = class_tfidf(words, told, themes, groups=of)
    terms = [top_terms(one, surfaces, count=settings.terms) for one in weights]
    heard = listen(rows, told, of, themes, blocked=hidden, most_words=settings.name_words_max)
    tagged = tagged_subjects(told, of, tags, tag_names) if tags is not None and tag_names else []
    forms = usual_forms(rows)
    ranked = _ranked(heard, embeddings, embed, forms, tagged=tagged, most_words=settings.name_words_max)
    names = unique_names(ranked, terms)
    lengths = np.array([sum(is_word(token) for token in row) for row in rows], dtype=np.int64)
    shown = [_shown(labels, embeddings, centroids, keys, of, lengths, theme, settings) for theme in range(themes)]
    if namer is not None and texts is not None:
        names = _written(namer, names, terms, [[texts[row] for row in own] for own in shown], blocked)
    near = _near(told, of, tags, embeddings, centroids, prototypes, prototype_keys, settings)
    clear = [_clear(one, settings) for one in ranked]
    crowd = [int(size) >= settings.emerging_comments for size in heard.sizes]
    described = tuple(
        Description(name, words, tuple(own), one, clear=sure, emerging=sure and many and not one.fits)
        for name, words, own, one, sure, many in zip(names, terms, shown, near, clear, crowd, strict=True)
    )
    if parent_of is None:
        return Levels(described, tuple(names))
    coarse, children = coarser(heard, parent_of)
    above = _ranked(coarse, embeddings, embed, forms, children=children, most_words=settings.name_words_max)
    sizes = np.bincount(labels[labels >= 0], minlength=themes)
    return Levels(described, parent_names(names, parent_of, sizes, above))


def _check(labels: IntArray, tokens: Sequence[Sequence[Token]], embeddings: FloatArray, keys: Sequence[str]) -> None:
    if not len(labels) == len(tokens) == len(embeddings) == len(keys):
        counts = f"{len(labels)} labels, {len(tokens)} token rows, {len(embeddings)} embeddings, {len(keys)} keys"
        raise DescribeError(f"{counts}; hand in one of each a passage")


def _ranked(
    heard: Heard,
    embeddings: FloatArray,
    embed: Embed | None,
    forms: Mapping[str, str],
    *,
    tagged: Sequence[Subject] = (),
    children: IntArray | None = None,
    most_words: int,
) -> list[list[Candidate]]:
    short = candidates(heard, forms)
    names = [one.name for found in short for one in found]
    ear = listening(heard, embeddings, [*names, *wordings()], embed) if embed and names else None
    talk = talk_subjects(ear) if ear else []
    return ranked_names(short, heard, ear=ear, subjects=[*tagged, *talk], children=children, most_words=most_words)


def _clear(ranked: Sequence[Candidate], settings: DescribeConfig) -> bool:
    return bool(ranked) and ranked[0].worth >= settings.clear_from


def _shown(
    labels: IntArray,
    embeddings: FloatArray,
    centroids: FloatArray,
    keys: Sequence[str],
    groups: Sequence[str],
    lengths: IntArray,
    theme: int,
    settings: DescribeConfig,
) -> list[int]:
    rows = sorted(np.flatnonzero(labels == theme).tolist(), key=lambda row: keys[row])
    best = exemplars(
        embeddings[rows],
        centroids[theme],
        count=settings.exemplars,
        diversity=settings.diversity,
        groups=[groups[row] for row in rows],
        lengths=lengths[rows].tolist(),
    )
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
    labels: Sequence[int],
    groups: Sequence[str],
    tags: Sequence[Mapping[str, float]] | None,
    embeddings: FloatArray,
    centroids: FloatArray,
    prototypes: FloatArray | None,
    keys: Sequence[str],
    settings: DescribeConfig,
) -> tuple[Nearest, ...]:
    """Go by what the members are tagged with; by prototypes where nothing is."""
    if tags is not None and any(tags):
        return nearest_by_tags(labels, groups, tags, themes=len(centroids), fits_from=settings.fits_from)
    rows = np.zeros((0, centroids.shape[1]), dtype=np.float32) if prototypes is None else prototypes
    mean = embeddings.mean(axis=0) if len(embeddings) else np.zeros(centroids.shape[1], dtype=np.float32)
    return nearest_prototype(centroids, rows, keys, corpus_mean=mean, fits_from=settings.prototype_fits_from)
