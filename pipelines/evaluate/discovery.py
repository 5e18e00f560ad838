"""The work behind `evaluate discover`: passages, vectors, themes, figures. Loads every model library."""

import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from nlp.cluster.discover import discover
from nlp.cluster.records import Discovery
from nlp.cluster.rollup import CommentThemes, roll_up
from nlp.embed.types import Vectors
from nlp.measure.agreement import agreement
from nlp.text.canonical import text_key
from pipelines.discover import cluster_config
from pipelines.embed import open_embedder
from pipelines.errors import InputFileError
from pipelines.evaluate.cache import EvaluationCache
from pipelines.evaluate.labelled import LabelledRows
from pipelines.evaluate.passages import Passages, encoding, read_passages
from pipelines.prepare import text_config
from pipelines.settings import Settings

Predictions = list[dict[str, Any]]


def measure_discovery(
    path: Path, rows: LabelledRows, *, settings: Settings, cache: EvaluationCache | None
) -> tuple[dict[str, Any], Predictions]:
    """Find themes in the rows of a file and measure them; returns the summary and a prediction a row.

    Raises:
        InputFileError: No row has a label.
    """
    started = time.perf_counter()
    with encoding(open_embedder(settings), cache) as encoder:
        passages = read_passages(rows.texts, encoder, config=text_config(settings), cache=cache)
        prepared = time.perf_counter()
        embeddings = encoder.all(passages.wordings)
    embedded = time.perf_counter()
    lengths = [len(text.split()) for text in passages.texts]
    found = discover(
        embeddings,
        [text_key(text) for text in passages.texts],
        groups=[str(row) for row in passages.rows],
        lengths=lengths,
        texts=passages.texts,
        config=cluster_config(settings),
        seed=settings.seed,
    )
    seconds = {"prepare": prepared - started, "embed": embedded - prepared, "discover": time.perf_counter() - embedded}
    comments = _by_row(passages, embeddings, found, lengths, len(rows.ids))
    summary = _summary(path, rows, comments, found)
    summary["passages"] = len(passages.rows)
    summary["engine"] = found.engine
    summary["seconds"] = {name: round(value, 2) for name, value in {**seconds, **found.seconds}.items()}
    return summary, _predictions(rows, comments, found)


def _by_row(
    passages: Passages,
    embeddings: Vectors,
    found: Discovery,
    lengths: Sequence[int],
    rows: int,
) -> list[CommentThemes]:
    rolled = roll_up(
        embeddings, found.labels, [str(row) for row in passages.rows], lengths=np.asarray(lengths, dtype=np.float64)
    )
    by_row = {comment.group: comment for comment in rolled}
    return [by_row.get(str(row), CommentThemes(str(row), None, ())) for row in range(rows)]


def _predictions(rows: LabelledRows, comments: Sequence[CommentThemes], found: Discovery) -> Predictions:
    def parent(theme: int | None) -> str | None:
        return None if theme is None else f"p{found.parent_of[theme]}"

    return [
        {
            "id": row_id,
            "theme": None if comment.main is None else f"t{comment.main}",
            "parent": parent(comment.main),
            "themes": [f"t{theme}" for theme in comment.themes],
        }
        for row_id, comment in zip(rows.ids, comments, strict=True)
    ]


def _summary(path: Path, rows: LabelledRows, comments: Sequence[CommentThemes], found: Discovery) -> dict[str, Any]:
    kept = [at for at, labels in enumerate(rows.labels) if labels]
    if not kept:
        raise InputFileError(f"{path}: no row has a label: name the column with --label or --labels")
    first = [rows.labels[at][0] for at in kept]
    sets = [frozenset(rows.labels[at]) for at in kept]
    fine = [comments[at].main for at in kept]
    all_fine = [frozenset(comments[at].themes) for at in kept]
    parent_of = found.parent_of
    parents = [None if theme is None else int(parent_of[theme]) for theme in fine]
    all_parents = [frozenset(int(parent_of[theme]) for theme in comments[at].themes) for at in kept]
    return {
        "command": "discover",
        "file": path.name,
        "rows": len(rows.ids),
        "labelled": len(kept),
        "fine": _rounded(asdict(agreement(fine, first, label_sets=sets, theme_sets=all_fine))),
        "parents": _rounded(asdict(agreement(parents, first, label_sets=sets, theme_sets=all_parents))),
    }


def _rounded(values: dict[str, Any]) -> dict[str, Any]:
    return {name: round(value, 4) if isinstance(value, float) else value for name, value in values.items()}
