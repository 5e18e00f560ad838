"""`evaluate fewshot`: a user's own labels, learned from k examples each, tested on the rest, beside two baselines."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np

from nlp.embed.types import Vectors
from nlp.measure.tags import TagScores, tag_scores
from nlp.tag.fewshot import FewShot
from nlp.tag.named import spelled
from nlp.tag.views import Viewer, Views
from pipelines.configs import open_embedder
from pipelines.errors import InputFileError
from pipelines.evaluate.baselines import baseline_labels
from pipelines.evaluate.labelled import LabelledRows, read_labelled, write_predictions
from pipelines.settings import Settings

# A label needs k examples to learn from and twice as many rows to be measured on.
ROWS_PER_K = 3
OURS, NAMELESS = "ours", "without_names"


def evaluate_fewshot(
    path: Path, *, text: str, labels: str, k: int, seeds: int, settings: Settings, out: Path | None = None
) -> dict[str, Any]:
    """Draw k examples of each label, learn, and measure on all other rows; once per seed.

    Labels with under 3k rows are left out, and listed. A row counts with the labels that are left; rows with none are
    left out. Ours is shown the texts of the rows to be labelled (`FewShot.fit(..., unlabelled=...)`), not their labels,
    and the labels' names as they stand in the file; `without_names` has the figures without these. The baselines have
    no use for either.

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
    viewer = _viewer(single=all(len(sets[at]) == 1 for at in usable), settings=settings)
    views, names = viewer.look(rows.texts), viewer.name({label: spelled(label) for label in kept})
    scores: dict[str, list[TagScores]] = {}
    predictions: list[dict[str, Any]] = []
    for seed in range(seeds):
        train = draw(sets, usable, kept, k, seed)
        test = [at for at in usable if at not in set(train)]
        given = _given(views, sets, train, test, names=names)
        for name, labels_given in given.items():
            scores.setdefault(name, []).append(
                tag_scores([frozenset(one) for one in labels_given], [frozenset(sets[at]) for at in test])
            )
        predictions += [
            {"seed": seed, "id": rows.ids[at], "labels": list(one)} for at, one in zip(test, given[OURS], strict=True)
        ]
    write_predictions(out, predictions)
    figures = {name: _figures(of_name) for name, of_name in scores.items()}
    return {
        "command": "fewshot",
        "file": path.name,
        "rows": len(rows.ids),
        "k": k,
        "seeds": seeds,
        "labels": len(kept),
        "left_out": {label: counts[label] for label in sorted(set(counts) - set(kept))},
        **figures[OURS],
        "by_label": {label: round(asdict(score)["f1"], 4) for label, score in scores[OURS][0].by_tag.items()},
        NAMELESS: figures.pop(NAMELESS),
        "baselines": {name: one | _gain(figures[OURS], one) for name, one in figures.items() if name != OURS},
    }


def _viewer(*, single: bool, settings: Settings) -> Viewer:
    """Return what sees texts as the product would; a text with a single label needs only its vector."""
    embedder = open_embedder(settings)
    if single:
        return Viewer(embedder, clauses=False)
    from nlp.sentiment.lexicon import parse_lexicon
    from pipelines.taxonomy import TAXONOMY, open_tagger

    lexicon = parse_lexicon((TAXONOMY / "sentiment.txt").read_text(encoding="utf-8"))
    return Viewer(embedder, second=open_tagger(settings).encoder, lexicon=lexicon, words=True)


def _given(
    views: Views,
    sets: Sequence[Sequence[str]],
    train: Sequence[int],
    test: Sequence[int],
    *,
    names: Mapping[str, Vectors],
) -> dict[str, list[list[str]]]:
    """Return the labels that ours and the baselines give to the test rows."""
    examples, new, told = views.take(train), views.take(test), [sets[at] for at in train]
    shown, asked = ({"texts": one.texts, "vectors": one.whole} for one in (examples, new))
    ours = {
        name: FewShot.fit(examples, told, unlabelled=new, names=given).predict(new)
        for name, given in ((OURS, names), (NAMELESS, None))
    }
    return {**ours, **baseline_labels(shown, asked, told)}


def _figures(scores: Sequence[TagScores]) -> dict[str, Any]:
    return {
        "micro_f1": round(mean(one.micro_f1 for one in scores), 4),
        "macro_f1": round(mean(one.macro_f1 for one in scores), 4),
        "by_seed": [{"micro_f1": round(one.micro_f1, 4), "macro_f1": round(one.macro_f1, 4)} for one in scores],
    }


def _gain(ours: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    return {"gain": {name: round(ours[name] - other[name], 4) for name in ("micro_f1", "macro_f1")}}


def _filled(path: Path, text: str, labels: str) -> LabelledRows:
    rows = read_labelled(path, text=text, labels=labels)
    if not any(rows.labels):
        raise InputFileError(f"{path}: column {labels!r} is empty in every row: name the column with --labels")
    return rows


def draw(sets: Sequence[Sequence[str]], usable: Sequence[int], labels: Sequence[str], k: int, seed: int) -> list[int]:
    """Draw k of each label's rows, label by label; a row with several labels brings them all and may be drawn twice.

    As somebody would who looks for k examples of one label, then of the next; a label that goes with others ends up
    with more than k. The rows come sorted.
    """
    random = np.random.default_rng(seed)
    chosen: set[int] = set()
    for label in sorted(labels):
        chosen.update(random.choice([at for at in usable if label in sets[at]], k, replace=False).tolist())
    return sorted(chosen)
