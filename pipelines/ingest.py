"""Import: a folder or one file of feedback into the store, a batch a commit; broken rows go to quarantine.

Stopped anywhere, importing again ends with the same tables: rows are known by their ids, never by their place.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from data.store.queries.unmatched import count_without_account, list_unmatched
from data.store.repositories import mappings, quarantine
from data.store.repositories.bulk import chunks
from data.store.repositories.imports import (
    ImportContext,
    count_stubs,
    known_surveys,
    survey_types,
)
from pipelines.batch import put_survey, put_surveys, set_aside, store_batch
from pipelines.errors import InputFileError
from pipelines.fields import ID_FIELD, KINDS
from pipelines.import_report import UNMATCHED_SHOWN, FileReport, ImportReport
from pipelines.mapping import header_hash, kind_of_stem
from pipelines.parts import decide_part, new_surveys, survey_note, with_survey
from pipelines.plan import Decision, Plan, Wishes, decide, wishes_of
from pipelines.readers.detect import SUFFIXES, find_export, open_table
from pipelines.readers.export import Export, Part
from pipelines.readers.table import RawRow, Table
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
    zone: str | None = None,
    known_as: str | None = None,
) -> ImportReport:
    """Import a folder in the canonical layout, an export of a product that is known, or one file with any columns.

    Args:
        path: A folder, or a CSV, TSV, JSON, JSONL, Parquet or Excel file.
        bench: Settings, store, vault, progress and clock; the time dates rows that have no date.
        kind: One of the kinds, or nps, csat, ces for answers of such a survey; None: guessed.
        mapping: Field -> column, over the guess ("text" stands for the kind's text). With this or `kind` no export
            is looked for: the file is read as the user says.
        survey: The survey that all answers belong to; made with its usual scale where its name begins with its type.
        save_as: Save the mapping under this name, or use the one saved under it.
        date_order: "dmy" or "mdy", where the dates of the file do not tell.
        zone: Zone of times that name none ("Europe/Berlin"); None: the setting `zone`, else UTC.
        known_as: What the quarantine knows one file by, over its place: an upload lies in another folder each time.

    Returns:
        The counts by file, the columns used, the choices made, and what could not be matched.

    Raises:
        InputFileError: A file can't be read at all.
        MappingError: The mapping, the survey or the zone does not exist.
    """
    started = time.monotonic()
    bench.store.migrate()
    zone = zone or bench.settings.zone
    wishes = wishes_of(kind, mapping, survey, date_order, zone=zone)
    context = ImportContext(bench.vault, bench.clock())
    report = ImportReport()
    files, report.skipped_files = _files(path, wishes)
    for file, wish in files:
        report.files += _FileImport(bench, context).run(file, wish, save_as=save_as, known_as=known_as)
    with bench.store.read() as session:
        report.unmatched_accounts, report.unmatched_contacts = count_stubs(session)
        report.unmatched = {one.name: one.rows for one in list_unmatched(session, limit=UNMATCHED_SHOWN)}
        report.without_account = count_without_account(session)
    report.ambiguous_accounts = context.ambiguous
    report.seconds = time.monotonic() - started
    return report


def is_saved(bench: Bench, export: Export) -> bool:
    """Say whether the user saved a mapping for this header: it is taken before what was recognised."""
    with bench.store.read() as session:
        return bool(export.header) and mappings.find_mapping(session, header_hash(export.header)) is not None


def _files(path: Path, wishes: Wishes) -> tuple[list[tuple[Path, Wishes]], tuple[str, ...]]:
    """Give the files to import in the order of their dependencies, and the names of those left out."""
    if not path.exists():
        raise InputFileError(f"{path} does not exist: check the path")
    if not path.is_dir():
        return [(path, wishes)], ()
    if wishes != Wishes(zone=wishes.zone):
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
    return [(file, Wishes(kind=KINDS[place], zone=wishes.zone, explicit=True)) for place, file in chosen], skipped


# What is read, how, and the report of it.
_Piece = tuple[Table, Decision, FileReport]


class _FileImport:
    """Imports one file."""

    def __init__(self, bench: Bench, context: ImportContext) -> None:
        self._bench, self._context = bench, context

    def run(self, file: Path, wishes: Wishes, *, save_as: str | None, known_as: str | None = None) -> list[FileReport]:
        """Read, decide, and store batch by batch: a report for the file, or one for each part of an export."""
        place = (known_as or str(file.resolve()))[-400:].encode("utf-8", "replace").decode()
        export = None if wishes.explicit or save_as else find_export(file)
        if export is None or is_saved(self._bench, export):
            pieces = [self._whole(file, wishes, save_as)]
        else:
            pieces = self._parts(export, wishes)
        with self._bench.store.write() as session:
            quarantine.begin_check(session, place)
        for table, decision, report in pieces:
            self._bench.progress.start(report.kind, table.total)
            self._stream(table.read(), decision.plan, report, place)
            self._bench.progress.finish(report.counted())
        with self._bench.store.write() as session:
            pieces[0][2].mended = quarantine.end_check(session, place, now=self._context.now)
        return [report for _, _, report in pieces]

    def _whole(self, file: Path, wishes: Wishes, save_as: str | None) -> _Piece:
        """Take the whole file as rows of one kind."""
        table = open_table(file)
        wishes, used = self._remembered(table, wishes, save_as)
        with self._bench.store.read() as session:
            surveys = survey_types(session, known_surveys(session))
        decision = decide(table, wishes, surveys=surveys, now=self._context.now)
        report = _report(table, decision, used)
        report.notes += self._remapped(table, decision.plan)
        self._begin(table, decision, wishes, save_as)
        return table, decision, report

    def _parts(self, export: Export, wishes: Wishes) -> list[_Piece]:
        """Take the parts of an export, with the surveys that they need."""
        context = self._context
        if not export.parts:
            raise InputFileError(f"this {export.source} export holds no rows that can be imported: export it again")
        with self._bench.store.write() as session:
            surveys = survey_types(session, known_surveys(session))
            parts = with_survey(export, wishes.survey, surveys) if wishes.survey else export.parts
            pieces: list[_Piece] = []
            for part in parts:
                decision = decide_part(part, wishes, now=context.now)
                made = new_surveys(part, surveys)
                put_surveys(session, made, part.table.path.name, context)
                surveys |= {one.survey_id: one.type for one in made}
                about_all = () if pieces else export.notes
                notes = [*about_all, *map(survey_note, made), *decision.notes]
                pieces.append((part.table, decision, _part_report(export, part, notes)))
        return pieces

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
            return Wishes(saved.kind, known, saved.options.get("survey"), order, wishes.zone), saved.name

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

    def _begin(self, table: Table, decision: Decision, wishes: Wishes, save_as: str | None) -> None:
        """Store what must be there before the first row: the survey and the mapping."""
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

    def _stream(self, rows: Iterable[RawRow], plan: Plan, report: FileReport, place: str) -> None:
        bench, context = self._bench, self._context
        with SeenRows() as seen:
            for batch in chunks(report.kept(rows), bench.settings.import_batch_rows):
                with bench.store.write() as session:
                    stored = store_batch(session, plan, batch, file=report.file, context=context, seen=seen)
                    results = [report.placed(result) for result in stored]
                    set_aside(session, plan, batch, results, place=place, context=context)
                report.add(results)
                bench.progress.advance(len(batch))


def _part_report(export: Export, part: Part, notes: Sequence[str]) -> FileReport:
    told = list(dict.fromkeys(notes))
    table = part.table
    columns = {name: part.sources.get(name, name) for name in table.columns}
    return FileReport(table.path.name, part.kind, table.format, columns, part.unused, told, source=export.source)


def _report(table: Table, decision: Decision, saved: str | None) -> FileReport:
    plan = decision.plan
    used = {name: column for name, column in plan.columns.items() if column in table.columns}
    unused = tuple(column for column in table.columns if column not in used.values())
    notes = [f"columns as in the saved mapping {saved!r}"] if saved else []
    return FileReport(table.path.name, plan.kind, table.format, used, unused, [*notes, *decision.notes])
