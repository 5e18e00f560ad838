"""VADER on the rows that `evaluate sentiment` and `evaluate aspects` measure: `python -m pipelines.bench.vader`."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score

from pipelines.errors import ModelMissingError
from pipelines.evaluate.aspects import aspect_scores, read_aspects
from pipelines.evaluate.labelled import read_rows

# The thresholds that VADER's README gives for its compound score.
LINE = 0.05
# Stars of blame and of praise (issue 3); those between say neither.
BLAME_MOST, PRAISE_LEAST = 2, 4


def compounds(texts: list[str]) -> list[float]:
    """Return VADER's compound score of each text, -1..1.

    Raises:
        ModelMissingError: VADER is not installed; only this bench needs it.
    """
    try:
        from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer
    except ImportError as error:
        raise ModelMissingError("vaderSentiment is not installed; run: pip install vaderSentiment") from error
    analyser = SentimentIntensityAnalyzer()
    return [float(analyser.polarity_scores(text)["compound"]) for text in texts]


def stars(file: Path) -> dict[str, Any]:
    """Return the AUC of 1-2 stars against 4-5."""
    rows = [row for row in read_rows(file) if row.get("score") is not None and str(row["text"] or "").strip()]
    clear = [row for row in rows if float(row["score"]) <= BLAME_MOST or float(row["score"]) >= PRAISE_LEAST]
    praise = np.array([float(row["score"]) >= PRAISE_LEAST for row in clear])
    scores = np.array(compounds([str(row["text"]) for row in clear]))
    return {
        "command": "vader",
        "file": file.name,
        "clear": len(clear),
        "auc": round(float(roc_auc_score(praise, scores)), 4),
        "accuracy": round(float((np.sign(scores) == np.where(praise, 1, -1)).mean()), 4),
    }


def aspects(file: Path) -> dict[str, Any]:
    """Return the accuracy per aspect: the whole sentence's compound stands for each of its aspects."""
    told = read_aspects(file)
    texts = list(dict.fromkeys(one.text for one in told))
    by_text = dict(zip(texts, compounds(texts), strict=True))
    given = [_polarity(by_text[one.text]) for one in told]
    return {"command": "vader", "file": file.name, **aspect_scores(told, given)}


def _polarity(compound: float) -> str:
    if abs(compound) < LINE:
        return "neutral"
    return "positive" if compound > 0 else "negative"


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["stars", "aspects"])
    parser.add_argument("file", type=Path)
    given = parser.parse_args()
    sys.stdout.write(json.dumps((stars if given.what == "stars" else aspects)(given.file)) + "\n")
