"""The stock library as its README shows it, in a process of its own: `python -m pipelines.bench.stock FILE OUT`.

Of ours it imports the reader of the file and the folder of the packaged model, no more. BERTopic would download
the same model by its name; here it is loaded from its package.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Generic, ParamSpec, TypeVar

from nlp.embed.packaged import packaged_folder
from pipelines.evaluate.labelled import read_labelled, write_predictions

P = ParamSpec("P")
R = TypeVar("R")


class Stopwatch(Generic[P, R]):
    """Wraps a function and adds up the seconds inside it."""

    def __init__(self, function: Callable[P, R]) -> None:
        self._function = function
        self.seconds = 0.0

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call the function."""
        started = time.perf_counter()
        try:
            return self._function(*args, **kwargs)
        finally:
            self.seconds += time.perf_counter() - started


def run_stock(file: Path, out: Path) -> dict[str, Any]:
    """Fit BERTopic with its defaults on the texts of a file; write each row's topic.

    Returns:
        Rows, topics, share of outliers, and seconds: imports, embedding, c-TF-IDF words, all of fit_transform.
    """
    started = time.perf_counter()
    from bertopic import BERTopic
    from sentence_transformers import SentenceTransformer

    imported = time.perf_counter()
    rows = read_labelled(file, text="text")
    encoder = SentenceTransformer(str(packaged_folder()))
    topic_model = BERTopic(embedding_model=encoder)
    # Stopwatches only: the calls go through unchanged.
    embedding = Stopwatch(encoder.encode)
    wording = Stopwatch(topic_model._extract_topics)
    vars(encoder)["encode"], vars(topic_model)["_extract_topics"] = embedding, wording
    fitting = time.perf_counter()
    topics, _ = topic_model.fit_transform(rows.texts)
    fitted = time.perf_counter()
    found = [None if topic == -1 else f"s{topic}" for topic in topics]
    write_predictions(out, ({"id": name, "theme": theme} for name, theme in zip(rows.ids, found, strict=True)))
    return {
        "command": "stock",
        "file": file.name,
        "rows": len(found),
        "themes": len(set(found) - {None}),
        "unassigned": round(found.count(None) / len(found), 4),
        "seconds": {
            "import": round(imported - started, 2),
            "embed": round(embedding.seconds, 2),
            "words": round(wording.seconds, 2),
            "fit": round(fitted - fitting, 2),
        },
        "comments_per_s": round(len(found) / embedding.seconds, 1),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("file", type=Path)
    parser.add_argument("out", type=Path)
    given = parser.parse_args()
    sys.stdout.write(json.dumps(run_stock(given.file, given.out)) + "\n")
