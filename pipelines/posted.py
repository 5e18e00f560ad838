"""Comments that came over the API, imported by the code that imports files; in one transaction: it is done once."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from data.store.repositories.imports import ImportContext
from data.store.repositories.jobs import JobTask, imported
from data.store.repositories.owned import FOREIGN, foreign_columns
from data.store.unit_of_work import Session
from pipelines.batch import set_aside, store_batch
from pipelines.cells import ColumnFormat
from pipelines.fields import FIELD, KINDS
from pipelines.plan import Plan
from pipelines.readers.table import RawRow
from pipelines.rows import Broken
from pipelines.seen import SeenRows
from pipelines.stage import Bench

# What stands where a file's name does, in the origin of a row and in the quarantine.
ORIGIN = "api"
# What the importer tells someone with a file in hand.
_OF_FILES = ("correct it in the file and import the file again", "correct it in the file and import it again")
_MEND = "mend it and post the row again, or mend it in the quarantine"

# The command line's words for what the API calls otherwise.
_WORDS = {
    "--map ": "`columns` ",
    "--survey ": "`survey` ",
    "--survey)": "`survey`)",
    "--dates ": "`date_order` ",
    "--as ": "`kind` ",
    "run `sottovoce quarantine retry`": "POST /v1/quarantine/retry",
}


@dataclass(frozen=True)
class PostedRow:
    """A row as the API took it: its place in the batch (from 1), its kind and its values."""

    row: int
    kind: str
    values: dict[str, Any]


def plan_of(kind: str) -> Plan:
    """Read a row whose columns are the canonical ones, dates as ISO 8601 has them."""
    return Plan(kind, {name: name for name in FIELD[kind]}, dict.fromkeys(FIELD[kind], ColumnFormat()), stem=ORIGIN)


def import_posted(bench: Bench, job: JobTask) -> None:
    """Import a job's rows, set the broken ones aside, and note what became of each; all of it or nothing."""
    payload = bench.vault.decrypt(job.payload_encrypted) if job.payload_encrypted else "[]"
    rows = [PostedRow(**row) for row in json.loads(payload)]
    context = ImportContext(bench.vault, bench.clock())
    counts: Counter[str] = Counter()
    errors: list[dict[str, Any]] = []
    with SeenRows() as seen, bench.store.write() as session:
        for kind in KINDS:
            of_kind = [row for row in rows if row.kind == kind]
            own, foreign = _own(session, kind, of_kind, job.accounts)
            results = _store(session, kind, own, job.job_id, context, seen)
            counts.update("quarantined" if isinstance(one, Broken) else one for one in results)
            counts["refused"] += len(foreign)
            errors += foreign
            errors += [_error(row.row, one) for row, one in zip(own, results, strict=True) if isinstance(one, Broken)]
        imported(session, job.job_id, counts=dict(counts), errors=errors)


def _own(
    session: Session, kind: str, rows: Sequence[PostedRow], accounts: Sequence[str] | None
) -> tuple[list[PostedRow], list[dict[str, Any]]]:
    """Part the rows that the key may write from those that name what others own.

    The API has looked already; what it looked at may have changed since.
    """
    if accounts is None or not rows:
        return list(rows), []
    foreign = foreign_columns(session, kind, [row.values for row in rows], accounts)
    own = [row for place, row in enumerate(rows) if place not in foreign]
    return own, [foreign_error(rows[place].row, column) for place, column in foreign.items()]


def said(text: str) -> str:
    """Put a message of the command line into the API's words."""
    for word, ours in _WORDS.items():
        text = text.replace(word, ours)
    return text


def foreign_error(row: int, column: str) -> dict[str, Any]:
    """Say that a row names what its key does not see."""
    return row_error(row, column, None, FOREIGN, "post rows of your own accounts only")


def row_error(row: int, column: str | None, value: str | None, reason: str, next_step: str) -> dict[str, Any]:
    """Say what is wrong with a row, in the shape that a job shows."""
    return {"row": row, "column": column, "value": value, "reason": reason, "next_step": next_step}


def _store(
    session: Session,
    kind: str,
    rows: Sequence[PostedRow],
    job_id: str,
    context: ImportContext,
    seen: SeenRows,
) -> list[str | Broken]:
    if not rows:
        return []
    plan = plan_of(kind)
    raws = [RawRow(row.row, row.values) for row in rows]
    results = store_batch(session, plan, raws, file=ORIGIN, context=context, seen=seen)
    set_aside(session, plan, raws, results, place=f"{ORIGIN}/{job_id}", context=context)
    return results


def _error(row: int, found: Broken) -> dict[str, Any]:
    reason, _, step = found.reason.partition(": ")
    return row_error(row, found.column, found.value, reason, _MEND if step in ("", *_OF_FILES) else said(step))
