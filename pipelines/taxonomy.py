"""The shipped taxonomy: its themes, its examples, and the tagger trained from them."""

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from data.errors import ShippedFileError
from data.store.repositories.themes import ThemeRow
from pipelines.settings import DATA

TAXONOMY = DATA / "taxonomy"


@dataclass(frozen=True)
class TaxonomyTheme:
    """One theme of the taxonomy as `themes.toml` has it."""

    key: str
    label: str
    covers: str
    not_covers: str
    owner: str
    action: str

    def as_row(self) -> ThemeRow:
        """Give it as the store keeps it."""
        definition = self.covers + (f" Not: {self.not_covers}" if self.not_covers else "")
        return ThemeRow(
            theme_key=self.key, kind="taxonomy", name=self.label, definition=definition, owner=self.owner,
            action=self.action,
        )


@lru_cache(maxsize=1)
def load_taxonomy(folder: Path = TAXONOMY) -> tuple[TaxonomyTheme, ...]:
    """Read the themes in their order.

    Raises:
        ShippedFileError: `themes.toml` is missing or broken.
    """
    file = folder / "themes.toml"
    try:
        rows = tomllib.loads(file.read_text(encoding="utf-8"))["themes"]
        return tuple(TaxonomyTheme(**{**row, "not_covers": row.get("not_covers", "")}) for row in rows)
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise ShippedFileError(f"can't read {file} ({error}): restore it from the repository") from error


def read_examples(folder: Path = TAXONOMY) -> Iterator[dict[str, object]]:
    """Give the hand-written examples, file by file in name order.

    Raises:
        ShippedFileError: A line is not an example; names file and line.
    """
    known = {theme.key for theme in load_taxonomy(folder)}
    for file in sorted((folder / "examples").glob("*.jsonl")):
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
            try:
                example = json.loads(line)
                unknown = {theme["key"] for theme in example["themes"]} - known
            except (json.JSONDecodeError, KeyError, TypeError) as error:
                raise ShippedFileError(f"{file}, line {number}: not an example ({error})") from error
            if unknown:
                raise ShippedFileError(f"{file}, line {number}: theme {sorted(unknown)} is not in themes.toml")
            yield example
