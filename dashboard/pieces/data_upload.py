"""One upload on its way: read, confirmed with a mapping, imported, accounted for."""

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from api.schemas.imports import ColumnOut, ImportOut, PreviewOut
from api.schemas.jobs import JobOut
from dashboard import format as fmt
from dashboard import frame, links, look
from dashboard.look import text
from dashboard.pieces import data_common as common
from dashboard.pieces import data_export as export
from dashboard.pieces import data_jobs as jobs
from dashboard.pieces import data_preview as preview
from dashboard.pieces import data_words as words

BACK = "All files"
MAPPING_TITLE = "What the columns mean"
MAPPING_NOTE = "As they were guessed from their names and values. Correct what is wrong; what is left out is not kept."
LEFT_OUT = "Left out"
EACH_ROW = "As the file says"
NEW_SURVEY = "A new survey begins with its type: nps, csat or ces."
DATES = {"": "As the file tells", "dmy": "Day first: 03.09. is in September", "mdy": "Month first: 03/09 is in March"}
LOOKED = "Read again with these columns."
DELETED = "This file was deleted; what was imported of it stays."
CHOSEN_TITLE = "What was chosen where the file did not tell"
READING = "The file is being read. This takes seconds."


def draw(import_id: str) -> None:
    """Draw an upload by its state."""
    found = common.fresh(f"/v1/imports/{import_id}", ImportOut)
    look.block(
        f'<p class="back">{common.part_link(f"← {BACK}", "import")}</p>'
        f'<div class="section first"><h2 class="title">{text(found.name)}</h2>'
        f'<p class="note">Uploaded {fmt.day(found.uploaded_at)}. {_format_words(found.preview)}</p></div>'
    )
    if jobs.is_open(found.job) and found.job is not None:
        jobs.watch(found.job.job_id)
    elif found.state == "imported":
        _result(found)
    elif found.state == "deleted":
        common.note(DELETED)
    else:
        _confirm(found)


def _format_words(shown: PreviewOut | None) -> str:
    if shown is None:
        return ""
    rows = f", {fmt.counted(shown.rows, 'row')}" if shown.rows is not None else ""
    return text(f"{shown.format}{rows}.") if shown.format else ""


def _confirm(found: ImportOut) -> None:
    """Draw what the file seems to hold, to be corrected, read again and imported."""
    if found.job is not None and found.job.state == "failed" and found.job.problem:
        common.problem(found.job.problem)
    shown = found.preview
    if shown is None:
        common.note(READING)
        return
    if shown.problem:
        look.block(f'<p class="problem" role="alert">{text(words.in_page_words(shown.problem))}</p>')
    if shown.source:
        export.draw(found.import_id, shown)
    elif shown.columns:
        _kind(found.import_id, shown)
        wishes = _mapping_form(found.import_id, shown)
        if wishes is not None:
            _act(found.import_id, wishes)
        preview.draw(shown)
    if st.button("Delete the file", key="delete_file", type="tertiary", icon=":material/delete:"):
        gone = common.attempt(
            lambda: common.send("DELETE", f"/v1/imports/{found.import_id}", ImportOut), done=f"{found.name} is deleted."
        )
        if gone is not None:
            common.clear_param("import")
            st.rerun()


def _kind(import_id: str, shown: PreviewOut) -> None:
    """Let the kind be corrected: another one has other fields, so the file is read again at once."""
    kinds = shown.kinds or [shown.kind or ""]
    place = kinds.index(shown.kind) if shown.kind in kinds else 0
    chosen = st.selectbox(
        "What a row is",
        kinds,
        index=place,
        format_func=words.kind_name,
        key=f"kind_{import_id}_{shown.kind}",
        width=420,
    )
    if chosen != shown.kind:
        again = {"kind": chosen}
        looked = common.attempt(lambda: common.send("POST", f"/v1/imports/{import_id}/preview", ImportOut, body=again))
        if looked is not None:
            st.rerun()


@dataclass(frozen=True)
class _Wishes:
    """What was said in the form, and what is to be done with it."""

    body: Mapping[str, object]
    start: bool
    save_as: str


def _mapping_form(import_id: str, shown: PreviewOut) -> _Wishes | None:
    frame.section(MAPPING_TITLE, f"{MAPPING_NOTE} {_needed(shown)}")
    # The kind is part of every key: another kind's fields are others.
    key = f"{import_id}_{shown.kind}"
    with st.form(f"mapping_{key}", border=False):
        chosen = [_column(one, shown.fields, f"{key}_{place}") for place, one in enumerate(shown.columns)]
        survey = _survey(shown, key) if shown.kind == "responses" else ""
        sides = st.columns(2)
        order = sides[0].selectbox("Order of dates", list(DATES), format_func=DATES.__getitem__, key=f"dates_{key}")
        help_ = "A file with the same header is read like this from then on."
        save_as = sides[1].text_input("Keep this mapping as (optional)", key=f"save_{key}", max_chars=120, help=help_)
        with st.container(horizontal=True):
            start = st.form_submit_button("Import", type="primary", key=f"start_{key}")
            again = st.form_submit_button("Read again with these columns", key=f"again_{key}")
    if not (start or again):
        return None
    doubled = sorted({field for field in chosen if field and chosen.count(field) > 1})
    if doubled:
        names = ", ".join(words.field_name(field) for field in doubled)
        common.problem(f"two columns are read as {names}: leave one of them out.")
        return None
    columns = {field: "" for field in shown.fields}
    columns |= {field: one.column for field, one in zip(chosen, shown.columns, strict=True) if field}
    # What is on neither side stays as it is guessed: JSON lines may show a field later on.
    guessed = {one.field for one in shown.columns if one.field}
    columns = {field: column for field, column in columns.items() if column or field in guessed}
    body = {"kind": shown.kind, "columns": columns, "survey": survey or None, "date_order": order or None}
    return _Wishes(body, start, save_as.strip())


def _needed(shown: PreviewOut) -> str:
    groups = [" or ".join(words.field_name(one) for one in group.split(" or ")) for group in shown.needed]
    return text(f"Needed: {', and '.join(groups)}.") if groups else ""


def _column(one: ColumnOut, fields: list[str], key: str) -> str:
    """Draw a column with values of it, and the field that it is; gives the field."""
    said, choice = st.columns([3, 2], vertical_alignment="center")
    values = " · ".join(text(value) for value in one.values if value) or "empty"
    with said:
        look.block(f'<p class="column"><b>{text(one.column)}</b><br><span class="note">{values}</span></p>')
    options = ["", *fields]
    place = options.index(one.field) if one.field in options else 0
    found: str = choice.selectbox(
        f"Meaning of column {look.label(one.column)}",
        options,
        index=place,
        format_func=lambda field: words.field_name(field) if field else LEFT_OUT,
        key=f"field_{key}",
        label_visibility="collapsed",
    )
    return found


def _survey(shown: PreviewOut, key: str) -> str:
    options = ["", *shown.surveys]
    if shown.survey and shown.survey not in options:
        options.append(shown.survey)
    found: str = st.selectbox(
        "Survey",
        options,
        index=options.index(shown.survey) if shown.survey else 0,
        format_func=lambda one: f"{one} (new)" if one and one not in shown.surveys else one or EACH_ROW,
        accept_new_options=True,
        help=NEW_SURVEY,
        key=f"survey_{key}",
        width=420,
    )
    return found


def _act(import_id: str, wishes: _Wishes) -> None:
    path = f"/v1/imports/{import_id}/{'start' if wishes.start else 'preview'}"
    body = {**wishes.body, **({"save_as": wishes.save_as} if wishes.start and wishes.save_as else {})}
    done = common.attempt(lambda: common.send("POST", path, ImportOut, body=body), done="" if wishes.start else LOOKED)
    if done is not None:
        st.rerun()


def _result(found: ImportOut) -> None:
    """Say what became of each row, and where to go on."""
    job = found.job
    if job is None:
        return
    aside = job.counts.get("quarantined", 0)
    look.block(
        f"<p>{fmt.counted(job.received, 'row')} read: <b>{text(words.outcome_words(job.counts) or 'nothing new')}</b>."
        f"{_aside(found, aside)}</p>{_reasons(job)}{_notes(job)}"
        f'<p class="note">{_analysed(job)}</p>'
        f'<p class="ways-in">{links.link("Open the overview", links.href(links.OVERVIEW), css="button")}</p>'
    )


def _aside(found: ImportOut, aside: int) -> str:
    if not aside:
        return ""
    label = "Mend it in the quarantine" if aside == 1 else "Mend them in the quarantine"
    return f" {common.part_link(label, 'quarantine', file=found.name)}."


def _reasons(job: JobOut) -> str:
    said = "".join(f"<li>{text(words.in_page_words(one.reason))}</li>" for one in job.errors)
    return f'<h3 class="under">Why rows were set aside</h3><ul class="list">{said}</ul>' if said else ""


def _notes(job: JobOut) -> str:
    said = "".join(f"<li>{text(words.in_page_words(one))}</li>" for one in job.notes)
    return f'<h3 class="under">{CHOSEN_TITLE}</h3><ul class="list">{said}</ul>' if said else ""


def _analysed(job: JobOut) -> str:
    if job.run is None:
        return ""
    run = common.part_link(f"run {job.run.run_id}", "runs", run=job.run.run_id)
    return f"Analysed in {run} ({words.seconds_words(job.run.seconds)})."
