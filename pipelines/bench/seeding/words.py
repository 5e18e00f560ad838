"""What the seeded customers say: the project's own hand-written examples, with their labels and vectors, varied."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.embed.types import Embedder
from nlp.text.canonical import canonical, text_key
from pipelines.taxonomy import load_taxonomy, read_examples

POLARITIES = ("negative", "positive", "neutral")
# Where a varied passage was written: makes wordings that were never said before.
CITIES = (
    "Leeds Turin Malmo Porto Ghent Bergen Graz Nantes Cork Utrecht Dundee Lille Bilbao Aarhus Gdansk Linz Parma Derby "
    "Tampere Brno Vaasa Rennes Hull Essen Basel Arnhem Vigo Ulm Perth Orlando Tulsa Boise Dayton Halifax Regina"
).split()
UNITS = (
    "depot ward branch workshop office plant shop warehouse clinic site yard kitchen bakery mill quarry harbour school "
    "laboratory garage terminal nursery studio hangar farm"
).split()
SHAPES = (
    "{city} {unit}, week {week}: {text}",
    "For the {unit} in {city} since week {week}. {text}",
    "{week} of us at the {city} {unit} say it. {text}",
)
WEEKS = 52
# A varied wording stays close to the plain one, as MiniLM has it: a cosine of about .9.
NOISE_NORM = 0.48
# Examples of each bucket that are there however small the seed is.
LEAST_OF_BUCKET = 4


@dataclass(frozen=True)
class Words:
    """Plain passages with what they say.

    Attributes:
        texts: The passages.
        keys: Their text keys.
        tags: Their themes with the polarity of each.
        vectors: Shape (n, dim), unit length.
        buckets: Rows by (number of the theme, number of the polarity).
        themes: Keys of the taxonomy in order.
        empty: Comments that say nothing.
        model_key: Whose vectors these are.
    """

    texts: Sequence[str]
    keys: Sequence[str]
    tags: Sequence[Sequence[tuple[str, str]]]
    vectors: NDArray[np.float32]
    buckets: Mapping[tuple[int, int], NDArray[np.int64]]
    themes: Sequence[str]
    empty: Sequence[str]
    model_key: str


def read_words(embedder: Embedder, *, most: int, seed: int) -> Words:
    """Read the examples and embed them; at most about `most`, of every theme and polarity some."""
    themes = [theme.key for theme in load_taxonomy()]
    examples = list(read_examples())
    spoken = _thinned([one for one in examples if one["themes"]], most, np.random.default_rng(seed))
    texts = [one["text"] for one in spoken]
    tags = [_tags(one["themes"]) for one in spoken]
    return Words(
        texts=texts,
        keys=[text_key(text) for text in texts],
        tags=tags,
        vectors=embedder.embed([canonical(text) for text in texts]),
        buckets=_buckets(tags, themes),
        themes=themes,
        empty=sorted({one["text"] for one in examples if not one["themes"] and one["kind"] == "empty"}),
        model_key=embedder.key,
    )


def vary(text: str, choice: int) -> str:
    """Write a passage as somebody else would have; of 131,040 ways the one with this number."""
    choice, week = divmod(choice, WEEKS)
    choice, unit = divmod(choice, len(UNITS))
    shape, city = divmod(choice, len(CITIES))
    return SHAPES[shape % len(SHAPES)].format(city=CITIES[city], unit=UNITS[unit], week=week + 1, text=text)


WAYS = WEEKS * len(UNITS) * len(CITIES) * len(SHAPES)


def varied_vectors(vectors: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Give vectors near these, shape (n, dim), unit length."""
    noise = rng.standard_normal(vectors.shape, dtype=np.float32) * (NOISE_NORM / np.sqrt(vectors.shape[1]))
    moved = vectors + noise
    return (moved / np.linalg.norm(moved, axis=1, keepdims=True)).astype(np.float32)


def _tags(themes: Sequence[Mapping[str, str]]) -> list[tuple[str, str]]:
    found: dict[str, str] = {}
    for theme in themes:
        found.setdefault(theme["key"], theme["polarity"])
    return list(found.items())


def _thinned(examples: list[dict[str, Any]], most: int, rng: np.random.Generator) -> list[dict[str, Any]]:
    """Keep the first text of equal ones, and of every theme and polarity a fair part."""
    distinct = list({text_key(one["text"]): one for one in reversed(examples)}.values())[::-1]
    if len(distinct) <= most:
        return distinct
    seen: dict[object, int] = {}
    kept = []
    for at in rng.permutation(len(distinct)).tolist():
        bucket = tuple(distinct[at]["themes"][0].values())
        seen[bucket] = seen.get(bucket, 0) + 1
        if seen[bucket] <= LEAST_OF_BUCKET or rng.random() < most / len(distinct):
            kept.append(at)
    return [distinct[at] for at in sorted(kept)]


def _buckets(
    tags: Sequence[Sequence[tuple[str, str]]], themes: Sequence[str]
) -> dict[tuple[int, int], NDArray[np.int64]]:
    """Rows by their first theme and its polarity; where a theme has none of a polarity, all of its rows."""
    rows: dict[tuple[int, int], list[int]] = {}
    for row, tagged in enumerate(tags):
        key, polarity = tagged[0]
        rows.setdefault((themes.index(key), POLARITIES.index(polarity)), []).append(row)
    found = {}
    for theme in range(len(themes)):
        every = [row for meant in range(len(POLARITIES)) for row in rows.get((theme, meant), [])]
        for meant in range(len(POLARITIES)):
            found[theme, meant] = np.array(rows.get((theme, meant)) or every or [0], dtype=np.int64)
    return found
