"""Files that came over the API: look into one and guess what it holds, import it as it was confirmed, forget it."""

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from data.store.repositories import jobs, uploads
from data.store.repositories.imports import known_surveys, survey_types
from data.store.repositories.jobs import JobTask
from pipelines import mapping as guessing
from pipelines.errors import PipelineError
from pipelines.fields import FIELD, KINDS, NEEDED
from pipelines.import_report import ImportReport, part_line
from pipelines.ingest import import_path, is_saved
from pipelines.plan import SAMPLE_ROWS, Wishes, decide, wishes_of
from pipelines.posted import row_error, said
from pipelines.preview import look_at_export
from pipelines.readers.detect import find_export, open_table
from pipelines.readers.table import RawRow, Table
from pipelines.rehearse import rehearse
from pipelines.stage import Bench

FOLDER = "uploads"
# Values of a column that a preview shows.
VALUES_SHOWN = 3
# A file that nobody knows of may still be coming in: not after a day.
LOST_AFTER_S = 86_400.0


def upload_file(bench: Bench, upload_id: str) -> Path:
    """Give the file of an upload.

    Raises:
        PipelineError: It is not there: gone, or on a machine that shares no home folder with this one.
    """
    folder = bench.settings.home / FOLDER / upload_id
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    if not found:
        raise PipelineError(
            "the file is not on this machine: send it again; an API and a worker on two machines share SOTTOVOCE_HOME"
        )
    return found[0]


def preview(bench: Bench, job: JobTask) -> None:
    """Look into an upload, and keep what it holds, encrypted: it shows people's words."""
    shown = look(bench, upload_file(bench, job.upload_id or ""), _wishes(bench, job.options))
    sealed = bench.vault.encrypt(json.dumps(shown, default=str))
    with bench.store.write() as session:
        uploads.put_preview(session, job.upload_id or "", sealed)
        jobs.finish(session, [job.job_id], now=bench.clock())


def look(bench: Bench, file: Path, wishes: Wishes) -> dict[str, Any]:
    """Say what a file seems to hold: its kind, what each column means, and what can't be told without asking."""
    with bench.store.read() as session:
        surveys = survey_types(session, known_surveys(session))
    try:
        export = None if wishes.explicit else find_export(file)
        if export is not None and export.parts and not is_saved(bench, export):
            return look_at_export(bench, export, wishes, surveys)
        table = open_table(file)
        sample = table.sample(SAMPLE_ROWS)
    except PipelineError as error:
        return {"problem": said(str(error)), "format": "", "columns": [], "notes": []}
    problem, notes, survey, tried = None, [], None, {}
    try:
        decision = decide(table, wishes, surveys=surveys, now=bench.clock())
        kind, used = decision.plan.kind, dict(decision.plan.columns)
        notes, survey = [said(note) for note in decision.notes], decision.plan.survey
        tried = rehearse(bench, table, decision, sample)
    except PipelineError as error:
        problem = said(str(error))
        kind = wishes.kind or guessing.guess_kind(table.columns, sample, file.stem) or "in_app"
        used = guessing.guess_columns(kind, table.columns, sample)
    return {
        "problem": problem,
        "format": table.format,
        "rows": table.total,
        "kind": kind,
        "columns": _columns(table, sample, used),
        "fields": list(FIELD[kind]),
        "needed": [" or ".join(group) for group in NEEDED[kind]],
        "kinds": list(KINDS),
        "survey": survey,
        "surveys": sorted(surveys)[:200],
        "notes": notes,
        **tried,
    }


def _columns(table: Table, sample: Sequence[RawRow], used: Mapping[str, str]) -> list[dict[str, Any]]:
    field_of = {column: name for name, column in used.items()}
    return [
        {
            "column": column,
            "field": field_of.get(column),
            "values": [guessing.text_preview(one) for one in guessing.values_of(column, sample, limit=VALUES_SHOWN)],
        }
        for column in table.columns
    ]


def _wishes(bench: Bench, options: Mapping[str, Any]) -> Wishes:
    zone = options.get("zone") or bench.settings.zone
    said_columns, order = options.get("columns"), options.get("date_order")
    return wishes_of(options.get("kind"), said_columns, options.get("survey"), order, zone=zone)


def import_upload(bench: Bench, job: JobTask) -> None:
    """Import an upload as its job says; stopped anywhere, importing again ends with the same tables."""
    file = upload_file(bench, job.upload_id or "")
    with bench.store.read() as session:
        name = uploads.get_upload(session, job.upload_id or "").name
    options = job.options
    report = import_path(
        file,
        bench=bench,
        kind=options.get("kind"),
        mapping=options.get("columns"),
        survey=options.get("survey"),
        save_as=options.get("save_as"),
        date_order=options.get("date_order"),
        zone=options.get("zone"),
        known_as=f"upload/{name}",
    )
    with bench.store.write() as session:
        counts = {name: count for name, count in report.counts().items() if name != "read"}
        jobs.imported(session, job.job_id, counts=counts, errors=_reasons(report), notes=_notes(report))
        job_row = jobs.get_job(session, job.job_id)
        job_row.received = report.counts()["read"]
        uploads.set_state(session, job.upload_id or "", "imported")
    forget(bench, job.upload_id or "")


def _reasons(report: ImportReport) -> list[dict[str, Any]]:
    """Say why rows were set aside, each reason once; the rows themselves are in the quarantine."""
    found = [(reason, count) for file in report.files for reason, count in file.reasons.items()]
    told = [f"{count} {'row' if count == 1 else 'rows'}: {said(reason)}" for reason, count in found]
    return [row_error(0, None, None, one, "GET /v1/quarantine lists them; mend and retry") for one in told]


def _notes(report: ImportReport) -> list[str]:
    notes = [f"{file.source} export: {part_line(file)}" for file in report.files if file.source]
    notes += [said(note) for file in report.files for note in file.notes]
    notes += [f"{count} left out: {why}" for file in report.files for why, count in file.left_out.items()]
    unused = [column for file in report.files for column in file.unused]
    if unused:
        notes.append(f"columns that were not imported: {', '.join(unused[:40])}")
    return list(dict.fromkeys([*notes, *report.unmatched_words()]))


def forget(bench: Bench, upload_id: str) -> None:
    """Delete the file of an upload."""
    if upload_id:
        shutil.rmtree(bench.settings.home / FOLDER / upload_id, ignore_errors=True)


def forget_lost(bench: Bench) -> None:
    """Delete files that a kill left behind: older than a day, and not waiting to be imported."""
    folder = bench.settings.home / FOLDER
    old = bench.clock().timestamp() - LOST_AFTER_S
    found = [one.name for one in folder.iterdir() if one.stat().st_mtime < old] if folder.is_dir() else []
    if found:
        with bench.store.read() as session:
            there = uploads.still_there(session, found)
        for upload_id in set(found) - there:
            forget(bench, upload_id)
