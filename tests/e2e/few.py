"""A few answers of the shipped sample, for tests that analyse again and again."""

import csv
from pathlib import Path

from pipelines.sample import SAMPLE


def few_answers(folder: Path, rows: int) -> Path:
    """Write the first answers with words, and whom they are of; gives the folder."""
    folder.mkdir()
    for name in ("accounts.csv", "contacts.csv", "surveys.csv"):
        (folder / name).write_bytes((SAMPLE / name).read_bytes())
    with (SAMPLE / "responses.csv").open(encoding="utf-8", newline="") as file:
        found = [row for row in csv.DictReader(file) if row["comment"]][:rows]
    with (folder / "responses.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(found[0]))
        writer.writeheader()
        writer.writerows(found)
    return folder
