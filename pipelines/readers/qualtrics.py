"""Qualtrics CSV: three header rows (names, labels, ImportIds), two of them in files of the old exporter.

Layout as in ropensci/qualtRics tests/testthat/files/sample.csv and sample_legacy.csv; labels may be in any language, so
columns are known by the third row. Values of `Status` as in the value labels of SPSS exports (0 a respondent, 1 a
preview, 2 a test, 4 imported, 8 spam, ... 256 synthetic).
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from pipelines.coerce import to_words
from pipelines.readers.export import Export
from pipelines.readers.people import party_columns
from pipelines.readers.questions import Question, plain_label
from pipelines.readers.survey import Sheet, survey_parts
from pipelines.readers.table import RawRow, Table, is_blank
from pipelines.times import parse_time

SOURCE = "Qualtrics"
_FIXED = {
    "_recordId": "response_id",
    "recordedDate": "recorded",
    "endDate": "ended",
    "startDate": "started",
    "status": "status",
    "recipientEmail": "email",
    "recipientFirstName": "first",
    "recipientLastName": "last",
    "externalDataReference": "contact_id",
}
_OTHER_FIXED = {
    "ipAddress", "progress", "duration", "finished", "locationLatitude", "locationLongitude", "distributionChannel",
    "userLanguage", "locationAccuracy",
}  # fmt: skip
# The names of the first row (new exporter) and the second (old one), for files that lost their ImportIds.
_BY_NAME = {
    "responseid": "_recordId",
    "recordeddate": "recordedDate",
    "enddate": "endDate",
    "startdate": "startDate",
    "status": "status",
    "recipientemail": "recipientEmail",
    "emailaddress": "recipientEmail",
    "recipientfirstname": "recipientFirstName",
    "recipientlastname": "recipientLastName",
    "externalreference": "externalDataReference",
    "externaldatareference": "externalDataReference",
    "ipaddress": "ipAddress",
    "progress": "progress",
    "duration (in seconds)": "duration",
    "finished": "finished",
    "responseset": "distributionChannel",
    "name": "distributionChannel",
    "locationlatitude": "locationLatitude",
    "locationlongitude": "locationLongitude",
    "locationaccuracy": "locationAccuracy",
    "distributionchannel": "distributionChannel",
    "userlanguage": "userLanguage",
}
_NEW_NAMES = {"StartDate", "EndDate", "Status", "Finished", "RecordedDate", "ResponseId"}
_OLD_NAMES = ("V1", "V2", "V3", "V4", "V5", "V6", "V7", "V8", "V9", "V10")
# Answers that no respondent gave: by number, or by word where the export has choice texts.
_TESTS = {
    "1", "survey preview", "2", "survey test", "8", "spam", "9", "survey preview spam", "12", "imported spam",
    "17", "offline survey preview", "40", "ex spam", "256", "synthetic",
}  # fmt: skip
_TEST_NOTE = "previews, tests and spam (Status)"
# A question, a row of a matrix, or its free text; what Text iQ adds ("QID2_TEXT_<hash>Topics") is none.
_QUESTION = re.compile(r"(?:\d+_)?QID\d+(?:_\d+)*(?:_TEXT)?")
_FREE_TEXT = re.compile(r"(?:\d+_)?QID\d+_TEXT")
_NPS_GROUP = "_NPS_GROUP"


def recognise(table: Table) -> Export | None:
    """Take a file with a row of ImportIds, or with the names and the row of labels that Qualtrics gives."""
    names = table.columns
    likely = set(names) >= _NEW_NAMES or names[:10] == _OLD_NAMES
    if not likely and not any(name in _NEW_NAMES or name.startswith(("Q", "V")) for name in names[:8]):
        return None
    head = [_cut(row, names).cells for row in islice(table.read(), 2)]
    imports = _import_ids(head[1]) if len(head) == 2 else {}
    if imports:
        labels, skipped = {name: str(cell) for name, cell in head[0].items()}, 2
    elif likely and head and not _is_answer(head[0]):
        labels, skipped = {name: str(cell) for name, cell in head[0].items()}, 1
        imports = _by_name(names, labels)
    else:
        return None
    parts = survey_parts(_sheet(table, imports, labels, skipped))
    return Export(SOURCE, parts) if parts else None


def _import_ids(cells: Mapping[str, object]) -> dict[str, str]:
    """Give column -> ImportId, or nothing where this is no such row."""
    found = {}
    for column, cell in cells.items():
        text = str(cell).strip()
        if text.startswith('{"ImportId"'):
            try:
                found[column] = str(json.loads(text)["ImportId"])
            except (ValueError, KeyError, TypeError, RecursionError):
                return {}
        elif not is_blank(cell):
            return {}
    return found


def _by_name(names: Sequence[str], labels: Mapping[str, str]) -> dict[str, str]:
    """Give column -> ImportId out of the names, for files without a row of them."""
    old = tuple(names[:10]) == _OLD_NAMES
    found = {}
    for name in names:
        said = (labels.get(name, "") if old and name.startswith("V") else name).strip().lower()
        # A question's own label may be "Name": only the columns that an export begins with have those.
        found[name] = _BY_NAME.get(said, name)
    return found


def _is_answer(cells: Mapping[str, object]) -> bool:
    """Say whether a row under the header is an answer already: its start is a time."""
    for name in ("StartDate", "V8"):
        try:
            parse_time(cells.get(name))
        except (ValueError, OverflowError):
            continue
        return True
    return False


def _sheet(table: Table, imports: Mapping[str, str], labels: Mapping[str, str], skipped: int) -> Sheet:
    column_of = {_FIXED[known]: column for column, known in imports.items() if known in _FIXED}
    status = column_of.get("status", "")

    def rows() -> Iterator[RawRow]:
        for raw in islice(table.read(), skipped, None):
            row = _cut(raw, table.columns)
            test = to_words(row.cells.get(status) or "").lower() in _TESTS
            yield replace(row, left_out=_TEST_NOTE) if test else row

    sample = [row for row in islice(rows(), 200) if row.problem is None]
    fixed = {*_FIXED, *_OTHER_FIXED}
    rest = [column for column, known in imports.items() if known not in fixed]
    # Embedded data are called as they were; of a question its label says what it asks for.
    plain = {column: plain_label(labels.get(column) or column) for column in rest}
    parties = party_columns(plain, sample)
    taken = {column for columns in parties.values() for column in columns}
    groups = {known.removesuffix(_NPS_GROUP) for known in imports.values() if known.endswith(_NPS_GROUP)}
    questions = tuple(
        Question(
            (column,),
            plain[column],
            text=True if _FREE_TEXT.fullmatch(imports[column]) else None,
            type="nps" if imports[column] in groups else None,
        )
        for column in rest
        if column not in taken and _may_ask(imports[column], column)
    )
    called = {column: label for question in questions for column in question.columns if (label := question.label)}
    return Sheet(table, rows, {**parties, **_fields(column_of)}, questions, called=called)


def _is_coded(known: str) -> bool:
    return known.lstrip("0123456789_").startswith("QID")


def _may_ask(known: str, column: str) -> bool:
    """Say whether a column holds what a respondent answered."""
    return bool(_QUESTION.fullmatch(known)) if _is_coded(known) else not column.endswith(("Topics", _NPS_GROUP, "_DO"))


def _fields(column_of: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    fields: dict[str, tuple[str, ...]] = {}
    for field in ("response_id", "email", "contact_id"):
        if field in column_of:
            fields[field] = (column_of[field],)
    times = tuple(column_of[name] for name in ("recorded", "ended", "started") if name in column_of)
    if times:
        fields["responded_at"] = times
    if "first" in column_of and "last" in column_of:
        fields["contact_name"] = (column_of["first"], column_of["last"])
    return fields


def _cut(raw: RawRow, columns: tuple[str, ...]) -> RawRow:
    """Cut a row again that lacks the empty cell at its end: some exports have the last comma in the header only."""
    cells = list(raw.cells.values())
    if raw.problem is None or len(cells) != len(columns) - 1 or not columns[-1].startswith("column "):
        return raw
    return RawRow(raw.number, dict(zip(columns, cells, strict=False)))
