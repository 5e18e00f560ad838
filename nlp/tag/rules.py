"""A few high-precision patterns per theme, kept in a data file. A rule adds evidence; it never silences the model."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp.errors import ExampleError


@dataclass(frozen=True, slots=True)
class Rule:
    """One pattern.

    Attributes:
        key: The theme that it speaks for.
        pattern: Must be found, case aside.
        unless: Must not be found in the same text.
    """

    key: str
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None = None

    def holds(self, text: str) -> bool:
        """Say whether the rule fires on `text`."""
        return bool(self.pattern.search(text)) and not (self.unless and self.unless.search(text))


def parse_rules(toml_text: str, *, keys: Sequence[str]) -> list[Rule]:
    """Read `[[rules]]` tables with `key`, `pattern` and, if wanted, `unless`.

    Raises:
        ExampleError: An unknown key or a pattern that does not compile.
    """
    rules = []
    for number, table in enumerate(tomllib.loads(toml_text).get("rules", []), start=1):
        if table.get("key") not in keys:
            raise ExampleError(f"rule {number}: {table.get('key')!r} is no theme; see themes.toml")
        try:
            unless = re.compile(table["unless"], re.IGNORECASE) if "unless" in table else None
            rules.append(Rule(table["key"], re.compile(table["pattern"], re.IGNORECASE), unless))
        except (KeyError, re.error) as error:
            raise ExampleError(f"rule {number} of {table['key']}: {error}; mend its pattern") from error
    return rules


def rule_hits(texts: Sequence[str], rules: Sequence[Rule], *, keys: Sequence[str]) -> NDArray[np.float32]:
    """Return (n, themes) with 1 where any rule of the theme fires."""
    hits = np.zeros((len(texts), len(keys)), dtype=np.float32)
    column = {key: number for number, key in enumerate(keys)}
    for rule in rules:
        for row, text in enumerate(texts):
            if not hits[row, column[rule.key]] and rule.holds(text):
                hits[row, column[rule.key]] = 1.0
    return hits
