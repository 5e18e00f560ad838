"""Check posted rows one by one: good ones are kept, a broken one says its column, its reason and the next step."""

import difflib
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import ValidationError

from api.schemas.incoming import ROWS, RowIn

# Words and addresses of people are not shown back, and so end in no log and no table of errors.
_PERSONAL = frozenset({"comment", "text", "body", "subject", "email", "contact_name", "messages"})
# Fields that say when something was said or done.
_TIMES = ("responded_at", "commented_at", "noted_at", "opened_at", "solved_at", "sent_at")
FIRST_YEAR, LAST_YEAR = 1970, 2200
# Clocks and zones differ.
GRACE = timedelta(days=1)
# Problems shown of one row, and characters of a value.
_PROBLEMS, _SHOWN = 5, 200
POST_AGAIN = "mend the row and post it again"
_REASONS = {
    "missing": "missing, but needed",
    "string_too_short": "empty, but needed",
    "string_type": "not a text",
    "string_unicode": "holds half a character (a lone surrogate)",
    "float_type": "not a number",
    "finite_number": "not a number",
    "bool_parsing": "neither true nor false",
    "bool_type": "neither true nor false",
    "list_type": "not a list",
    "model_type": "not an object",
    "string_pattern_mismatch": "not in the form that is expected",
}
_SURROGATES = re.compile("[\ud800-\udfff]")


def check_rows(rows: Sequence[object], *, now: datetime) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Part a batch. Returns (accepted rows as {row, kind, values}, problems as `RowErrorOut` has them)."""
    accepted, problems = [], []
    for number, row in enumerate(rows, start=1):
        found = _check(number, row, now)
        if isinstance(found, list):
            problems += found[:_PROBLEMS]
        else:
            accepted.append(found)
    return accepted, problems


def _check(number: int, row: object, now: datetime) -> dict[str, Any] | list[dict[str, Any]]:
    if not isinstance(row, dict):
        return [problem(number, None, row, "not an object", "post an object with `kind` and the row's columns")]
    kind = row.get("kind")
    model = ROWS.get(kind) if isinstance(kind, str) else None
    if model is None:
        step = f"say which it is: {', '.join(ROWS)}"
        return [problem(number, "kind", kind, "missing" if kind is None else "not a kind that is known", step)]
    try:
        read = model.model_validate(row)
    except ValidationError as error:
        return [_problem_of(number, model, dict(one)) for one in error.errors(include_url=False)]
    late = _wrong_times(number, read, now)
    if late:
        return late
    values = read.model_dump(mode="json", exclude_unset=True, exclude_none=True, exclude={"kind"})
    return {"row": number, "kind": kind, "values": values}


def _problem_of(number: int, model: type[RowIn], error: dict[str, Any]) -> dict[str, Any]:
    place = [str(part) for part in error["loc"]]
    column = ".".join(place)[:200] or None
    if error["type"] == "extra_forbidden" and len(place) == 1:
        near = difflib.get_close_matches(place[0], model.model_fields, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]!r}? " if near else ""
        step = f"{hint}the columns are {', '.join(sorted(model.model_fields))}"
        return problem(number, column, error["input"], "not a column of this kind", step)
    return problem(number, column, error["input"], _reason(error), POST_AGAIN)


def _reason(error: dict[str, Any]) -> str:
    context = error.get("ctx") or {}
    if error["type"] == "literal_error":
        return f"not one of {context.get('expected', '')}".replace("'", "")
    if error["type"] == "string_too_long":
        return f"longer than {context.get('max_length')} characters"
    return _REASONS.get(error["type"], str(error["msg"]).removeprefix("Value error, "))


def _wrong_times(number: int, read: RowIn, now: datetime) -> list[dict[str, Any]]:
    """Say which times lie ahead or out of range: one answer from the future would move every window."""
    found = [(name, getattr(read, name, None)) for name in _TIMES]
    for at, message in enumerate(getattr(read, "messages", None) or ()):
        found.append((f"messages.{at}.sent_at", message.sent_at))
    return [
        problem(number, name, value.isoformat(), reason, POST_AGAIN)
        for name, value in found
        if value is not None and (reason := _wrong_time(value, now))
    ]


def _wrong_time(value: datetime, now: datetime) -> str | None:
    if not FIRST_YEAR < value.year < LAST_YEAR:
        return f"the year {value.year} is out of range"
    aware = value if value.tzinfo is not None else value.replace(tzinfo=UTC)
    return "lies in the future" if aware > now + GRACE else None


def problem(row: int, column: str | None, value: object, reason: str, next_step: str) -> dict[str, Any]:
    """Say what is wrong with a row."""
    shown = None if value is None else _shown(value, column)
    return {
        "row": row,
        "column": printable(column) if column else None,
        "value": shown,
        "reason": printable(reason),
        "next_step": printable(next_step),
    }


def _shown(value: object, column: str | None) -> str:
    if isinstance(value, dict | list) or column is None or _PERSONAL & set(re.split(r"\.", column)):
        return "(not shown)"
    return printable(" ".join(str(value)[: _SHOWN * 2].split()))[:_SHOWN]


def printable(text: str) -> str:
    """Give a text that every answer and every database can hold: no lone surrogate, no NUL."""
    return _SURROGATES.sub("\ufffd", text).replace("\0", "")


def in_words(problems: Iterable[dict[str, Any]]) -> list[dict[str, str]]:
    """Give problems of rows in the shape of problem+json's `errors`."""
    return [
        {
            "parameter": f"comments.{one['row']}" + (f".{one['column']}" if one["column"] else ""),
            "reason": f"{one['reason']}: {one['next_step']}",
        }
        for one in problems
    ]
