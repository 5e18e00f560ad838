"""SurveyMonkey sheet: the second row holds what is asked under a question ("Response", "Open-Ended Response").

Both header rows of a real export stand in a comment of dc-election's reader of candidates' answers; a choice of a Net
Promoter question is called "Extremely likely - 10" there, as in the API's own example of such a question.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice

from pipelines.readers.export import Export
from pipelines.readers.people import party_columns
from pipelines.readers.questions import Question, plain_label
from pipelines.readers.survey import Sheet, survey_parts
from pipelines.readers.table import RawRow, Table, is_blank

SOURCE = "SurveyMonkey"
_ALWAYS = {"Respondent ID", "Collector ID"}
_ENDED = ("End Date", "Date Modified", "Date Created", "Start Date")
_OWN = {*_ALWAYS, *_ENDED, "IP Address", "Email Address", "First Name", "Last Name", "Custom Data 1"}
_WORDS, _ANSWER = "open-ended response", "response"


def recognise(table: Table) -> Export | None:
    """Take a sheet whose first columns are the respondent's and the collector's numbers."""
    if not set(table.columns[:12]) >= _ALWAYS or not set(table.columns) & set(_ENDED):
        return None
    table = _widened(table)
    first = next(iter(table.read()), None)
    # The row of what is asked under each question has no respondent; an export may lack it.
    has_row = first is not None and is_blank(first.cells.get("Respondent ID"))
    under = {name: plain_label(str(cell or "")) for name, cell in first.cells.items()} if first and has_row else {}
    parts = survey_parts(_sheet(table, under, skipped=int(has_row)))
    return Export(SOURCE, parts) if parts else None


def _widened(table: Table) -> Table:
    """Give a sheet all its columns: a workbook's header ends where the last question's text does."""
    first = next(iter(table.read()), None)
    if first is None or first.problem is None or "cell 1" not in first.cells:
        return table
    width = max((place for place, cell in enumerate(first.cells.values(), 1) if not is_blank(cell)), default=0)
    columns = (*table.columns, *(f"column {place}" for place in range(len(table.columns) + 1, width + 1)))

    def rows() -> Iterator[RawRow]:
        for raw in table.read():
            cells = list(raw.cells.values())
            fits = raw.problem is not None and "cell 1" in raw.cells and all(map(is_blank, cells[width:]))
            yield RawRow(raw.number, dict(zip(columns, cells, strict=False))) if fits else raw

    return replace(table, columns=columns, read=rows)


def _sheet(table: Table, under: Mapping[str, str], *, skipped: int) -> Sheet:
    def rows() -> Iterator[RawRow]:
        yield from islice(table.read(), skipped, None)

    sample = [row for row in islice(rows(), 200) if row.problem is None]
    names = {column: _asked(column, under) for column in table.columns if column not in _OWN}
    fields = {
        "response_id": ("Respondent ID",),
        "responded_at": tuple(name for name in _ENDED if name in table.columns),
    }
    if "Email Address" in table.columns:
        fields["email"] = ("Email Address",)
    if {"First Name", "Last Name"} <= set(table.columns):
        fields["contact_name"] = ("First Name", "Last Name")
    parties = party_columns(names, sample)
    for field, columns in parties.items():
        # The address and the name that an invitation was sent to may be empty: then what they wrote down counts.
        fields[field] = (*fields.get(field, ()), *columns) if field == "email" else fields.get(field, columns)
    taken = {column for columns in parties.values() for column in columns}
    called = {column: said for column, said in names.items() if column.startswith("column ")}
    return Sheet(table, rows, fields, tuple(_questions(table, under, taken)), called=called)


def _asked(column: str, under: Mapping[str, str]) -> str:
    """Give what a column asks for: "Company" under "Contact information", else the question itself."""
    said = under.get(column, "")
    return column if said.lower() in ("", _ANSWER, _WORDS) else said


def _questions(table: Table, under: Mapping[str, str], taken: set[str]) -> Iterator[Question]:
    asked = ""
    groups: list[tuple[str, list[str]]] = []
    for column in table.columns:
        # A question over several columns has its text over the first of them only.
        goes_on = column.startswith("column ") and bool(groups)
        asked = asked if goes_on else column
        if column in _OWN or column in taken:
            continue
        if goes_on and groups and groups[-1][0] == asked and under.get(column, "").lower() != _WORDS:
            groups[-1][1].append(column)
        else:
            groups.append((asked, [column]))
    for label, columns in groups:
        said = under.get(columns[0], "").lower()
        if len(columns) == 1:
            yield Question((columns[0],), plain_label(label), text=True if said == _WORDS else None)
        else:
            yield from _together(label, columns, under, table)


def _together(label: str, columns: list[str], under: Mapping[str, str], table: Table) -> Iterator[Question]:
    """Give one question where one column of it is filled in each row (a column a choice), else one a column."""
    rows = [row for row in islice(table.read(), 1, 500) if row.problem is None]
    if all(sum(not is_blank(row.cells.get(column)) for column in columns) <= 1 for row in rows):
        yield Question(tuple(columns), plain_label(label))
        return
    for column in columns:
        yield Question((column,), plain_label(f"{label} {under.get(column, '')}"))
