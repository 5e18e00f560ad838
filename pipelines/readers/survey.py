"""Answers to a survey as parts: the score found by what was asked, with the words that follow it.

What the survey tools have in common; how each lays its sheet out is for the reader of that tool.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from cx.scores import DEFAULT_SCALES
from pipelines.coerce import to_key, to_words
from pipelines.readers.export import Declared, Part
from pipelines.readers.questions import Question, Scored, comment_columns, first_filled, scored_questions
from pipelines.readers.table import RawRow, Table, is_blank

# Rows that decide what a question asks for.
SAMPLE_ROWS = 2000
# What tools add to the name of a survey when they write the file: a date, a time, a running number.
_STAMP = re.compile(
    r"[ _-]*(?:\(\d+\)|\(responses\)|form responses(?: \d+)?|responses|sheet[ _]?\d*|"
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december)[ +_]\d{1,2},?[ +_]\d{4}"
    r"|\d{4}-\d{2}-\d{2}|\d{1,2}\.\d{2})$",
    re.IGNORECASE,
)
NOT_ANSWERED = "neither a score nor a comment"


@dataclass(frozen=True)
class Sheet:
    """A survey's answers, one a row.

    Args:
        table: The file as the generic reader opens it.
        rows: The rows that are answers, by the table's columns; those to leave out say why.
        fields: Field of a response -> its columns, the first filled one counts (of a name: all, joined).
        questions: In the order of the survey.
        zone: Zone of the times, where the tool says it.
        called: Column -> what to call it, where its own name says nothing.
    """

    table: Table
    rows: Callable[[], Iterator[RawRow]]
    fields: Mapping[str, tuple[str, ...]]
    questions: tuple[Question, ...]
    zone: str | None = None
    called: Mapping[str, str] = field(default_factory=dict)

    def names(self, columns: Sequence[str]) -> str:
        """Say in words which columns these are."""
        return " / ".join(self.called.get(column, column) for column in columns)


def survey_name(path: Path) -> str:
    """Give the survey's name out of a file's, without the date of the export: the next one is the same survey."""
    name = before = path.stem.replace("+", " ")
    while (name := _STAMP.sub("", name).strip(" _-")) != before:
        before = name
    return name or path.stem


def survey_parts(sheet: Sheet) -> tuple[Part, ...]:
    """Give the answers as parts: one for each type of score that was asked for, or in-app comments without any."""
    sample = [row for row in islice(sheet.rows(), SAMPLE_ROWS) if row.problem is None and not row.left_out]
    scored = scored_questions(sheet.questions, sample)
    words = comment_columns(sheet.questions, scored, sample)
    if not scored:
        return (_comments_part(sheet, words[0]),) if words[0] else ()
    # The answer keeps its own id under the first of these types: an export with one question more changes no ids.
    pairs = sorted(zip(scored, words, strict=True), key=lambda pair: list(DEFAULT_SCALES).index(pair[0].type))
    used = {column for one, comment in pairs for column in (*one.question.columns, *comment)}
    parts = [_answers_part(sheet, one, comment, first=not place) for place, (one, comment) in enumerate(pairs)]
    return (replace(parts[0], unused=_unused(sheet, used)), *parts[1:])


def _unused(sheet: Sheet, used: set[str]) -> tuple[str, ...]:
    read = used | {column for columns in sheet.fields.values() for column in columns}
    return tuple(sheet.names((column,)) for column in sheet.table.columns if column not in read)


def _answers_part(sheet: Sheet, one: Scored, comment: tuple[str, ...], *, first: bool) -> Part:
    name = survey_name(sheet.table.path)
    survey_id = f"{one.type}-{to_key(name).replace('_', '-')}"[:120]
    declared = Declared(survey_id, name[:300], one.type, one.ladder.low, one.ladder.high, one.high_is_good)
    fields = dict(sheet.fields)
    suffix = "" if first else f"/{one.type}"

    def rows() -> Iterator[RawRow]:
        for raw in sheet.rows():
            if raw.problem is not None or raw.left_out:
                yield raw
                continue
            cells = _fields(raw, fields)
            cells["score"] = one.ladder.score(first_filled(raw, one.question.columns))
            if comment:
                cells["comment"] = first_filled(raw, comment)
            if suffix and not is_blank(cells.get("response_id")):
                cells["response_id"] = f"{to_words(cells['response_id'])}{suffix}"
            empty = is_blank(cells["score"]) and is_blank(cells.get("comment"))
            yield replace(raw, cells=cells, left_out=NOT_ANSWERED if empty else None)

    sources = {**_sources(sheet, fields), "score": sheet.names(one.question.columns)}
    sources |= {"comment": sheet.names(comment)} if comment else {}
    columns = tuple([*fields, "score", *(["comment"] if comment else [])])
    return _part("responses", sheet, columns, rows, sources, surveys=(declared,), survey=survey_id)


def _comments_part(sheet: Sheet, comment: tuple[str, ...]) -> Part:
    ours = {"response_id": "comment_id", "responded_at": "commented_at"}
    fields = {ours.get(name, name): columns for name, columns in sheet.fields.items()}

    def rows() -> Iterator[RawRow]:
        for raw in sheet.rows():
            if raw.problem is not None or raw.left_out:
                yield raw
                continue
            cells = {**_fields(raw, fields), "comment": first_filled(raw, comment)}
            yield replace(raw, cells=cells, left_out=NOT_ANSWERED if is_blank(cells["comment"]) else None)

    sources = {**_sources(sheet, fields), "comment": sheet.names(comment)}
    part = _part("in_app", sheet, (*fields, "comment"), rows, sources)
    note = "no question asks for NPS, CSAT or CES: the answers are kept as comments; --survey and --map say otherwise"
    return replace(part, unused=_unused(sheet, set(comment)), notes=(note,))


def _part(
    kind: str,
    sheet: Sheet,
    columns: tuple[str, ...],
    rows: Callable[[], Iterator[RawRow]],
    sources: Mapping[str, str],
    *,
    surveys: tuple[Declared, ...] = (),
    survey: str | None = None,
) -> Part:
    table = Table(sheet.table.path, sheet.table.format, columns, rows, notes=sheet.table.notes)
    return Part(kind, table, surveys, survey, dict(sources), zone=sheet.zone)


def _fields(raw: RawRow, fields: Mapping[str, tuple[str, ...]]) -> dict[str, object]:
    cells: dict[str, object] = {}
    for name, columns in fields.items():
        if name == "contact_name":
            parts = [to_words(cell) for column in columns if not is_blank(cell := raw.cells.get(column))]
            cells[name] = " ".join(parts)
        else:
            cells[name] = first_filled(raw, columns)
    return cells


def _sources(sheet: Sheet, fields: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    return {name: sheet.names(columns) for name, columns in fields.items()}
