"""Read definitions, examples and corrections, and check them. Text in; where a file lies is the caller's business."""

import json
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import cast

from nlp.errors import ExampleError
from nlp.tag.types import POLARITIES, Correction, Definition, Example, Label, Polarity


def parse_definitions(toml_text: str) -> list[Definition]:
    """Read the `[[themes]]` tables of a taxonomy file, in their order.

    Raises:
        ExampleError: No theme, a missing field or a key that stands twice.
    """
    tables = tomllib.loads(toml_text).get("themes", [])
    try:
        found = [Definition(t["key"], t["label"], t["covers"], t.get("not_covers", "")) for t in tables]
    except KeyError as error:
        raise ExampleError(f"a theme has no {error}; every theme needs key, label and covers") from error
    keys = [definition.key for definition in found]
    doubled = sorted({key for key in keys if keys.count(key) > 1})
    if not found or doubled:
        raise ExampleError(f"{len(found)} themes, doubled keys: {doubled}; give at least one theme and each key once")
    return found


def parse_examples(lines: Iterable[str], *, keys: Sequence[str], source: str = "examples") -> list[Example]:
    """Read JSON lines `{"text", "themes": [{"key", "polarity"}], "kind"}`; blank lines are skipped.

    Raises:
        ExampleError: With file, line and what is wrong there.
    """
    allowed = set(keys)
    return [
        _parse_line(line, allowed=allowed, place=f"{source}:{number}")
        for number, line in enumerate(lines, start=1)
        if line.strip()
    ]


def _parse_line(line: str, *, allowed: set[str], place: str) -> Example:
    try:
        row = json.loads(line)
        labels = tuple(Label(theme["key"], theme["polarity"]) for theme in row["themes"])
        text, kind = str(row["text"]), str(row.get("kind", ""))
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise ExampleError(f'{place}: {error}; write {{"text": ..., "themes": [{{"key", "polarity"}}]}}') from error
    strange = [label for label in labels if label.key not in allowed or label.polarity not in POLARITIES]
    if strange:
        raise ExampleError(f"{place}: {strange[0]} is no theme and polarity of this taxonomy; see themes.toml")
    return Example(text, labels, kind)


def distinct_examples(examples: Iterable[Example]) -> list[Example]:
    """Keep the first example of each text, blanks and case aside."""
    kept: dict[str, Example] = {}
    for example in examples:
        kept.setdefault(" ".join(example.text.lower().split()), example)
    return list(kept.values())


def correction_examples(corrections: Iterable[Correction], *, weight: float) -> list[Example]:
    """Turn people's verdicts into examples, one a text; the last verdict on a text and theme holds.

    Only the judged themes of such a text are known: the others are left out of its loss.
    """
    verdicts: dict[str, dict[str, Correction]] = {}
    for correction in corrections:
        verdicts.setdefault(correction.text, {})[correction.key] = correction
    return [
        Example(
            text,
            tuple(Label(c.key, c.polarity) for c in by_key.values() if c.verdict == "accepted"),
            kind="correction",
            weight=weight,
            known=frozenset(by_key),
        )
        for text, by_key in verdicts.items()
    ]


def merge_corrections(examples: Sequence[Example], corrected: Sequence[Example]) -> list[Example]:
    """Add corrected texts; where an example has the same text, the corrected themes replace its own."""
    by_text = {example.text: example for example in corrected}
    merged = [
        _merge(example, by_text.pop(example.text)) if example.text in by_text else example for example in examples
    ]
    return merged + list(by_text.values())


def _merge(example: Example, corrected: Example) -> Example:
    judged = cast(frozenset[str], corrected.known or frozenset())
    kept = tuple(label for label in example.labels if label.key not in judged)
    return replace(example, labels=kept + corrected.labels, weight=corrected.weight)


def checked_polarity(value: str) -> Polarity:
    """Return `value` as a polarity.

    Raises:
        ExampleError: It is none.
    """
    if value not in POLARITIES:
        raise ExampleError(f"{value!r} is no polarity; use one of {', '.join(POLARITIES)}")
    return value
