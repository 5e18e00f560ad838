"""`evaluate tag` and `evaluate sentiment`: the shipped models beside labels that people gave."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score

from nlp.measure.tags import polarity_accuracy, tag_scores
from nlp.tag.model import loudest
from nlp.tag.rollup import roll_up
from nlp.tag.types import Tag
from nlp.text.canonical import canonical
from nlp.text.prepare import prepare_texts
from nlp.text.records import PreparedText
from pipelines.configs import open_embedder, text_config
from pipelines.errors import InputFileError
from pipelines.evaluate.labelled import read_labelled, read_rows, row_id, write_predictions
from pipelines.settings import Settings
from pipelines.taxonomy import load_taxonomy, open_sentiment, open_tagger

# Where on its scale a score praises, and up to where it blames: 8 and 5 of 10.
PRAISE_FROM, BLAME_TO = 0.8, 0.5
WORDS = {"negative": -1, "positive": 1, "neg": -1, "pos": 1, "neutral": 0}


def evaluate_tag(path: Path, *, settings: Settings, out: Path | None = None) -> dict[str, Any]:
    """Tag the comments of a JSONL file (`id`, `text`, `themes`) and measure against its themes.

    Raises:
        InputFileError: The file can't be read, or names a theme that the taxonomy does not have.
    """
    rows = read_rows(path)
    told = [_told(path, number, row) for number, row in enumerate(rows, start=1)]
    prepared = prepare_texts([str(row.get("text") or "") for row in rows], config=text_config(settings))
    given = tag_texts(prepared, settings)
    silent = find_empty(prepared, given, settings)
    given = [[] if is_empty else tags for tags, is_empty in zip(given, silent, strict=True)]
    write_predictions(
        out,
        (
            {
                "id": row_id(row, number),
                "themes": [{"key": t.key, "polarity": t.polarity, "confidence": t.confidence} for t in tags],
                "empty": is_empty,
            }
            for number, (row, tags, is_empty) in enumerate(zip(rows, given, silent, strict=True), start=1)
        ),
    )
    scores = tag_scores([frozenset(t.key for t in tags) for tags in given], [frozenset(themes) for themes in told])
    right, agreed = polarity_accuracy([{t.key: t.polarity for t in tags} for tags in given], told)
    empty = [at for at, row in enumerate(rows) if row.get("empty") is True]
    real = [at for at, row in enumerate(rows) if row.get("empty") is False]
    return {
        "command": "tag",
        "file": path.name,
        "rows": len(rows),
        "micro_f1": round(scores.micro_f1, 4),
        "macro_f1": round(scores.macro_f1, 4),
        "polarity_accuracy": round(right, 4),
        "agreed_tags": agreed,
        "polarity_against_score": _against_score(rows, given, told),
        "without_theme_right": _none_right(given, told),
        "empty_found": _share([silent[at] for at in empty]),
        "real_lost": _share([silent[at] for at in real]),
        "by_theme": {
            key: {name: round(value, 4) for name, value in asdict(score).items()}
            for key, score in scores.by_tag.items()
        },
    }


def _against_score(
    rows: Sequence[dict[str, Any]], given: Sequence[Sequence[Tag]], told: Sequence[dict[str, str]]
) -> dict[str, float | int] | None:
    """Give the share of agreed tags with the right polarity where all that a comment says opposes its score.

    Rows need a `score` and its `scale` ("0-10"); the upper fifth is praise, the lower half blame.
    """
    opposed = []
    for at, (row, themes) in enumerate(zip(rows, told, strict=True)):
        if row.get("score") is None or not row.get("scale") or not themes:
            continue
        low, high = (float(end) for end in str(row["scale"]).split("-"))
        place = (float(row["score"]) - low) / (high - low)
        against = "negative" if place >= PRAISE_FROM else "positive" if place <= BLAME_TO else None
        if against and set(themes.values()) == {against}:
            opposed.append(at)
    tags = [{tag.key: tag.polarity for tag in given[at]} for at in opposed]
    right, agreed = polarity_accuracy(tags, [told[at] for at in opposed])
    return {"share": round(right, 4), "n": agreed} if agreed else None


def tag_texts(prepared: Sequence[PreparedText], settings: Settings) -> list[list[Tag]]:
    """Tag prepared texts as the pipeline does: passages first, then rolled up to one tag a theme."""
    passages = [(row, passage.text) for row, text in enumerate(prepared) for passage in text.passages]
    texts = [text for _, text in passages]
    vectors = open_embedder(settings).embed([canonical(text) for text in texts])
    tags = open_tagger(settings).tag(texts, [prepared[row].redacted for row, _ in passages], vectors)
    by_row: list[list[list[Tag]]] = [[] for _ in prepared]
    for (row, _), found in zip(passages, tags, strict=True):
        by_row[row].append(found)
    return [roll_up(found) for found in by_row]


def find_empty(prepared: Sequence[PreparedText], given: Sequence[Sequence[Tag]], settings: Settings) -> list[bool]:
    """Say which texts are empty talk, by the rules of the text stage or by the tagger, as the pipeline does."""
    asked = [at for at, text in enumerate(prepared) if text.empty_reason is None and text.passages]
    confidences = loudest([given[at] for at in asked])
    found = open_tagger(settings).find_empty([prepared[at].redacted for at in asked], confidences)
    silent = [text.empty_reason is not None for text in prepared]
    for at, is_empty in zip(asked, found.tolist(), strict=True):
        silent[at] = is_empty
    return silent


def _told(path: Path, number: int, row: dict[str, Any]) -> dict[str, str]:
    known = {theme.key for theme in load_taxonomy()}
    themes = row.get("themes")
    if not isinstance(themes, list):
        raise InputFileError(f"{path}, line {number}: no list of themes; write {{'id', 'text', 'themes': [...]}}")
    told = {str(theme["key"]): str(theme["polarity"]) for theme in themes}
    unknown = sorted(set(told) - known)
    if unknown:
        raise InputFileError(f"{path}, line {number}: theme {unknown} is not in data/taxonomy/themes.toml")
    return told


def _none_right(given: Sequence[Sequence[Tag]], told: Sequence[dict[str, str]]) -> dict[str, float | int] | None:
    return _share([not tags for tags, themes in zip(given, told, strict=True) if not themes])


def _share(values: Sequence[bool]) -> dict[str, float | int] | None:
    return {"share": round(sum(values) / len(values), 4), "n": len(values)} if values else None


def evaluate_sentiment(
    path: Path, *, text: str, label: str, settings: Settings, out: Path | None = None
) -> dict[str, Any]:
    """Score whole comments from -1 to 1 and measure against a column of polarities, stars or scores.

    A numeric column is split around the middle of its range: of stars, 1-2 are blame and 4-5 praise.

    Raises:
        InputFileError: The file can't be read, or the labels have one side only.
    """
    rows = read_labelled(path, text=text, label=label)
    embedder = open_embedder(settings)
    scores = open_sentiment(settings).score(rows.texts, embedder.embed([canonical(one) for one in rows.texts]))
    write_predictions(
        out, ({"id": name, "score": round(float(score), 4)} for name, score in zip(rows.ids, scores, strict=True))
    )
    sides = _sides([labels[0] if labels else "" for labels in rows.labels])
    clear = np.flatnonzero(sides)
    if len(set(sides[clear].tolist())) < 2:
        raise InputFileError(f"{path}: column {label!r} has praise or blame only; give one with both")
    signs = np.sign(scores)[clear]
    return {
        "command": "sentiment",
        "file": path.name,
        "rows": len(rows.ids),
        "clear": len(clear),
        "auc": round(float(roc_auc_score(sides[clear] > 0, scores[clear])), 4),
        "accuracy": round(float((signs == sides[clear]).mean()), 4),
    }


def _sides(labels: Sequence[str]) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Turn labels into -1 (blame), 0 (neither, unknown) and 1 (praise)."""
    if all(label.lower() in WORDS or not label for label in labels):
        return np.array([WORDS.get(label.lower(), 0) for label in labels])
    values = np.array([_number(label) for label in labels])
    low, high = np.nanmin(values), np.nanmax(values)
    middle, band = (low + high) / 2, (high - low) / 8
    return np.nan_to_num(np.where(np.abs(values - middle) <= band, 0, np.sign(values - middle))).astype(np.int64)


def _number(label: str) -> float:
    try:
        return float(label)
    except ValueError:
        return float("nan")
