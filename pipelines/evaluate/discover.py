"""`evaluate discover`: themes found from nothing, beside labels that people gave."""

import resource
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nlp.cluster.discover import discover
from nlp.cluster.records import Discovery
from nlp.cluster.rollup import CommentThemes, roll_up
from nlp.measure.agreement import agreement
from nlp.text.canonical import canonical, text_key
from nlp.text.prepare import prepare_texts
from nlp.text.records import PreparedText
from pipelines.discover import cluster_config
from pipelines.embed import open_embedder
from pipelines.errors import InputFileError
from pipelines.evaluate.labelled import LabelledRows, read_labelled, write_predictions
from pipelines.prepare import text_config
from pipelines.settings import Settings

KIB = 1024


@dataclass(frozen=True)
class Passages:
    """Every passage of the file: the row it is of, its words."""

    rows: list[int]
    texts: list[str]

    @property
    def keys(self) -> list[str]:
        """Key of each wording."""
        return [text_key(text) for text in self.texts]


def evaluate_discover(
    path: Path, *, text: str, label: str | None, labels: str | None, settings: Settings, out: Path | None = None
) -> dict[str, Any]:
    """Find themes in a labelled file and measure them; see `docs/quality.md` for what the figures mean.

    A row's main theme is the one of its passages' themes whose centre is nearest to the row as a whole; its themes
    are all that its passages have. Rows without a passage that makes a point have none.

    Raises:
        InputFileError: The file can't be read, or no row has a label.
    """
    seconds: dict[str, float] = {}
    started = time.perf_counter()
    rows = read_labelled(path, text=text, label=label, labels=labels)
    prepared = prepare_texts(rows.texts, kinds="survey", config=text_config(settings))
    passages = _passages(prepared)
    seconds["prepare"] = time.perf_counter() - started
    embedding_began = time.perf_counter()
    embeddings = _embed(passages, settings)
    seconds["embed"] = time.perf_counter() - embedding_began
    clustering_began = time.perf_counter()
    lengths = [len(passage.split()) for passage in passages.texts]
    found = discover(
        embeddings,
        passages.keys,
        groups=[str(row) for row in passages.rows],
        lengths=lengths,
        texts=passages.texts,
        config=cluster_config(settings),
        seed=settings.seed,
    )
    seconds["discover"] = time.perf_counter() - clustering_began
    comments = _by_row(passages, embeddings, found, lengths, len(rows.ids))
    write_predictions(out, _predictions(rows, comments, found))
    summary = _summary(path, rows, comments, found)
    summary["passages"] = len(passages.rows)
    summary["engine"] = found.engine
    summary["seconds"] = {name: round(value, 2) for name, value in {**seconds, **found.seconds}.items()}
    summary["seconds"]["total"] = round(time.perf_counter() - started, 2)
    summary["peak_mib"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KIB)
    return summary


def _passages(prepared: Sequence[PreparedText]) -> Passages:
    """Lay out the passages; a file of another language is measured all the same, each row as one passage."""
    covered = any(text.passages for text in prepared)
    rows, texts = [], []
    for row, text in enumerate(prepared):
        own = [passage.text for passage in text.passages] if covered else [text.redacted] * bool(text.redacted)
        rows += [row] * len(own)
        texts += own
    return Passages(rows, texts)


def _embed(passages: Passages, settings: Settings) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Embed each wording once."""
    embedder = open_embedder(settings)
    wordings = list(dict.fromkeys(canonical(text) for text in passages.texts))
    place = {wording: at for at, wording in enumerate(wordings)}
    vectors = embedder.embed(wordings)
    return vectors[[place[canonical(text)] for text in passages.texts]]


def _by_row(
    passages: Passages,
    embeddings: np.ndarray[Any, np.dtype[np.float32]],
    found: Discovery,
    lengths: Sequence[int],
    rows: int,
) -> list[CommentThemes]:
    rolled = roll_up(
        embeddings, found.labels, [str(row) for row in passages.rows], lengths=np.asarray(lengths, dtype=np.float64)
    )
    by_row = {comment.group: comment for comment in rolled}
    return [by_row.get(str(row), CommentThemes(str(row), None, ())) for row in range(rows)]


def _predictions(rows: LabelledRows, comments: Sequence[CommentThemes], found: Discovery) -> list[dict[str, Any]]:
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
