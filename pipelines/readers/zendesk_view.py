"""Zendesk's CSV of a view: it lists tickets and holds none of their words.

Columns as in a script that rebuilds such a file ("Summation column", "Id", "Requester", "Requester id", ...).
"""

from pipelines.errors import InputFileError
from pipelines.readers.export import Export
from pipelines.readers.table import Table

_ALWAYS = {"Id", "Requester", "Subject", "Status"}
_TELLING = {"Summation column", "Requester domain", "Requester external id", "Group stations", "Assignee stations"}
_TEXTS = {"description", "comment", "comments", "first comment", "body"}


def recognise(table: Table) -> Export | None:
    """Refuse the list of a view, with the way to the text.

    Raises:
        InputFileError: It is such a list.
    """
    columns = set(table.columns)
    has_text = any(name.lower() in _TEXTS for name in columns)
    if has_text or not columns >= _ALWAYS or len(columns & _TELLING) < 2:
        return None
    raise InputFileError(
        f"{table.path.name} is the CSV of a Zendesk view: it lists tickets and holds none of their words. Take the "
        "tickets with their comments as JSON instead: `sottovoce pull zendesk`, or Zendesk's own JSON export of "
        "tickets (docs/readers.md says where); then import that file"
    )
