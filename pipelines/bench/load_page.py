"""The part of `docs/performance.md` on the served API: times by route, and the server's memory, beside the bars."""

from typing import Any

from pipelines.bench.bars import LOAD_MIB, LOAD_P95_MS, Bar
from pipelines.bench.figures import Figures
from pipelines.bench.questions import MIXES
from pipelines.bench.tables import bar_cells, table

TASK = "load/{database}/{mix}"
LOAD_TEXT = """## The API, asked by many: a million comments of two thousand accounts

`make bench-load`: `sottovoce bench seed` fills a store (planted accounts, three years of answers, mentions,
vectors; the stages make what is derived from these, no model reads the comments), `sottovoce serve` serves it as a
process of its own, and locust in a third process asks 20 times a second for up to a minute, after a warm-up of 10 s
that does not count: first for everything at once ("all": three diagnoses to two counts, six lists and two
searches), then 20 times a second for one thing alone. Questions come at fixed moments whether or not the ones
before were answered (open loop), no address is asked twice (nothing can be answered 304), three in ten come with
the key of a CSM who sees 20 accounts. Server, database and asker share the machine."""


def load_tables(figures: Figures) -> str:
    """Write times by route for each database, and the memory of the server."""
    databases = figures.subjects("load")
    rows = [row for database in databases for row in _times(figures, database)]
    if not rows:
        return ""
    columns = ["database", "mix", "asked for", "n", "p50 ms", "p95 ms", "p99 ms", "errors", "bar (p95)", "met"]
    return f"{table(columns, rows)}\n\n{_memory(figures, databases)}"


def _times(figures: Figures, database: str) -> list[list[str]]:
    rows = []
    for mix in MIXES:
        routes: dict[str, Any] = (figures.result(TASK.format(database=database, mix=mix)) or {}).get("routes", {})
        for name, one in routes.items():
            most = LOAD_P95_MS[name.partition(":")[0]]
            bar = Bar(f"≤ {most:g} ms, no error", one["p95"] <= most and not one["errors"])
            times = [f"{one[share]:.0f}" for share in ("p50", "p95", "p99")]
            rows.append([database, mix, name, str(one["n"]), *times, str(one["errors"]), *bar_cells(bar)])
    return rows


def _memory(figures: Figures, databases: list[str]) -> str:
    rows = []
    for database in databases:
        tasks = [TASK.format(database=database, mix=mix) for mix in MIXES]
        peaks = [one.most for task in tasks if (one := figures.get(task, "main.peak_mib"))]
        own = [one.most for task in tasks if (one := figures.get(task, "main.result.own_mib"))]
        beside = [one.most for task in tasks if (one := figures.get(task, "main.result.worker_mib"))]
        spent = [one.median for task in tasks if (one := figures.get(task, "main.cpu_s"))]
        bar = Bar(f"< {LOAD_MIB} MiB", max(peaks) < LOAD_MIB)
        shown = [f"{max(found):.0f}" for found in (peaks, own, beside)]
        rows.append([database, *shown, f"{sum(spent):.0f}", *bar_cells(bar)])
    columns = [
        "database",
        "server's peak MiB",
        "of it its own (no mapped files)",
        "worker beside it MiB",
        "processor s",
        "bar",
        "met",
    ]
    return table(columns, rows)
