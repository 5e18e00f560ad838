"""Rows that were set aside: list them, take them back once mended, write them out to be mended, or dismiss them."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from data.store.repositories import jobs
from data.store.repositories import quarantine as repository
from data.store.repositories.imports import ImportContext
from data.store.repositories.jobs import JobTask
from pipelines.batch import store_batch
from pipelines.coerce import is_nothing, to_words
from pipelines.errors import InputFileError
from pipelines.fields import ID_FIELD
from pipelines.formulas import guarded
from pipelines.mapping import plain_name
from pipelines.plan import Plan
from pipelines.readers.detect import open_table
from pipelines.readers.table import RawRow
from pipelines.rows import Broken
from pipelines.seen import SeenRows
from pipelines.stage import Bench

# The column that ties a mended row to the one set aside.
ID_COLUMN = "quarantine_id"


@dataclass(frozen=True)
class OpenRow:
    """One row that waits: where it stands (the header is row 1), what is wrong, and what to do."""

    id: int
    file: str
    row_number: int
    kind: str
    column: str | None
    value: str | None
    reason: str


@dataclass(frozen=True)
class RetryReport:
    """What came of a retry; `unmatched` are rows of a mended file that belong to no open row."""

    taken_back: int = 0
    still_broken: int = 0
    unmatched: int = 0


@dataclass(frozen=True)
class _Waiting:
    id: int
    kind: str
    row_number: int
    file: str
    plan: Plan
    cells: dict[str, Any]
    conflict: bool = False


def list_open(bench: Bench, *, file: str | None = None, limit: int = 100, after: int = 0) -> list[OpenRow]:
    """Give open rows by id; `file` is a path or its last part. `after` pages on."""
    with bench.store.read() as session:
        rows = repository.open_rows(session, file=file, after=after, limit=limit)
        return [OpenRow(row.id, row.file, row.row_number, row.kind, row.column, row.value, row.reason) for row in rows]


def count_by_file(bench: Bench) -> list[tuple[str, str, int]]:
    """Count open rows: (file, kind, n)."""
    with bench.store.read() as session:
        return repository.count_open_by_file(session)


def dismiss(bench: Bench, *, ids: Sequence[int] | None = None, file: str | None = None) -> int:
    """Leave rows out for good: all open ones, those of a file, or those with these ids. Returns how many."""
    with bench.store.write() as session:
        return repository.dismiss(session, file=file, ids=ids, now=bench.clock())


def retry(bench: Bench, *, ids: Sequence[int] | None = None, file: str | None = None) -> RetryReport:
    """Check open rows again as they are stored: after a missing survey was imported, say."""
    context = ImportContext(bench.vault, bench.clock())
    taken = broken = 0
    with SeenRows() as seen:
        for page in _pages(bench, ids=ids, file=file):
            done = sum(_store(bench, group, context, seen) for group in _alike(page))
            taken, broken = taken + done, broken + len(page) - done
    return RetryReport(taken, broken)


def retry_cells(bench: Bench, mended: Mapping[int, Mapping[str, Any]]) -> RetryReport:
    """Take rows back with mended cells: id -> column of the file -> value."""
    context = ImportContext(bench.vault, bench.clock())
    rows = [_with_cells(row, dict(mended[row.id])) for page in _pages(bench, ids=sorted(mended)) for row in page]
    with SeenRows() as seen:
        taken = sum(_store(bench, group, context, seen) for group in _alike(rows))
    return RetryReport(taken, len(rows) - taken, len(mended) - len(rows))


def retry_job(bench: Bench, job: JobTask) -> None:
    """Do what a job of the API asks for: rows as they are, by id or by file, or with mended cells."""
    if job.payload_encrypted is not None:
        mended = json.loads(bench.vault.decrypt(job.payload_encrypted))
        report = retry_cells(bench, {int(pk): cells for pk, cells in mended.items()})
    else:
        report = retry(bench, ids=job.options.get("ids"), file=job.options.get("file"))
    counts = {"taken_back": report.taken_back, "still_broken": report.still_broken, "unmatched": report.unmatched}
    with bench.store.write() as session:
        jobs.imported(session, job.job_id, counts=counts)


def retry_file(bench: Bench, path: Path) -> RetryReport:
    """Take mended rows from a file: tied to the open ones by the column `quarantine_id`, else by their own id.

    Raises:
        InputFileError: The file can't be read.
    """
    table = open_table(path)
    context = ImportContext(bench.vault, bench.clock())
    tie = next((column for column in table.columns if plain_name(column) == plain_name(ID_COLUMN)), None)
    waiting = {row.id: row for page in _pages(bench) for row in page}
    by_own_id = {} if tie else {key: row.id for row in waiting.values() if (key := _own_id(row))}
    mended: dict[int, _Waiting] = {}
    unmatched = 0
    for raw in table.read():
        found = _match(raw, tie, waiting, by_own_id)
        if found is None:
            unmatched += 1
        else:
            mended[found.id] = _with_cells(found, {name: cell for name, cell in raw.cells.items() if name != tie})
    with SeenRows() as seen:
        taken = sum(_store(bench, group, context, seen) for group in _alike(list(mended.values())))
    return RetryReport(taken, len(mended) - taken, unmatched)


def _with_cells(row: _Waiting, cells: dict[str, Any]) -> _Waiting:
    """Put mended cells over the stored ones; a row that contradicts another must have changed to be tried again."""
    used = set(row.plan.columns.values())
    changed = any(to_words(row.cells.get(name) or "") != to_words(cells[name] or "") for name in cells if name in used)
    return replace(row, cells={**row.cells, **cells}, conflict=row.conflict and not changed)


def export_open(bench: Bench, path: Path, *, file: str | None = None) -> int:
    """Write open rows as CSV, with what is wrong beside them, to be mended and given to `retry_file`.

    Returns how many. The cells are as the file had them: the result holds personal data.
    """
    columns: dict[str, None] = {}
    reasons: dict[int, str] = {row.id: row.reason for row in _all_open(bench, file)}
    for page in _pages(bench, file=file):
        for row in page:
            columns.update(dict.fromkeys(row.cells))
    rows = 0
    try:
        with path.open("w", encoding="utf-8-sig", newline="") as out:
            writer = csv.writer(out)
            writer.writerow([ID_COLUMN, "reason", *columns])
            for page in _pages(bench, file=file):
                for row in page:
                    cells = [_safe(row.cells.get(name)) for name in columns]
                    writer.writerow([row.id, reasons.get(row.id, ""), *cells])
                    rows += 1
    except OSError as error:
        raise InputFileError(f"can't write {path} ({error}): choose another place") from error
    return rows


def _all_open(bench: Bench, file: str | None) -> Iterator[OpenRow]:
    after = 0
    while page := list_open(bench, file=file, limit=1000, after=after):
        yield from page
        after = page[-1].id


def _safe(cell: object) -> object:
    if isinstance(cell, (list, dict)):
        return json.dumps(cell)
    return guarded(cell)


def _pages(bench: Bench, *, ids: Sequence[int] | None = None, file: str | None = None) -> Iterator[list[_Waiting]]:
    after = 0
    while True:
        with bench.store.read() as session:
            rows = repository.open_rows(session, ids=ids, file=file, after=after, limit=1000)
            page = [
                _Waiting(
                    row.id,
                    row.kind,
                    row.row_number,
                    row.file,
                    Plan.from_dict(row.mapping),
                    json.loads(bench.vault.decrypt(row.row_encrypted)) if row.row_encrypted else {},
                    bool(row.mapping.get("conflict")),
                )
                for row in rows
            ]
        if not page:
            return
        after = page[-1].id
        yield page


def _alike(rows: Sequence[_Waiting]) -> list[list[_Waiting]]:
    """Part the rows that can be tried by file and plan, in the order of their ids.

    Rows that were never cut into cells stay out, and those that contradict another row of their file.
    """
    groups: dict[tuple[str, str], list[_Waiting]] = {}
    for row in sorted(rows, key=lambda row: row.id):
        if not row.conflict and any(column in row.cells for column in row.plan.columns.values()):
            groups.setdefault((row.file, json.dumps(row.plan.to_dict(), sort_keys=True)), []).append(row)
    return list(groups.values())


def _store(bench: Bench, group: Sequence[_Waiting], context: ImportContext, seen: SeenRows) -> int:
    raws = [RawRow(row.row_number, row.cells) for row in group]
    file = Path(group[0].file).name
    with bench.store.write() as session:
        results = store_batch(session, group[0].plan, raws, file=file, context=context, seen=seen)
        left = {
            r.id: (o.column, o.value, o.reason) for r, o in zip(group, results, strict=True) if isinstance(o, Broken)
        }
        repository.restate(session, left)
        done = [row.id for row in group if row.id not in left]
        repository.settle(session, done, state="taken_back", now=context.now)
    return len(done)


def _own_id(row: _Waiting) -> tuple[str, str] | None:
    """Give the column and the value of a row's own id."""
    column = row.plan.columns.get(ID_FIELD.get(row.kind, ""))
    value = row.cells.get(column) if column else None
    return None if column is None or is_nothing(value) else (column, to_words(value))


def _match(
    raw: RawRow, tie: str | None, waiting: dict[int, _Waiting], by_own_id: dict[tuple[str, str], int]
) -> _Waiting | None:
    if tie is not None:
        number = to_words(raw.cells.get(tie))
        return waiting.get(int(number)) if number.isdecimal() else None
    keys = ((column, to_words(cell)) for column, cell in raw.cells.items())
    return next((waiting[by_own_id[key]] for key in keys if key in by_own_id), None)
