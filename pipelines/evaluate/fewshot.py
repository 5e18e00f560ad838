"""`evaluate fewshot`: a user's own labels, learned from k examples each and tested on the rest."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np

from nlp.measure.tags import TagScores, tag_scores
from nlp.tag.fewshot import FewShot
from nlp.text.canonical import canonical
from pipelines.embed import open_embedder
from pipelines.errors import InputFileError
from pipelines.evaluate.labelled import LabelledRows, read_labelled, write_predictions
from pipelines.settings import Settings

# A label needs k examples to learn from and twice as many rows to be measured on.
ROWS_PER_K = 3


def evaluate_fewshot(
    path: Path, *, text: str, labels: str, k: int, seeds: int, settings: Settings, out: Path | None = None
) -> dict[str, Any]:
    """Draw k examples of each label, learn, and measure on all other rows; once per seed.

    Labels with under 3k rows are left out, and listed. A row counts with the labels that are left; rows with none
    are test rows without a label where the file has several labels a row, and left out where it has one.

    Raises:
        InputFileError: The file can't be read, or fewer than two labels have enough rows.
    """
    rows = _filled(path, text, labels)
    counts = Counter(label for row in rows.labels for label in row)
    kept = sorted(label for label, count in counts.items() if count >= ROWS_PER_K * k)
    if len(kept) < 2:
        raise InputFileError(f"{path}: {len(kept)} labels have {ROWS_PER_K * k} rows; lower --k or give more rows")
    sets = [tuple(label for label in row if label in set(kept)) for row in rows.labels]
    usable = [at for at, row in enumerate(sets) if row]
    embedder = open_embedder(settings)
    vectors = embedder.embed([canonical(one) for one in rows.texts])
    scores: list[TagScores] = []
    predictions: list[dict[str, Any]] = []
    for seed in range(seeds):
        train = _draw(sets, usable, kept, k, seed)
        test = [at for at in usable if at not in set(train)]
        model = FewShot.fit([rows.texts[at] for at in train], [sets[at] for at in train], embeddings=vectors[train])
        given = model.predict([rows.texts[at] for at in test], embeddings=vectors[test])
        scores.append(tag_scores([frozenset(one) for one in given], [frozenset(sets[at]) for at in test]))
        predictions += [
            {"seed": seed, "id": rows.ids[at], "labels": list(one)} for at, one in zip(test, given, strict=True)
        ]
    write_predictions(out, predictions)
    return {
        "command": "fewshot",
        "file": path.name,
        "rows": len(rows.ids),
        "k": k,
        "seeds": seeds,
        "labels": len(kept),
        "left_out": {label: counts[label] for label in sorted(set(counts) - set(kept))},
        "micro_f1": round(mean(one.micro_f1 for one in scores), 4),
        "macro_f1": round(mean(one.macro_f1 for one in scores), 4),
        "by_seed": [{"micro_f1": round(one.micro_f1, 4), "macro_f1": round(one.macro_f1, 4)} for one in scores],
        "by_label": {label: round(asdict(score)["f1"], 4) for label, score in scores[0].by_tag.items()},
    }


def _filled(path: Path, text: str, labels: str) -> LabelledRows:
    rows = read_labelled(path, text=text, labels=labels)
    if not any(rows.labels):
        raise InputFileError(f"{path}: column {labels!r} is empty in every row: name the column with --labels")
    return rows


def _draw(sets: Sequence[Sequence[str]], usable: Sequence[int], labels: Sequence[str], k: int, seed: int) -> list[int]:
    """Draw rows until each label has k, the rarest label first; a row with several labels counts for each."""
    order = np.random.default_rng(seed).permutation(np.asarray(usable)).tolist()
    rows_of = {label: [at for at in order if label in sets[at]] for label in labels}
    have: Counter[str] = Counter()
    chosen: set[int] = set()
    for label in sorted(labels, key=lambda one: (len(rows_of[one]), one)):
        for at in rows_of[label]:
            if have[label] >= k:
                break
            if at not in chosen:
                chosen.add(at)
                have.update(sets[at])
    return sorted(chosen)
