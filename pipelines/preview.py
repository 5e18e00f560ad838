"""What an export that was recognised would become: its parts, their columns and counts, and rows of each as read."""

from collections import Counter
from collections.abc import Mapping
from itertools import islice
from typing import Any

from pipelines.fields import FIELD, KINDS
from pipelines.mapping import text_preview, values_of
from pipelines.parts import decide_part, new_surveys, survey_note, with_survey
from pipelines.plan import SAMPLE_ROWS, Wishes
from pipelines.posted import said
from pipelines.readers.export import Export, Part
from pipelines.rehearse import rehearse
from pipelines.stage import Bench

# Rows that are counted for a preview; a longer part says no number.
COUNTED = 200_000
# Values of a column that a preview shows.
VALUES_SHOWN = 3


def look_at_export(bench: Bench, export: Export, wishes: Wishes, surveys: Mapping[str, str]) -> dict[str, Any]:
    """Say what the parts of an export hold and what would become of their first rows; nothing is kept.

    Raises:
        MappingError: The survey that the user names does not go with these answers.
    """
    parts = with_survey(export, wishes.survey, surveys) if wishes.survey else export.parts
    notes = list(export.notes)
    shown = [_part(bench, part, wishes, surveys, notes) for part in parts]
    first = shown[0]
    return {
        "problem": None,
        "source": export.source,
        "format": f"{export.source} export",
        "rows": first["rows"],
        "kind": first["kind"],
        "columns": first["columns"],
        "fields": list(FIELD[first["kind"]]),
        "needed": [],
        "kinds": list(KINDS),
        "survey": first["survey"],
        "surveys": sorted(surveys)[:200],
        "notes": [said(note) for note in dict.fromkeys(notes)],
        "parts": shown,
        "tried": sum(part["tried"] for part in shown),
        "outcomes": dict(sum((Counter(part["outcomes"]) for part in shown), Counter())),
        "read": first["read"],
    }


def _part(bench: Bench, part: Part, wishes: Wishes, surveys: Mapping[str, str], notes: list[str]) -> dict[str, Any]:
    decision = decide_part(part, wishes, now=bench.clock())
    made = new_surveys(part, surveys)
    notes += [*map(survey_note, made), *decision.notes]
    sample = part.table.sample(SAMPLE_ROWS)
    rows, left_out = _count(part)
    columns: list[dict[str, Any]] = [
        {
            "column": part.sources.get(name, name),
            "field": name,
            "values": [text_preview(_shown(value)) for value in values_of(name, sample, limit=VALUES_SHOWN)],
        }
        for name in part.table.columns
    ]
    columns += [{"column": column, "field": None, "values": []} for column in part.unused]
    tried = rehearse(bench, part.table, decision, sample, surveys=made)
    own = {"kind": part.kind, "survey": part.survey, "rows": rows, "left_out": left_out, "columns": columns}
    return {**own, **tried}


def _shown(value: object) -> object:
    """Show a list of messages by the words of the first."""
    first = value[0] if isinstance(value, list) and value else value
    return first.get("body", "") if isinstance(first, dict) else first


def _count(part: Part) -> tuple[int | None, dict[str, int]]:
    """Count the rows of a part, and those left out by reason; None where there are too many to count now."""
    kept = 0
    left_out: Counter[str] = Counter()
    for raw in islice(part.table.read(), COUNTED):
        if raw.left_out:
            left_out[raw.left_out] += 1
        else:
            kept += 1
    return (kept if kept + left_out.total() < COUNTED else None), dict(left_out)
