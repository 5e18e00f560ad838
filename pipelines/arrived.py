"""Objects of a product that were pulled or that its webhook brought, stored by the code that imports files.

All of it in the caller's transaction: together with the cursor, or with the end of the job, or not at all.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from data.store.repositories.imports import ImportContext, known_surveys, survey_types
from data.store.unit_of_work import Session
from pipelines.batch import put_surveys, set_aside, store_batch
from pipelines.parts import decide_part, new_surveys
from pipelines.plan import Wishes
from pipelines.readers.export import Export
from pipelines.rows import Broken
from pipelines.seen import SeenRows


@dataclass
class Arrived:
    """Rows by what became of them: new, changed, same, quarantined; and why some stay out, with how often."""

    counts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)

    def add(self, results: list[str | Broken]) -> None:
        """Count rows."""
        self.counts.update("quarantined" if isinstance(one, Broken) else one for one in results)
        broken = [one for one in results if isinstance(one, Broken)]
        self.reasons.update(f"{one.column}: {one.reason}" if one.column else one.reason for one in broken)

    def as_dict(self) -> dict[str, Any]:
        """Give it as JSON."""
        return {"counts": dict(self.counts), "reasons": dict(self.reasons)}


def store_export(session: Session, export: Export, arrived: Arrived, *, place: str, context: ImportContext) -> None:
    """Store what an export holds; broken rows go to quarantine under `place` ("pull/zendesk").

    Args:
        session: A session that writes; the caller commits.
        export: Few enough rows to be stored at once: a page, or what one request brought.
        arrived: Is counted up.
        place: What the quarantine knows the rows by.
        context: Vault, clock and counters.
    """
    surveys = survey_types(session, known_surveys(session))
    file = export.source.lower()
    for part in export.parts:
        made = new_surveys(part, surveys)
        put_surveys(session, made, file, context)
        surveys |= {one.survey_id: one.type for one in made}
        plan = decide_part(part, Wishes(), now=context.now).plan
        rows = [row for row in part.table.read() if row.left_out is None]
        with SeenRows() as seen:
            results = store_batch(session, plan, rows, file=file, context=context, seen=seen)
        set_aside(session, plan, rows, results, place=place, context=context)
        arrived.add(results)
