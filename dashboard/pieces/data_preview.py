"""Rows of a file as they would be read: by field, with what is wrong under the row that has it."""

from collections.abc import Sequence

from api.schemas.imports import PreviewOut, ReadRowOut
from dashboard import format as fmt
from dashboard import frame
from dashboard.look import text
from dashboard.pieces import data_words as words

TITLE = "As it would be read"
NO_PROBLEM = "All of them can be imported."
# A row that is set aside shows no fields: none of it is kept.
CHIPS = {"new": "positive", "changed": "positive", "same": "neutral", "quarantined": "negative"}


def draw(shown: PreviewOut) -> None:
    """Draw the rows that were tried; nothing where the file can't be read like this."""
    if not shown.read:
        return
    frame.section(TITLE, tried_words(shown), html=rows_html(shown.read) + notes_html(shown.notes))


def tried_words(shown: PreviewOut) -> str:
    """Say how many rows were tried and what would become of them."""
    counts = text(words.outcome_words(shown.outcomes))
    many = "The only row" if shown.tried == 1 else f"The first {fmt.count(shown.tried)} rows"
    if shown.rows is not None and shown.tried == shown.rows and shown.tried > 1:
        many = f"All {fmt.count(shown.tried)} rows"
    ends = f" {NO_PROBLEM}" if not shown.outcomes.get("quarantined") else ""
    return f"{many} were tried, and nothing was kept: {counts}.{ends}"


def rows_html(rows: Sequence[ReadRowOut]) -> str:
    """Write rows as a table by field; a row that would be set aside says why beneath."""
    fields = list(dict.fromkeys(field for row in rows for field in row.values))
    heads = "".join(f'<th scope="col" class="left">{text(words.field_name(field))}</th>' for field in fields)
    body = "".join(_row(row, fields) for row in rows)
    return (
        '<div class="scroll"><table class="data read datastack"><thead><tr><th scope="col">Row</th>'
        f"{heads}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _row(row: ReadRowOut, fields: Sequence[str]) -> str:
    chip = CHIPS.get(row.outcome, "neutral")
    sign = {"positive": "+", "negative": "−"}.get(chip, "○")
    said = words.OUTCOMES.get(row.outcome, row.outcome)
    head = f'<td>{row.row} <span class="chip {chip}">{sign} {said}</span></td>'
    if row.reason is None:
        cells = "".join(_cell(field, row.values.get(field, "")) for field in fields)
        return f"<tr>{head}{cells}</tr>"
    return f'<tr>{head}<td class="left" colspan="{max(len(fields), 1)}">{reason_html(row)}</td></tr>'


def _cell(field: str, value: str) -> str:
    label = text(words.field_name(field))
    return f'<td class="left" data-label="{label}:">{text(words.plain_time(value))}</td>' if value else "<td></td>"


def reason_html(row: ReadRowOut) -> str:
    """Say what is wrong: the column, what stands there, why, and what to do."""
    where = f"<b>{text(row.column)}</b>: " if row.column else ""
    value = f"“{text(row.value)}”. " if row.value else ""
    return f"{where}{value}{text(words.in_page_words(row.reason or ''))}"


def notes_html(notes: Sequence[str]) -> str:
    """Write what was chosen where the file did not tell."""
    said = "".join(f"<li>{text(words.in_page_words(one))}</li>" for one in notes)
    return f'<ul class="list note">{said}</ul>' if said else ""
