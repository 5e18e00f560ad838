"""Pull what changed at a product, a page a commit: killed anywhere, the next pull goes on after the last page."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from data.store.repositories.audit import record
from data.store.repositories.imports import ImportContext
from data.store.repositories.locks import try_lock
from data.store.repositories.runs import get_fact, put_fact
from pipelines.arrived import Arrived, store_export
from pipelines.errors import PullError
from pipelines.pull.source import Cursor, Source
from pipelines.stage import COMMAND_LINE, Bench

LOCK = "pull"


@dataclass
class PullReport:
    """What a pull brought: pages, objects of the product, and rows by what became of them."""

    source: str
    pages: int = 0
    objects: int = 0
    arrived: Arrived = field(default_factory=Arrived)
    # Where the next pull goes on.
    cursor: Cursor = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Give it as JSON."""
        own = {"source": self.source, "pages": self.pages, "objects": self.objects}
        return {**own, **self.arrived.as_dict(), "cursor": dict(self.cursor)}


def pull(bench: Bench, source: Source, *, since: datetime | None = None) -> PullReport:
    """Bring what changed since the last pull.

    Args:
        bench: Settings, store, vault, progress and clock.
        source: The product.
        since: Begin here, whatever was pulled before (what is there already is "same"); None: go on.

    Raises:
        PullError: There was no pull before and `since` is not given; another pull is at work; or the product can't be
            reached. What came before is kept.
    """
    bench.store.migrate()
    with try_lock(bench.store, bench.settings.home, LOCK) as free:
        if not free:
            raise PullError("another pull is at work: wait for its end")
        cursor = {"since": since.isoformat()} if since is not None else last_cursor(bench, source.name)
        if cursor is None:
            raise PullError(
                f"{source.name} was never pulled: say from when, sottovoce pull {source.name} --since 2026-01-01"
            )
        return _pull(bench, source, cursor)


def last_cursor(bench: Bench, name: str) -> Cursor | None:
    """Give where the last pull of a product came to."""
    with bench.store.read() as session:
        return get_fact(session, _fact(name))


def _fact(name: str) -> str:
    return f"pull/{name}"


def _pull(bench: Bench, source: Source, cursor: Cursor) -> PullReport:
    report = PullReport(source.name, cursor=cursor)
    bench.progress.start(f"pull {source.name}", None)
    for page in source.pages(cursor, now=bench.clock()):
        context = ImportContext(bench.vault, bench.clock())
        objects = sum(1 for _ in page.objects.read())
        with bench.store.write() as session:
            store_export(session, source.make(page.objects), report.arrived, place=_fact(source.name), context=context)
            put_fact(session, _fact(source.name), dict(page.cursor), now=context.now)
        report.pages, report.objects, report.cursor = report.pages + 1, report.objects + objects, page.cursor
        bench.progress.advance(objects)
    with bench.store.write() as session:
        detail = {"source": source.name, "objects": report.objects, **report.arrived.counts}
        record(session, actor=COMMAND_LINE, action="pull", detail=detail, now=bench.clock())
    bench.progress.finish(
        ", ".join(f"{count:,} {name}" for name, count in report.arrived.counts.items()) or "nothing new"
    )
    return report
