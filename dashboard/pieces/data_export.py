"""An export that was recognised: the product it comes from, what it becomes, and two ways on."""

import streamlit as st

from api.schemas.imports import ExportPartOut, ImportOut, PreviewOut
from dashboard import format as fmt
from dashboard import frame
from dashboard.look import text
from dashboard.pieces import data_common as common
from dashboard.pieces import data_preview as preview
from dashboard.pieces import data_words as words

TITLE = "This is an export of {source}"
NOTE = "It was known by its columns. What it becomes stands below; nothing is kept until you import it."
ZONE = "Time zone of its times (optional)"
ZONE_HELP = "Where the file names no zone: Europe/Berlin, say. Empty: as this server is set, else UTC."
IMPORT = "Import"
OWN_WAY = "It is something else: choose the columns"
NOT_READ = "Not read"


def draw(import_id: str, shown: PreviewOut) -> None:
    """Draw the parts of an export, to be imported as they are or read as any table."""
    frame.section(text(TITLE.format(source=shown.source)), NOTE, html=preview.notes_html(shown.notes))
    zone = st.text_input(ZONE, key=f"zone_{import_id}", max_chars=60, help=ZONE_HELP, width=420)
    with st.container(horizontal=True):
        start = st.button(IMPORT, type="primary", key=f"start_{import_id}")
        own_way = st.button(OWN_WAY, key=f"own_{import_id}")
    if start:
        _send(f"/v1/imports/{import_id}/start", {"zone": zone.strip() or None})
    elif own_way:
        _send(f"/v1/imports/{import_id}/preview", {"kind": shown.kind})
    for part in shown.parts:
        frame.section(
            words.kind_name(part.kind), part_words(part), html=columns_html(part) + preview.rows_html(part.read)
        )


def _send(path: str, body: dict[str, str | None]) -> None:
    done = common.attempt(lambda: common.send("POST", path, ImportOut, body=body))
    if done is not None:
        st.rerun()


def part_words(part: ExportPartOut) -> str:
    """Say how many rows a part has, under which survey they are kept, and what is left out."""
    many = fmt.counted(part.rows, "row") if part.rows is not None else "More rows than are counted here"
    under = f", kept under the survey {text(part.survey)}" if part.survey else ""
    left = "; ".join(f"{fmt.count(n)} left out ({text(why)})" for why, n in part.left_out.items())
    tried = f" Of the first {fmt.count(part.tried)}: {text(words.outcome_words(part.outcomes))}." if part.tried else ""
    return f"{many}{under}.{f' {left}.' if left else ''}{tried}"


def columns_html(part: ExportPartOut) -> str:
    """Write what each field is read from, and the columns that nothing is read from."""
    read = "".join(
        f"<li><b>{text(words.field_name(one.field))}</b>: {text(one.column)}</li>" for one in part.columns if one.field
    )
    rest = ", ".join(text(one.column) for one in part.columns if not one.field)
    return f'<ul class="list">{read}</ul>' + (f'<p class="note">{NOT_READ}: {rest}.</p>' if rest else "")
