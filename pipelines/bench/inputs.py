"""Makes what the benches read: `python -m pipelines.bench.inputs subjects|sample|thin|recombine ...`.

In processes of their own, so that the one that measures stays small: a child's peak memory begins at its parent's.
"""

import argparse
import csv
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pipelines.errors import InputFileError
from pipelines.evaluate.fewshot import ROWS_PER_K
from pipelines.evaluate.labelled import read_labelled, read_rows
from pipelines.settings import DATA

SUFFIXES = (".parquet", ".csv", ".jsonl")
FEWSHOT_K = (8, 16, 64)
SEED = 20261122
# Share of a recombined file whose texts are new at their place; the rest repeats one of them, as exports do.
DISTINCT = 0.8
# Draws a wanted text before the corpora are said to be too small for it.
DRAWS = 50
# Customers of the pipeline's file: 500 companies of 10 people.
COMPANIES, PEOPLE = 500, 10
DAYS_PER_MONTH = 28
ROLES = ("champion", "admin", "power_user", "end_user", "economic_buyer")


def subjects(folder: Path) -> dict[str, Any]:
    """Describe each labelled file of a folder: columns to read, and which measures it can serve."""
    files = sorted(file for file in folder.iterdir() if file.suffix in SUFFIXES) if folder.is_dir() else []
    if not files:
        raise InputFileError(f"{folder} holds no {', '.join(SUFFIXES)} file; name the folder of the corpora")
    return {"items": [_subject(file) for file in files]}


def _subject(file: Path) -> dict[str, Any]:
    rows = read_rows(file)
    labels = "labels" if any(row.get("labels") for row in rows) else "label"
    counts = Counter(label for row in read_labelled(file, text="text", labels=labels).labels for label in row)
    return {
        "name": file.stem,
        "file": str(file),
        "rows": len(rows),
        "labels": labels,
        "ks": [k for k in FEWSHOT_K if sum(count >= ROWS_PER_K * k for count in counts.values()) > 1],
        "scored": any(row.get("score") is not None for row in rows),
        "aspects": any("polarity" in str(row.get("meta") or "") for row in rows),
    }


def sample_comments() -> Iterator[dict[str, str]]:
    """Yield what customers wrote in the shipped sample: answers, in-app comments, notes, first ticket messages.

    Their label is the kind, as `evaluate discover` wants one; it says nothing of themes and is not measured on.
    """
    columns = {"responses": ("response_id", "comment"), "in_app": ("comment_id", "comment")}
    for name, (key, text) in {**columns, "review_notes": ("note_id", "text")}.items():
        with (DATA / "sample" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            rows = (row for row in csv.DictReader(file) if row[text].strip())
            yield from ({"id": row[key], "text": row[text], "label": name} for row in rows)
    for line in (DATA / "sample" / "tickets.jsonl").read_text(encoding="utf-8").splitlines():
        said = [message for message in json.loads(line)["messages"] if message["author_side"] == "customer"]
        if said:
            yield {"id": said[0]["message_id"], "text": said[0]["body"], "label": "tickets"}


def thin(file: Path, *, share: float, seed: int) -> Iterator[dict[str, Any]]:
    """Yield the rows of a file without a seeded share of them."""
    rows = read_rows(file)
    gone = set(np.random.default_rng(seed).permutation(len(rows))[: round(share * len(rows))].tolist())
    return (row for at, row in enumerate(rows) if at not in gone)


def recombine(folder: Path, *, rows: int, seed: int) -> list[dict[str, str]]:
    """Make comments of any number: the first half of one, the second half of another of the same corpus and label.

    Length, wording and topics stay those of the corpora, and passages are as new as comments (joined whole sentences
    would be split again into the old ones). Four fifths of the texts are distinct at every size, so that seconds per
    comment compare.

    Raises:
        InputFileError: The corpora are too small for so many.
    """
    draw = np.random.default_rng(seed)
    pool, places = _pool(folder)
    texts: dict[str, str] = {}
    wanted = round(DISTINCT * rows)
    for _ in range(DRAWS):
        for at in draw.integers(len(pool), size=wanted).tolist():
            topic, words = pool[at]
            other = pool[places[topic][int(draw.integers(len(places[topic])))]][1]
            if len(texts) < wanted:
                texts.setdefault(" ".join([*words[: (len(words) + 1) // 2], *other[len(other) // 2 :]]), topic)
        if len(texts) >= wanted:
            break
    if len(texts) < wanted:
        raise InputFileError(f"{folder}: {len(texts)} distinct texts out of {wanted}; ask for fewer rows")
    distinct = list(texts)
    chosen = [*range(wanted), *draw.integers(wanted, size=rows - wanted).tolist()]
    order = draw.permutation(rows).tolist()
    return [
        {"id": str(number), "text": distinct[chosen[at]], "label": texts[distinct[chosen[at]]]}
        for number, at in enumerate(order)
    ]


def _pool(folder: Path) -> tuple[list[tuple[str, list[str]]], dict[str, list[int]]]:
    """Return (topic, words) of every text, and the places of each topic."""
    pool: list[tuple[str, list[str]]] = []
    places: dict[str, list[int]] = {}
    for subject in subjects(folder)["items"]:
        found = read_labelled(Path(subject["file"]), text="text", label="label")
        for text, labels in zip(found.texts, found.labels, strict=True):
            topic = f"{subject['name']}:{labels[0] if labels else ''}"
            places.setdefault(topic, []).append(len(pool))
            pool.append((topic, text.split()))
    return pool, places


def distinct_share(rows: Sequence[dict[str, str]]) -> float:
    """Return the share of distinct texts."""
    return len({row["text"] for row in rows}) / len(rows)


def write_survey(rows: Sequence[dict[str, str]], out: Path, *, seed: int) -> None:
    """Write comments as a survey tool exports them: who, when, which score, which words."""
    draw = np.random.default_rng(seed)
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["response_id", "company", "email", "role", "responded_at", "score", "comment"])
        for row in rows:
            company, person = int(draw.integers(COMPANIES)), int(draw.integers(PEOPLE))
            day = f"2026-{1 + int(draw.integers(9)):02d}-{1 + int(draw.integers(DAYS_PER_MONTH)):02d}"
            when = f"{day}T{int(draw.integers(24)):02d}:{int(draw.integers(60)):02d}:00Z"
            mail = f"person{person}@company{company}.example"
            role = ROLES[person % len(ROLES)]
            writer.writerow(
                [f"R{row['id']}", f"Company {company}", mail, role, when, int(draw.integers(11)), row["text"]]
            )


def write_parquet(rows: Iterable[dict[str, Any]], out: Path) -> int:
    """Write rows as Parquet; returns how many."""
    import pyarrow
    import pyarrow.parquet as parquet

    table = pyarrow.Table.from_pylist(list(rows))
    parquet.write_table(table, out)
    return int(table.num_rows)


def _main() -> dict[str, Any]:
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["subjects", "sample", "thin", "recombine"])
    parser.add_argument("source", type=Path, nargs="?")
    parser.add_argument("out", type=Path, nargs="?")
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--share", type=float, default=0.01)
    given = parser.parse_args()
    if given.what == "subjects":
        return subjects(given.source)
    if given.what == "sample":
        return {"rows": write_parquet(sample_comments(), given.out)}
    if given.what == "thin":
        return {"rows": write_parquet(thin(given.source, share=given.share, seed=SEED), given.out)}
    rows = recombine(given.source, rows=given.rows, seed=SEED)
    if given.out.suffix == ".csv":
        write_survey(rows, given.out, seed=SEED)
    else:
        write_parquet(rows, given.out)
    return {"rows": len(rows), "distinct": round(distinct_share(rows), 4)}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_main()) + "\n")
