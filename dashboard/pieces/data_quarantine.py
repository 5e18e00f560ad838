"""The quarantine: rows that were set aside, why, and what to do; mended here, tried again, or left out for good."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from api.schemas.jobs import JobOut
from api.schemas.quarantine import DismissedOut, QuarantinedFileOut, QuarantinedOut, QuarantinePage
from api.schemas.slices import MeOut
from dashboard import format as fmt
from dashboard import frame, look
from dashboard.look import text
from dashboard.pieces import data_common as common
from dashboard.pieces import data_jobs as jobs
from dashboard.pieces import data_words as words

TITLE = "Rows that were set aside"
NOTE = (
    "The other rows of their files are in. Mend a value here and try the row again, or mend the file and upload it "
    "again. What people wrote, and their addresses, are not shown."
)
EMPTY = "No row waits: everything that was uploaded is in."
EMPTY_FILE = "No row of this file waits."
EMPTY_STATE = "No row is in this state."
TRIED = "Tried again."
LEAVE_OUT_TITLE = "Leave out for good?"
LEAVE_OUT = "They stay out, also when their file is imported again."
HIDDEN = "(not shown)"
# Where the reader stands, the cell can be mended.
IN_FILE, HERE = "correct it in the file and upload it again", "correct it here and try again"


def draw(me: MeOut, asked: Mapping[str, str]) -> None:
    """Draw the part: files with rows that wait, then the rows."""
    if not common.may(me, "analyst", "admin"):
        common.refused(me, words.QUARANTINE_WHO)
        return
    state = asked.get("state", "open")
    state = state if state in words.ROW_STATES else "open"
    file = asked.get("file")
    params: dict[str, Any] = {"state": state, "file": file}
    found, page = common.read_pages("/v1/quarantine", QuarantinePage, params, key=f"quarantine_{state}_{file}")
    frame.section(TITLE, NOTE, html=_states(state, file))
    jobs.follow("retry", done=TRIED)
    if state == "open" and page.files:
        _files(page.files, file)
    if not found:
        common.note(EMPTY_STATE if state != "open" else EMPTY_FILE if file else EMPTY)
        return
    look.block(f'<h3 class="under bare">{_counted(page.total, file)}</h3>')
    if state == "open":
        for one in found:
            _open_row(one)
    else:
        look.block(rows_html(found))
    with st.container(horizontal=True):
        common.more_button(page, key=f"quarantine_{state}_{file}")
        common.csv_button("/v1/quarantine", params, name="quarantine")


def _counted(total: int, file: str | None) -> str:
    return fmt.counted(total, "row") + (f" of {text(file)}" if file else "")


def _states(current: str, file: str | None) -> str:
    """Write the states to choose from."""
    items = "".join(
        f"<li{' aria-current=true' if state == current else ''}>"
        f"{common.part_link(name, 'quarantine', state='' if state == 'open' else state, file=file)}</li>"
        for state, name in words.ROW_STATES.items()
    )
    return f'<nav class="states" aria-label="State of the rows"><ul>{items}</ul></nav>'


def _files(files: Sequence[QuarantinedFileOut], chosen: str | None) -> None:
    """Draw the files that have rows waiting; of the chosen one all can be tried or left out at once."""
    if chosen is None:
        if len(files) > 1:
            look.block(files_html(files))
        return
    rows = sum(one.rows for one in files if one.file == chosen)
    look.block(f"<p>{common.part_link('← All files', 'quarantine')}</p>")
    if not rows:
        return
    with st.container(horizontal=True):
        if st.button(f"Try all {fmt.count(rows)} again", key="retry_file"):
            retry({"file": chosen})
        if st.button(f"Leave all {fmt.count(rows)} out …", key="dismiss_file", type="tertiary"):
            _leave_out({"file": chosen}, rows)


def files_html(files: Sequence[QuarantinedFileOut]) -> str:
    """Write files with the rows that wait; each leads to its rows."""
    rows = "".join(
        f"<tr><td>{common.part_link(one.file, 'quarantine', file=one.file)}</td>"
        f'<td class="left">{text(words.kind_name(one.kind))}</td><td>{fmt.count(one.rows)}</td></tr>'
        for one in files
    )
    return (
        '<div class="scroll"><table class="data"><thead><tr><th scope="col">File</th><th scope="col" class="left">Kind'
        f'</th><th scope="col">Rows waiting</th></tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _open_row(one: QuarantinedOut) -> None:
    """Draw a row that waits, with the cell that is wrong as it can be mended."""
    with st.container(key=f"aside_{one.id}"):
        look.block(f'<div class="setaside">{row_html(one)}</div>')
        with st.form(f"mend_{one.id}", border=False):
            held = typed = "" if one.value in (None, HIDDEN) else str(one.value)
            with st.container(horizontal=True, vertical_alignment="bottom"):
                if one.column:
                    typed = st.text_input(look.label(one.column), held, key=f"cell_{one.id}", max_chars=4000, width=320)
                tried = st.form_submit_button("Try again", key=f"retry_{one.id}")
                left = st.form_submit_button("Leave out …", key=f"dismiss_{one.id}", type="tertiary")
        if tried and one.column and typed != held:
            retry({"rows": [{"id": one.id, "cells": {one.column: typed}}]})
        elif tried:
            retry({"ids": [one.id]})
        if left:
            _leave_out({"ids": [one.id]}, 1)


def row_html(one: QuarantinedOut) -> str:
    """Write a row: where it stands, what is wrong, and what to do."""
    reason, next_step = split_reason(one.reason)
    value = f" “{text(one.value)}”" if one.value else ""
    where = f"<b>{text(one.column)}</b>{value}: " if one.column else ""
    todo = f'<span class="todo">{text(next_step)}</span>' if next_step else ""
    return (
        f"<p>{where}{text(reason)}. {todo}</p>"
        f'<p class="note">{text(one.file)}, row {fmt.count(one.row_number)} · {text(words.kind_name(one.kind))} · '
        f"set aside {fmt.day(one.set_aside_at)}</p>"
    )


def split_reason(reason: str) -> tuple[str, str]:
    """Part what is wrong from the next step, which stands behind the last colon."""
    said = words.in_page_words(reason).replace(IN_FILE, HERE)
    wrong, colon, todo = said.rpartition(": ")
    if not colon:
        return said, ""
    return wrong, f"{todo[:1].upper()}{todo[1:]}."


def rows_html(rows: Sequence[QuarantinedOut]) -> str:
    """Write rows that are settled."""
    body = "".join(
        f"<tr><td>{text(one.file)}</td><td>{fmt.count(one.row_number)}</td>"
        f'<td class="left">{text(one.column or "")}</td><td class="left">{text(one.value or "")}</td>'
        f'<td class="left">{text(words.in_page_words(one.reason))}</td>'
        f"<td>{fmt.day(one.settled_at) if one.settled_at else ''}</td></tr>"
        for one in rows
    )
    heads = (
        '<th scope="col">File</th><th scope="col">Row</th><th scope="col" class="left">Column</th>'
        '<th scope="col" class="left">Value</th><th scope="col" class="left">Reason</th><th scope="col">Settled</th>'
    )
    return f'<div class="scroll"><table class="data"><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>'


def retry(body: dict[str, Any]) -> None:
    """Try rows again in the background."""
    job = common.attempt(lambda: common.send("POST", "/v1/quarantine/retry", JobOut, body=body))
    if job is not None:
        jobs.asked_for(job)


@st.dialog(LEAVE_OUT_TITLE)
def _leave_out(body: dict[str, Any], rows: int) -> None:
    look.block(f"<p><b>{fmt.counted(rows, 'row')}</b>. {LEAVE_OUT}</p>")
    if st.button("Leave out for good", type="primary", key="dismiss_sure", on_click=_dismiss, args=(body, rows)):
        st.rerun()


def _dismiss(body: dict[str, Any], rows: int) -> None:
    common.attempt_before(
        lambda: common.send("POST", "/v1/quarantine/dismiss", DismissedOut, body=body),
        done=f"{fmt.counted(rows, 'row')} left out.",
    )
