"""Read the first rows of a file as an import would, and keep none: what each would become, and why not."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from data.store.repositories.imports import ImportContext
from pipelines.batch import Result, put_survey, put_surveys, store_batch
from pipelines.mapping import text_preview
from pipelines.plan import Decision
from pipelines.readers.export import Declared
from pipelines.readers.table import RawRow, Table
from pipelines.rows import Broken, read_row
from pipelines.seen import SeenRows
from pipelines.stage import Bench

# Rows that are tried: what is wrong with a file shows early, and the database is held for milliseconds.
TRIED = 200
# Rows that a preview shows: the first, and the first that would be set aside.
SHOWN_FIRST, SHOWN_BROKEN = 5, 10
VALUE_CHARS = 120


def rehearse(
    bench: Bench, table: Table, decision: Decision, sample: Sequence[RawRow], *, surveys: Sequence[Declared] = ()
) -> dict[str, Any]:
    """Import the first rows into a transaction that is taken back: the checks are the import's own."""
    rows, plan = sample[:TRIED], decision.plan
    context = ImportContext(bench.vault, bench.clock())
    with SeenRows() as seen, bench.store.write() as session:
        put_survey(session, decision, table.path.name, context)
        put_surveys(session, surveys, table.path.name, context)
        results = store_batch(session, plan, rows, file=table.path.name, context=context, seen=seen)
        session.rollback()
    outcomes = Counter(_outcome(result) for result in results)
    chosen = [place for place, result in enumerate(results) if isinstance(result, Broken)][:SHOWN_BROKEN]
    shown = sorted({*range(min(SHOWN_FIRST, len(rows))), *chosen})
    read = [_row(decision, rows[place], results[place]) for place in shown]
    return {"tried": len(rows), "outcomes": dict(outcomes), "read": read}


def _outcome(result: Result) -> str:
    return "quarantined" if isinstance(result, Broken) else result


def _row(decision: Decision, raw: RawRow, result: Result) -> dict[str, Any]:
    read = None if raw.problem is not None else read_row(decision.plan, raw)
    values = {} if read is None or isinstance(read, Broken) else read
    shown = {name: text_preview(value, VALUE_CHARS) for name, value in values.items() if value not in (None, "", [])}
    told = {"row": raw.number, "outcome": _outcome(result), "values": shown}
    if isinstance(result, Broken):
        return {**told, "column": result.column, "value": result.value, "reason": result.reason}
    return told
