"""`evaluate discover`: themes found from nothing, beside labels that people gave.

Light to import: a file that was measured before is answered from the cache without any model library.
"""

import hashlib
import resource
import time
from pathlib import Path
from typing import Any

from pipelines.configs import text_config
from pipelines.evaluate.cache import EvaluationCache, code_mark
from pipelines.evaluate.labelled import read_labelled, write_predictions
from pipelines.evaluate.reader import Reader
from pipelines.settings import Settings

KIB = 1024
CODE = ("nlp", "nlp/text", "nlp/embed", "nlp/cluster", "nlp/measure", "pipelines", "pipelines/evaluate")
# Settings that an answer depends on.
DECIDING = ("embedder", "cluster_engine", "seed", "vendor_names")


def evaluate_discover(
    path: Path,
    *,
    text: str,
    label: str | None,
    labels: str | None,
    settings: Settings,
    out: Path | None = None,
    cache: bool = False,
) -> dict[str, Any]:
    """Find themes in a labelled file and measure them; see `docs/quality.md` for what the figures mean.

    A row's main theme is the one of its passages' themes whose centre is nearest to the row as a whole; its themes
    are all that its passages have. Rows without a passage that makes a point have none.

    Args:
        path: CSV, TSV, JSONL or Parquet.
        text: Column of the text.
        label: Column of one label.
        labels: Column of several, joined by `|`.
        settings: Embedder, clusterer, seed, home folder.
        out: Write a prediction a row here.
        cache: Keep texts, vectors and the result in the home folder, and use what is there: the same file with the same
            settings and code is answered from there, `"cached": "result"`; of a changed file only new texts are
            prepared and embedded. Where no more than a twentieth of it changed, the themes start from those of the
            last run over a file of this name, `"cached": "themes"`, and only new passages look for neighbours.

    Raises:
        InputFileError: The file can't be read, or no row has a label.
    """
    started = time.perf_counter()
    if not cache:
        summary, predictions = _measured(path, text, label, labels, settings, None)
    else:
        with EvaluationCache(settings.home / "cache" / "evaluate.db") as kept:
            summary, predictions = _measured_once(path, text, label, labels, settings, kept)
    write_predictions(out, predictions)
    summary["seconds"]["total"] = round(time.perf_counter() - started, 2)
    summary["peak_mib"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KIB)
    return summary


def _measured_once(
    path: Path, text: str, label: str | None, labels: str | None, settings: Settings, kept: EvaluationCache
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    code = _file_sha256(path) if path.is_file() else ""
    deciding = [str(getattr(settings, name)) for name in DECIDING]
    mark = code_mark(*CODE, extra=[path.name, text, str(label), str(labels), *deciding])
    if code and (known := kept.get_json("result", mark, code)) is not None:
        summary, predictions = known
        return {**summary, "cached": "result", "seconds": {}}, predictions
    # Labels decide nothing but the figures, so runs that differ in them begin with each other.
    run = settings.home / "cache" / "runs" / f"{code_mark(*CODE, extra=[path.name, text, *deciding])[:32]}.npz"
    if run.is_file():
        with Reader(text_config(settings)) as reader:
            summary, predictions = _measured(path, text, label, labels, settings, kept, run=run, reader=reader)
    else:
        summary, predictions = _measured(path, text, label, labels, settings, kept, run=run)
    kept.put_json("result", mark, code, [summary, predictions])
    return summary, predictions


def _measured(
    path: Path,
    text: str,
    label: str | None,
    labels: str | None,
    settings: Settings,
    kept: EvaluationCache | None,
    *,
    run: Path | None = None,
    reader: Reader | None = None,
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    from pipelines.evaluate.discovery import measure_discovery

    rows = read_labelled(path, text=text, label=label, labels=labels)
    return measure_discovery(path, rows, settings=settings, cache=kept, run=run, reader=reader)


def _file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
