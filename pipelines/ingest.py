"""Import: a folder or one file of feedback into the store, a batch a commit; broken rows go to quarantine.

Stopped anywhere, importing again ends with the same tables: rows are known by their ids, never by their place.
"""

import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from data.store.repositories import mappings, quarantine
from data.store.repositories.bulk import chunks
from data.store.repositories.imports import (
    ImportContext,
    count_stubs,
    known_surveys,
    survey_types,
)
from pipelines.batch import aside, put_survey, store_batch
from pipelines.errors import InputFileError
from pipelines.fields import ID_FIELD, KINDS
from pipelines.import_report import FileReport, ImportReport
from pipelines.mapping import header_hash, kind_of_stem
from pipelines.plan import Decision, Plan, Wishes, decide, wishes_of
from pipelines.readers.detect import SUFFIXES, open_table
from pipelines.readers.table import RawRow, Table
from pipelines.rows import Broken
from pipelines.seen import SeenRows
from pipelines.stage import Bench


def import_path(
    path: Path,
    *,
    bench: Bench,
    kind: str | None = None,
    mapping: Mapping[str, str] | None = None,
    survey: str | None = None,
    save_as: str | None = None,
    date_order: str | None = None,
    known_as: str | None = None,
) -> ImportReport:
    """Import a folder in the canonical layout, or one file with any columns.

    Args:
        path: A folder, or a CSV, TSV, JSONL, Parquet or Excel file.
        bench: Settings, store, vault, progress and clock; the time dates rows that have no date.
        kind: One of the kinds, or nps, csat, ces for answers of such a survey; None: guessed.
        mapping: Field -> column, over the guess ("text" stands for the kind's text).
        survey: The survey that all answers belong to; made with its usual scale where its name begins with its type.
        save_as: Save the mapping under this name, or use the one saved under it.
        date_order: "dmy" or "mdy", where the dates of the file do not tell.
        known_as: What the quarantine knows one file by, over its place: an upload lies in another folder each time.

    Returns:
        The counts by file, the columns used, the choices made, and what could not be matched.

    Raises:
        InputFileError: A file can't be read at all.
        MappingError: The mapping or the survey does not exist.
    """
    started = time.monotonic()
    bench.store.migrate()
    wishes = wishes_of(kind, mapping, survey, date_order)
    context = ImportContext(bench.vault, bench.clock())
    report = ImportReport()
    files, report.skipped_files = _files(path, wishes)
    for file, wish in files:
        report.files.append(_FileImport(bench, context).run(file, wish, save_as=save_as, known_as=known_as))
    with bench.store.read() as session:
        report.unmatched_accounts, report.unmatched_contacts = count_stubs(session)
    report.ambiguous_accounts = context.ambiguous
    report.seconds = time.monotonic() - started
    return report


def _files(path: Path, wishes: Wishes) -> tuple[list[tuple[Path, Wishes]], tuple[str, ...]]:
    """Give the files to import in the order of their dependencies, and the names of those left out."""
    if not path.exists():
        raise InputFileError(f"{path} does not exist: check the path")
    if not path.is_dir():
        return [(path, wishes)], ()
    if wishes != Wishes():
        raise InputFileError(f"{path} is a folder: --as, --map and --survey go with one file")
    found = sorted(file for file in path.iterdir() if file.is_file() and file.suffix.lower() in SUFFIXES - {""})
    kinds = {file: kind_of_stem(file.stem) for file in found}
    chosen = sorted((KINDS.index(kind), file) for file, kind in kinds.items() if kind)
    if not chosen:
        raise InputFileError(
            f"{path} holds no file of the canonical layout (accounts.csv, responses.csv, ...; see data/README.md): "
            "name one file to import it with any columns"
        )
    skipped = tuple(file.name for file, kind in kinds.items() if not kind and file.suffix.lower() != ".txt")
    return [(file, Wishes(kind=KINDS[place])) for place, file in chosen], skipped


class _FileImport:
    """Imports one file."""

    def __init__(self, bench: Bench, context: ImportContext) -> None:
        self._bench, self._context = bench, context

    def run(self, file: Path, wishes: Wishes, *, save_as: str | None, known_as: str | None = None) -> FileReport:
        """Read, decide, and store batch by batch."""
        table = open_table(file)
        wishes, used = self._remembered(table, wishes, save_as)
        with self._bench.store.read() as session:
            surveys = survey_types(session, known_surveys(session))
        decision = decide(table, wishes, surveys=surveys, now=self._context.now)
        report = _report(table, decision, used)
        report.notes += self._remapped(table, decision.plan)
        place = (known_as or str(file.resolve()))[-400:].encode("utf-8", "replace").decode()
        self._begin(table, decision, wishes, place, save_as)
        self._bench.progress.start(report.kind, table.total)
        self._stream(table.read(), decision.plan, report, place)
        with self._bench.store.write() as session:
            report.mended = quarantine.end_check(session, place, now=self._context.now)
        counts = ", ".join(f"{count:,} {name}" for name, count in report.counts().items() if count or name == "read")
        self._bench.progress.finish(counts)
        return report

    def _remembered(self, table: Table, wishes: Wishes, name: str | None) -> tuple[Wishes, str | None]:
        """Take the mapping that was saved for this header, where the user says nothing else."""
        if wishes.kind or wishes.columns or wishes.survey:
            return wishes, None
        with self._bench.store.read() as session:
            header = header_hash(table.columns)
            saved = mappings.get_mapping(session, name) if name else mappings.find_mapping(session, header)
            if saved is None:
                return wishes, None
            known = {field: column for field, column in saved.columns.items() if column in table.columns or not column}
            order = wishes.date_order or saved.options.get("date_order")
            return Wishes(saved.kind, known, saved.options.get("survey"), order), saved.name

    def _remapped(self, table: Table, plan: Plan) -> list[str]:
        """Warn where rows without an id came under another mapping before: they are known again by what was mapped."""
        with self._bench.store.read() as session:
            before = mappings.find_mapping(session, header_hash(table.columns))
        mapped = {field: column for field, column in plan.columns.items() if column in table.columns}
        if before is None or before.columns == mapped or ID_FIELD.get(plan.kind) in mapped:
            return []
        return [
            "these columns were imported under another mapping before; rows without an id column then count twice: "
            "start again with an empty database, or map an id column"
        ]

    def _begin(self, table: Table, decision: Decision, wishes: Wishes, place: str, save_as: str | None) -> None:
        """Store what must be there before the first row: the survey, the mapping, the marks of a new check."""
        now, plan = self._context.now, decision.plan
        with self._bench.store.write() as session:
            put_survey(session, decision, table.path.name, self._context)
            if save_as or wishes.columns or wishes.survey:
                mappings.save_mapping(
                    session,
                    save_as or f"{plan.kind}-{plan.stem}"[:120],
                    kind=plan.kind,
                    header_hash=header_hash(table.columns),
                    columns={field: column for field, column in plan.columns.items() if column in table.columns},
                    options={"survey": wishes.survey, "date_order": wishes.date_order},
                    now=now,
                )
            quarantine.begin_check(session, place)

    def _stream(self, rows: Iterable[RawRow], plan: Plan, report: FileReport, place: str) -> None:
        bench, context = self._bench, self._context
        with SeenRows() as seen:
            for batch in chunks(rows, bench.settings.import_batch_rows):
                with bench.store.write() as session:
                    results = store_batch(session, plan, batch, file=report.file, context=context, seen=seen)
                    bad = [
                        aside(raw, result, bench.vault)
                        for raw, result in zip(batch, results, strict=True)
                        if isinstance(result, Broken)
                    ]
                    quarantine.set_aside(session, place, plan.kind, bad, mapping=plan.to_dict(), now=context.now)
                report.add(results)
                bench.progress.advance(len(batch))


def _report(table: Table, decision: Decision, saved: str | None) -> FileReport:
    plan = decision.plan
    used = {name: column for name, column in plan.columns.items() if column in table.columns}
    unused = tuple(column for column in table.columns if column not in used.values())
    notes = [f"columns as in the saved mapping {saved!r}"] if saved else []
    return FileReport(table.path.name, plan.kind, table.format, used, unused, [*notes, *decision.notes])
