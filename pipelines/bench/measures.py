"""One measure for both sides: each row's theme beside the labels, and how the words of a theme hold together.

`python -m pipelines.bench.measures FILE PREDICTIONS`, after the clock has stopped.
"""

import argparse
import json
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from nlp.describe.terms import class_tfidf
from nlp.measure.agreement import agreement
from nlp.measure.topics import coherence, diversity
from pipelines.errors import InputFileError
from pipelines.evaluate.labelled import LabelledRows, read_labelled, read_rows

# Words a theme is judged by, as in the papers on both measures (nlp/measure/topics.py).
TERMS = 10
WORD = re.compile(r"[^\W\d_]{2,}")


def measure_predictions(
    file: Path, predictions: Path, *, label: str | None = None, labels: str | None = None
) -> dict[str, Any]:
    """Measure the themes of a predictions file (`id`, `theme`, maybe `themes`) on the rows of a file.

    Coherence and diversity take the top ten c-TF-IDF words of each theme over lower-case words without English stop
    words: the same words of the same texts, whoever found the themes. Agreement only with a label column.

    Raises:
        InputFileError: A row of the file has no prediction.
    """
    rows = read_labelled(file, text="text", label=label, labels=labels)
    by_id = {str(row["id"]): row for row in read_rows(predictions)}
    missing = [name for name in rows.ids if name not in by_id]
    if missing:
        raise InputFileError(f"{predictions}: no prediction for {len(missing)} rows, {missing[0]} first; run it again")
    told = [by_id[name] for name in rows.ids]
    themes = [row["theme"] for row in told]
    summary: dict[str, Any] = {
        "rows": len(themes),
        "themes": len({theme for theme in themes if theme is not None}),
        "unassigned": round(themes.count(None) / len(themes), 4),
        **_words(rows.texts, themes),
    }
    if label or labels:
        summary |= _agreement(rows, told)
    return summary


def _words(texts: Sequence[str], themes: Sequence[str | None]) -> dict[str, float]:
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    words = [[w for w in WORD.findall(text.lower()) if w not in ENGLISH_STOP_WORDS] for text in texts]
    names = sorted({theme for theme in themes if theme is not None})
    number = {theme: at for at, theme in enumerate(names)}
    labels = [-1 if theme is None else number[theme] for theme in themes]
    weights = class_tfidf(words, labels, len(names))
    terms = [sorted(of, key=lambda word, of=of: (-of[word], word))[:TERMS] for of in weights]  # type: ignore[misc]
    return {
        "coherence": round(coherence(terms, words, top=TERMS), 4),
        "diversity": round(diversity(terms, top=TERMS), 4),
    }


def _agreement(rows: LabelledRows, told: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    kept = [at for at, labels in enumerate(rows.labels) if labels]
    themes = [told[at]["theme"] for at in kept]
    first = [rows.labels[at][0] for at in kept]
    sets = [frozenset(rows.labels[at]) for at in kept]
    several = [_all(told[at]) for at in kept]
    main_only = agreement(themes, first, label_sets=sets)
    return {
        "fine": _rounded(asdict(agreement(themes, first, label_sets=sets, theme_sets=several))),
        "main_only": {"best_f1": round(main_only.best_f1, 4), "matched_f1": round(main_only.matched_f1, 4)},
    }


def _all(row: Mapping[str, Any]) -> frozenset[str | int]:
    held: list[str] = row.get("themes") or ([] if row["theme"] is None else [row["theme"]])
    return frozenset(held)


def _rounded(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: round(value, 4) if isinstance(value, float) else value for name, value in values.items()}


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("file", type=Path)
    parser.add_argument("predictions", type=Path)
    parser.add_argument("--label")
    parser.add_argument("--labels")
    given = parser.parse_args()
    found = measure_predictions(given.file, given.predictions, label=given.label, labels=given.labels)
    sys.stdout.write(json.dumps(found) + "\n")
