"""Google Forms: "Timestamp" first, then the address where it was collected, then a column for each question.

Times are those of the sheet's locale ("9/8/2026 14:28:27"), or of the form's own CSV ("2020/10/30 3:08:44 PM GMT+1"):
both stand in tests of programs that read such files.
"""

import re
from collections.abc import Sequence
from itertools import islice

from pipelines.coerce import is_nothing
from pipelines.mapping import plain_name
from pipelines.readers.export import Export
from pipelines.readers.people import party_columns
from pipelines.readers.questions import Question, plain_label
from pipelines.readers.survey import Sheet, survey_parts
from pipelines.readers.table import RawRow, Table
from pipelines.times import is_time

SOURCE = "Google Forms"
# The first column as Forms calls it in English, German, French, Spanish, Portuguese, Italian, Dutch.
_FIRST = {
    "Timestamp", "Zeitstempel", "Horodateur", "Marca temporal", "Carimbo de data/hora",
    "Informazioni cronologiche", "Tijdstempel",
}  # fmt: skip
_COLLECTED = {"email address", "username", "e mail adresse", "adresse e mail"}
# A title of this many words is a question that was asked, no name of a column.
_TITLE_WORDS = 4
_QUIZ_SCORE = re.compile(r"\d+(?:\.\d+)?\s*/\s*\d+")


def recognise(table: Table) -> Export | None:
    """Take a table of times to the second and of questions: anything less may be anybody's."""
    columns = table.columns
    if columns[0] not in _FIRST or len(columns) < 2:
        return None
    sample = [row for row in islice(table.read(), 200) if row.problem is None]
    times = [value for row in sample if not is_nothing(value := row.cells.get(columns[0]))]
    asked = any(name.rstrip().endswith("?") or len(name.split()) >= _TITLE_WORDS for name in columns[1:])
    if not asked or not times or not all(map(_is_to_the_second, times)):
        return None
    free = {name: plain_label(name) for name in columns[1:] if not _is_quiz_score(name, sample)}
    email = next((name for name in free if plain_name(name) in _COLLECTED), None)
    parties = party_columns({name: label for name, label in free.items() if name != email}, sample)
    if email:
        parties["email"] = (email,)
    taken = {column for found in parties.values() for column in found}
    questions = tuple(Question((name,), label) for name, label in free.items() if name not in taken)
    parts = survey_parts(Sheet(table, table.read, {"responded_at": (columns[0],), **parties}, questions))
    return Export(SOURCE, parts) if parts else None


def _is_to_the_second(value: object) -> bool:
    if isinstance(value, str) and not re.search(r"\d[:.]\d{2}[:.]\d{2}\b", value):
        return False
    return is_time(value)


def _is_quiz_score(name: str, sample: Sequence[RawRow]) -> bool:
    values = [value for row in sample if not is_nothing(value := row.cells.get(name))]
    return name == "Score" and bool(values) and all(_QUIZ_SCORE.fullmatch(str(value)) for value in values)
