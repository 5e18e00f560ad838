"""Bring a file: the upload, the sample for a first look, and the files so far."""

from collections.abc import Sequence

import streamlit as st

from api.schemas.imports import ImportOut, ImportPage
from api.schemas.jobs import JobOut
from api.schemas.slices import MeOut
from dashboard import format as fmt
from dashboard import frame, links, look
from dashboard.look import text
from dashboard.pieces import data_common as common
from dashboard.pieces import data_jobs as jobs
from dashboard.pieces import data_upload as upload
from dashboard.pieces import data_words as words

# As `api.uploads` takes them.
ENDINGS = "csv tsv txt tab jsonl ndjson json parquet xlsx xlsm xlsb xls ods".split()
NAME_CHARS = 200
UPLOAD_TITLE = "Upload a file"
UPLOAD_NOTE = (
    "Survey answers, tickets, in-app comments, review notes, accounts, contacts, usage, revenue and more: one kind a "
    "file, any column names. First you see what it seems to hold; nothing is imported before you say so."
)
CHOOSE_FIRST = "choose a file first."
SAMPLE_TITLE = "Or look at the sample first"
SAMPLE_NOTE = (
    "65 invented accounts of an invented vendor, with their answers, tickets, usage and renewals. It is imported and "
    "analysed in about a minute. It is for an empty store only: start over with your own files when you have seen it."
)
SAMPLE_WHO = "An admin who sees all accounts can bring it."
SAMPLE_DONE = "The sample is here and analysed."
SAMPLE_SEEN = "See it in the overview"
FILES_TITLE = "Files so far"
NO_FILES = "No file was uploaded yet."


def draw(me: MeOut, import_id: str | None) -> None:
    """Draw the part: one upload where one is chosen, else a place to bring a file and the files so far."""
    if not common.may(me, "analyst", "admin"):
        common.refused(me, words.IMPORT_WHO)
    elif import_id:
        upload.draw(import_id)
    else:
        _bring()
        _sample(me)
        _files()


def _bring() -> None:
    frame.section(UPLOAD_TITLE, UPLOAD_NOTE)
    with st.form("upload", border=False):
        file = st.file_uploader("File", type=ENDINGS, key="upload_file", label_visibility="collapsed")
        wanted = st.form_submit_button("Look into the file", type="primary", key="upload_go")
    if not wanted:
        return
    if file is None:
        common.problem(CHOOSE_FIRST)
        return
    body, name = file.getvalue(), file.name[-NAME_CHARS:]
    made = common.attempt(lambda: common.send("POST", "/v1/imports", ImportOut, body=body, params={"name": name}))
    if made is not None:
        st.query_params["import"] = made.import_id
        st.rerun()


def _sample(me: MeOut) -> None:
    """Offer the sample where there is nothing; follow it to its end."""
    if me.has_data and not jobs.was_asked("sample"):
        return
    if not me.has_data:
        frame.section(SAMPLE_TITLE, SAMPLE_NOTE)
    if not common.may(me, "admin"):
        common.note(SAMPLE_WHO)
        return
    seen = links.link(SAMPLE_SEEN, links.href(links.OVERVIEW))
    if jobs.follow("sample", done=f"{SAMPLE_DONE} {seen}.") or me.has_data:
        return
    if st.button("Bring the sample", key="sample"):
        job = common.attempt(lambda: common.send("POST", "/v1/sample", JobOut))
        if job is not None:
            jobs.asked_for(job)


def _files() -> None:
    found, page = common.read_pages("/v1/imports", ImportPage, {}, key="imports")
    frame.section(FILES_TITLE, html="" if found else f'<p class="note">{NO_FILES}</p>')
    if found:
        look.block(files_html(found))
        with st.container(horizontal=True):
            common.more_button(page, key="imports")
            common.csv_button("/v1/imports", {}, name="imports")


def files_html(found: Sequence[ImportOut]) -> str:
    """Write uploads with what became of them; each leads to its own page."""
    rows = "".join(_row(one) for one in found)
    return (
        '<div class="scroll"><table class="data datastack"><thead><tr><th scope="col">File</th>'
        '<th scope="col" class="left">State</th><th scope="col" class="left">Rows</th>'
        f'<th scope="col">Uploaded</th><th scope="col">Size</th></tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _row(one: ImportOut) -> str:
    gone = one.state == "deleted"
    name = text(one.name) if gone else common.part_link(one.name, "import", **{"import": one.import_id})
    job = one.job if one.job is not None and one.job.kind == "import" else None
    state = words.IMPORT_STATES.get(one.state, one.state)
    if job is not None and job.state == "failed":
        state = '<span class="negative">failed</span>'
    counts = text(words.outcome_words(job.counts)) if job is not None else ""
    return (
        f'<tr><td>{name}</td><td class="left">{state}</td><td class="left">{counts}</td>'
        f'<td data-label="Uploaded">{fmt.day(one.uploaded_at)}</td><td>{size_words(one.size_bytes)}</td></tr>'
    )


def size_words(size: int) -> str:
    """Write a size: 812 bytes, 48 kB, 3.1 MB."""
    if size < 1000:
        return f"{size}\u00a0bytes"
    return f"{round(size / 1000)}\u00a0kB" if size < 1_000_000 else f"{size / 1_000_000:.1f}\u00a0MB"
