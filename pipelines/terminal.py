"""What the command line shows: progress, and tables that fit 80 columns."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from pipelines.progress import Bars, Lines, ProgressSink, Silent

if TYPE_CHECKING:
    from pipelines.ingest import ImportReport


@contextmanager
def progress_display(console: Console, *, quiet: bool = False) -> Iterator[ProgressSink]:
    """Give a live display on a terminal, one line a stage elsewhere, nothing when quiet."""
    if quiet:
        yield Silent()
    elif console.is_terminal:
        with Bars(console) as bars:
            yield bars
    else:
        yield Lines(console)


def plain_table(*columns: str, right: int = 0) -> Table:
    """Make a table without lines; the last `right` columns are numbers, aligned right."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for position, name in enumerate(columns):
        number = position >= len(columns) - right
        table.add_column(name, justify="right" if number else "left", no_wrap=number)
    return table


def import_summary(report: "ImportReport", console: Console) -> None:
    """Show what an import did."""
    raise NotImplementedError
