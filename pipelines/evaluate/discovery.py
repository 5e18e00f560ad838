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
from nlp.measure.agreement import agreement
from pipelines.configs import cluster_config, open_embedder, text_config
from pipelines.errors import InputFileError
from pipelines.evaluate.cache import EvaluationCache, text_code
from pipelines.evaluate.labelled import LabelledRows
from pipelines.evaluate.lastrun import LastRun, load_run, save_run
from pipelines.evaluate.passages import Encoding, Passages, encoding, grown_passages, read_passages, remember
from pipelines.evaluate.reader import Reader
from pipelines.settings import Settings

Predictions = list[dict[str, Any]]


def measure_discovery(
    path: Path,
    rows: LabelledRows,
    *,
    settings: Settings,
    cache: EvaluationCache | None,
    run: Path | None = None,
    reader: Reader | None = None,
) -> tuple[dict[str, Any], Predictions]:
    """Find themes in the rows of a file and measure them; returns the summary and a prediction a row.

    Args:
        path: The file, for its name.
        rows: What is in it.
        settings: Embedder, clusterer, seed.
        cache: Texts and vectors that are known.
        run: Where the last run over the file is kept, and this one will be.
        reader: Prepares texts beside this process; where it is given the last run is looked at.

    Raises:
        InputFileError: No row has a label.
    """
    started = time.perf_counter()
    last = None if run is None or reader is None else _close_run(run, rows.texts)
    with encoding(open_embedder(settings), cache) as encoder:
        passages = _passages(rows.texts, encoder, last, reader, settings=settings, cache=cache)
    prepared = time.perf_counter()
    found = discover(
        passages.vectors,
        passages.keys,
        groups=[str(row) for row in passages.rows],
        lengths=passages.words,
        texts=passages.texts if settings.cluster_engine == "hdbscan" else None,
        previous=None if last is None else last.previous,
        known=None if last is None else last.neighbourhood,
        keep=run is not None,
        config=cluster_config(settings),
        seed=settings.seed,
    )
    seconds = {"prepare": prepared - started - encoder.waited_s, "embed": encoder.waited_s}
    seconds["discover"] = time.perf_counter() - prepared
    comments = _by_row(passages, found, len(rows.ids))
    summary = _summary(path, rows, comments, found)
    summary["passages"] = len(passages.rows)
    summary["engine"] = found.engine
    summary["seconds"] = {name: round(value, 2) for name, value in {**seconds, **found.seconds}.items()}
    if last is not None:
        summary["cached"] = "themes"
    if run is not None and (done := remember(rows.texts, passages, found)) is not None:
        save_run(run, done)
    return summary, _predictions(rows, comments, found)


def _close_run(run: Path, texts: Sequence[str]) -> LastRun | None:
    last = load_run(run)
    return last if last is not None and last.is_close_to([text_code(text) for text in texts]) else None


def _passages(
    texts: Sequence[str],
    encoder: Encoding,
    last: LastRun | None,
    reader: Reader | None,
    *,
    settings: Settings,
    cache: EvaluationCache | None,
) -> Passages:
    config = text_config(settings)
    if last is None or reader is None:
        if reader is not None:
            reader.end()
        return read_passages(texts, encoder, config=config, cache=cache)
    encoder.load()
    return grown_passages(texts, last, encoder, prepare=reader.read, config=config, cache=cache)


def _by_row(passages: Passages, found: Discovery, rows: int) -> list[CommentThemes]:
    rolled = roll_up(
        passages.vectors,
        found.labels,
        [str(row) for row in passages.rows],
        lengths=np.asarray(passages.words, dtype=np.float64),
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
