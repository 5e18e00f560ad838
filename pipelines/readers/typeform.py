"""Typeform CSV: a token in "#", the questions as they were asked, hidden fields, dates in UTC.

Columns as in the many programs that read such files; the newer ones have "Response Type" and "Stage Date (UTC)".
Question texts may hold HTML ("<strong>Are you self-employed?</strong>") or marks of emphasis.
"""

from itertools import islice

from pipelines.readers.export import Export
from pipelines.readers.people import party_columns
from pipelines.readers.questions import Question, plain_label
from pipelines.readers.survey import Sheet, survey_parts
from pipelines.readers.table import Table

SOURCE = "Typeform"
_TIMES = ("Submit Date (UTC)", "Stage Date (UTC)", "Start Date (UTC)")
_OWN = {"#", *_TIMES, "Response Type", "Network ID", "Tags", "Ending"}


def recognise(table: Table) -> Export | None:
    """Take a table that begins with "#" and has Typeform's dates."""
    if table.columns[0] != "#" or not set(table.columns) >= {_TIMES[0], _TIMES[2]}:
        return None
    sample = [row for row in islice(table.read(), 200) if row.problem is None]
    free = {column: plain_label(column) for column in table.columns if column not in _OWN}
    parties = party_columns(free, sample)
    taken = {column for columns in parties.values() for column in columns}
    times = tuple(name for name in _TIMES if name in table.columns)
    questions = tuple(Question((column,), label) for column, label in free.items() if column not in taken)
    fields = {"response_id": ("#",), "responded_at": times, **parties}
    parts = survey_parts(Sheet(table, table.read, fields, questions, zone="UTC"))
    return Export(SOURCE, parts) if parts else None
