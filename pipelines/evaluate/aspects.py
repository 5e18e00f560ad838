"""`evaluate aspects`: the polarity of each thing that a sentence speaks of, beside what people said.

A reader looks for the words about the aspect and asks whether they praise or blame: so the passage nearest to the
aspect's name, by embedding, and the valued words in it; a passage without any merely mentions. Nothing is learned
from the file.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nlp.sentiment.lexicon import parse_lexicon, valences
from nlp.text.canonical import canonical
from nlp.text.prepare import prepare_texts
from pipelines.configs import open_embedder, text_config
from pipelines.errors import InputFileError
from pipelines.evaluate.labelled import read_rows, row_id, write_predictions
from pipelines.settings import Settings
from pipelines.taxonomy import open_sentiment

# Sum of valences under which a passage takes no side. The least word of the list weighs 1, so this is "none, or even".
LINE = 0.05
POLARITIES = ("negative", "neutral", "positive")


@dataclass(frozen=True)
class Aspect:
    """One aspect of one row: the row's id and text, the aspect's name and its polarity."""

    row: str
    text: str
    name: str
    polarity: str


def read_aspects(path: Path, *, text: str = "text", meta: str = "meta") -> list[Aspect]:
    """Read aspects from a column of JSON objects `{"polarity": {aspect: polarity}}`.

    Raises:
        InputFileError: The file can't be read, or no row has such an object.
    """
    found = []
    for number, row in enumerate(read_rows(path), start=1):
        try:
            told = json.loads(row.get(meta) or "{}").get("polarity") or {}
        except ValueError as error:
            raise InputFileError(f"{path}, row {number}: column {meta!r} is no JSON; see docs/quality.md") from error
        found += [Aspect(row_id(row, number), str(row[text]), str(name), str(side)) for name, side in told.items()]
    if not found:
        raise InputFileError(f'{path}: no row of column {meta!r} has {{"polarity": {{aspect: polarity}}}}; name it')
    return found


def evaluate_aspects(
    path: Path, *, text: str, meta: str, settings: Settings, out: Path | None = None
) -> dict[str, Any]:
    """Find each aspect's polarity and measure it.

    Raises:
        InputFileError: The file can't be read, or no row has aspects.
    """
    told = read_aspects(path, text=text, meta=meta)
    given = aspect_polarities(told, settings)
    write_predictions(
        out,
        ({"id": one.row, "aspect": one.name, "polarity": side} for one, side in zip(told, given, strict=True)),
    )
    return {"command": "aspects", "file": path.name, **aspect_scores(told, given)}


def aspect_polarities(told: Sequence[Aspect], settings: Settings) -> list[str]:
    """Return the polarity of each aspect's nearest passage; a sentence without passages is its own."""
    texts = list(dict.fromkeys(one.text for one in told))
    prepared = prepare_texts(texts, kinds="survey", config=text_config(settings))
    passages = [[passage.text for passage in one.passages] or [one.redacted] for one in prepared]
    flat = [passage for own in passages for passage in own]
    starts = dict(zip(texts, np.cumsum([0, *(len(own) for own in passages[:-1])]).tolist(), strict=True))
    sizes = dict(zip(texts, (len(own) for own in passages), strict=True))
    embedder = open_embedder(settings)
    vectors = embedder.embed([canonical(passage) for passage in flat])
    names = sorted({one.name for one in told})
    asked = dict(zip(names, embedder.embed(names), strict=True))
    # The word list alone: the trained half of the sentiment model knows what customers tell vendors, and leans to blame
    # on other talk. On the first half of mams: .469 of the polarities right by the list, .348 by both.
    listed = parse_lexicon(open_sentiment(settings).lexicon_text)
    sums = [sum(value for _, value in valences(passage, listed)) for passage in flat]
    sides = []
    for one in told:
        own = slice(starts[one.text], starts[one.text] + sizes[one.text])
        nearest = own.start + int(np.argmax(vectors[own] @ asked[one.name]))
        sides.append(_side(sums[nearest]))
    return sides


def _side(valence: float) -> str:
    if abs(valence) < LINE:
        return "neutral"
    return "positive" if valence > 0 else "negative"


def aspect_scores(told: Sequence[Aspect], given: Sequence[str]) -> dict[str, Any]:
    """Return accuracy over all aspects, over those with a clear side, and macro F1 over the three polarities."""
    pairs = [(one.polarity, side) for one, side in zip(told, given, strict=True)]
    clear = [(one, side) for one, side in pairs if one != "neutral"]
    return {
        "sentences": len({one.row for one in told}),
        "aspects": len(pairs),
        "accuracy": round(sum(one == side for one, side in pairs) / len(pairs), 4),
        "clear": len(clear),
        "clear_accuracy": round(sum(one == side for one, side in clear) / max(len(clear), 1), 4),
        "macro_f1": round(float(np.mean([_f1(pairs, side) for side in POLARITIES])), 4),
    }


def _f1(pairs: Sequence[tuple[str, str]], polarity: str) -> float:
    hits = sum(one == side == polarity for one, side in pairs)
    total = sum(one == polarity for one, _ in pairs) + sum(side == polarity for _, side in pairs)
    return 2 * hits / total if total else 0.0
