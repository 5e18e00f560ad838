"""What ships holds what its READMEs say: enough comments, in their own words, with labels and examples."""

import csv
import hashlib
import json
import re
from collections import Counter
from pathlib import Path

from data.store import models
from pipelines.taxonomy import load_taxonomy, read_examples

DATA = Path(models.__file__).parents[2]
SAMPLE = DATA / "sample"
WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
FRAME = 5


def _rows(name):
    with (SAMPLE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _lines(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _comments():
    texts = [row["comment"] for row in _rows("responses.csv") + _rows("in_app.csv") if row["comment"].strip()]
    texts += [row["text"] for row in _rows("review_notes.csv")]
    tickets = _lines(SAMPLE / "tickets.jsonl")
    return texts, [m["body"] for t in tickets for m in t["messages"] if m["author_side"] == "customer"]


def test_sample_is_as_large_as_promised():
    texts, mails = _comments()
    assert len(texts) + len(mails) >= 700
    assert len(_rows("accounts.csv")) >= 60
    assert len({row["contact_id"] for row in _rows("contacts.csv")}) >= 300
    assert {row["role"] for row in _rows("contacts.csv")} >= {
        "economic_buyer",
        "champion",
        "admin",
        "power_user",
        "end_user",
    }


def test_no_two_comments_share_five_words_in_a_row():
    # Mails quote one another and end in signatures, so only the customers' short texts are held to it.
    texts, _ = _comments()
    seen: Counter = Counter()
    for text in texts:
        words = [word.lower() for word in WORD.findall(text)]
        seen.update({tuple(words[at : at + FRAME]) for at in range(len(words) - FRAME + 1)})
    assert [" ".join(frame) for frame, count in seen.items() if count > 1] == []


def test_checksums_of_the_sample_and_gold_hold():
    for folder in ("sample", "gold", "gold/personal"):
        readme = (DATA / folder / "README.md").read_text(encoding="utf-8")
        for file in sorted((DATA / folder).iterdir()):
            if file.is_file() and file.name != "README.md":
                assert hashlib.sha256(file.read_bytes()).hexdigest() in readme, file


def test_gold_labels_are_of_the_sample_and_of_the_taxonomy():
    known = {theme.key for theme in load_taxonomy()}
    rows = _lines(DATA / "gold" / "sample.jsonl")
    assert len(rows) >= 250
    assert {theme["key"] for row in rows for theme in row["themes"]} <= known


def test_every_theme_has_forty_examples_and_look_alikes():
    examples = list(read_examples())
    counts = Counter(theme["key"] for example in examples for theme in example["themes"])
    assert min(counts[theme.key] for theme in load_taxonomy()) >= 40
    assert Counter(example["kind"] for example in examples)["lookalike"] >= 24 * 14
