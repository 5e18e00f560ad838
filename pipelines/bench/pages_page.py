"""The part of `docs/performance.md` on the dashboard: seconds by page and the server's memory, beside the bars."""

from pipelines.bench.bars import PAGE_FILTER_S, PAGE_FIRST_S, PAGES_MIB, Bar
from pipelines.bench.figures import Figures, Spread
from pipelines.bench.pages import BENCH, FILTERS, ONE_SEGMENT, PAGES, SERVER, SIDE_BY_SIDE
from pipelines.bench.tables import bar_cells, figure, table

PAGES_TEXT = """## The dashboard over a million comments

`make bench-pages`: `sottovoce serve` and `sottovoce dashboard` serve the seeded store of above as processes of their
own, and Chromium opens each page as somebody who was never here (nothing cached, 1280 x 900). "First" is the time until
the page's opening sentence with its numbers stands there, "whole" until all of it does; then somebody chooses a role
and a segment in the filter bar, each timed until a number on the page is another. Each round has servers of its own
that have answered none of these questions; every page was opened once before with another period, so that what
a server does once in its life is not in it. Pages come in another order each round; what two of them ask alike is
answered once a minute. Server, database and browser share the machine; where others kept more than a few tenths of a
core busy meanwhile (last table), the seconds are upper bounds."""


def pages_tables(figures: Figures) -> str:
    """Write seconds by page for each database, and the memory of the dashboard."""
    databases = figures.subjects(BENCH)
    rows = [row for database in databases for row in _times(figures, database)]
    if not rows:
        return ""
    changed = [f"{name} changed s" for name in FILTERS]
    wanted = f"bar (first < {PAGE_FIRST_S:g} s, a change < {PAGE_FILTER_S:g} s)"
    columns = ["database", "page", "rounds", "first s", "whole s", *changed, "processor s", wanted]
    return f"{table(columns, rows)}\n\n{_server(figures, databases)}"


def _times(figures: Figures, database: str) -> list[list[str]]:
    rows = []
    for page in PAGES:
        task = f"{BENCH}/{database}/{page}"
        first, whole = (figures.get(task, f"main.result.{name}_s") for name in ("first", "whole"))
        if first is None:
            continue
        changes = {name: figures.get(task, f"main.result.{name}_s") for name in FILTERS}
        cells = [_change(one, page, name) for name, one in changes.items()]
        spent = figure(figures.get(task, "main.cpu_s"), ".1f")
        met = bar_cells(_bar(first, list(changes.values())))[1]
        rows.append([database, page, str(first.runs), figure(first, ".2f"), figure(whole, ".2f"), *cells, spent, met])
    return rows


def _change(took: Spread | None, page: str, name: str) -> str:
    """Write the seconds of a change; a page that has no such filter, or one that says nothing there, has none."""
    if took is None:
        return "one segment" if page in ONE_SEGMENT and name == "segment" else "no filters"
    return figure(took, ".2f")


def _bar(first: Spread, changes: list[Spread | None]) -> Bar:
    slow = [one for one in changes if one is not None and one.median >= PAGE_FILTER_S]
    return Bar("", first.median < PAGE_FIRST_S and not slow)


def _server(figures: Figures, databases: list[str]) -> str:
    rows = []
    for database in databases:
        task = f"{BENCH}/{database}/{SERVER}"
        three, peak = figures.get(task, "main.result.three_mib"), figures.get(task, "main.peak_mib")
        if three is None or peak is None:
            continue
        answers, others = (figures.get(task, f"main.result.{name}") for name in ("api_mib", "others_cores"))
        bar = Bar(f"< {PAGES_MIB} MiB", three.most < PAGES_MIB)
        shown = [figure(three, ".0f"), figure(peak, ".0f"), figure(answers, ".0f"), figure(others, ".1f")]
        rows.append([database, *shown, *bar_cells(bar)])
    columns = [
        "database",
        f"dashboard MiB, {', '.join(SIDE_BY_SIDE)} open",
        "its peak MiB",
        "API beside it MiB",
        "cores that others kept busy meanwhile",
        "bar",
        "met",
    ]
    return table(columns, rows)
