"""What the command line shows: progress, and tables that fit 80 columns."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipelines.progress import Bars, Lines, ProgressSink, Silent

if TYPE_CHECKING:
    from pipelines.import_report import FileReport, ImportReport


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


def import_line(report: "ImportReport") -> str:
    """Say the counts of an import in one line."""
    counts = report.counts()
    return ", ".join(f"{counts[name]:,} {name}" for name in ("read", "new", "changed", "same", "quarantined"))


def _file_summary(file: "FileReport", console: Console) -> None:
    from pipelines.import_report import part_line

    if file.source:
        console.print(f"{escape(file.source)} export: {escape(part_line(file))}")
    told = {field: column for field, column in file.columns.items() if field != column}
    if told:
        console.print(f"{escape(file.file)}: " + escape(", ".join(f"{f} = {c!r}" for f, c in told.items())))
    if file.unused:
        mend = "" if file.source else " (name them with --map field=column)"
        console.print(f"  not imported: {escape(', '.join(file.unused))}{mend}")
    for why, count in file.left_out.items():
        console.print(f"  {count:,} left out: {escape(why)}")
    for note in file.notes:
        console.print(f"  note: {escape(note)}")
    for reason, count in file.reasons.items():
        console.print(f"  {count:,} x {escape(reason)}")


def import_summary(report: "ImportReport", console: Console) -> None:
    """Show what an import did: counts by kind, the columns it used, what it chose, and what to do next."""
    table = plain_table("kind", "read", "new", "changed", "same", "quarantined", right=5)
    for kind, counts in report.by_kind().items():
        table.add_row(kind, *(f"{counts[name]:,}" for name in ("read", "new", "changed", "same", "quarantined")))
    console.print(table)
    for file in report.files:
        _file_summary(file, console)
    if report.unmatched_accounts or report.unmatched_contacts:
        console.print(
            f"{report.unmatched_accounts:,} accounts and {report.unmatched_contacts:,} contacts are named by rows "
            "but were not imported; import them to complete the picture"
        )
    for line in report.unmatched_words():
        console.print(f"  {escape(line)}")
    console.print(f"{report.seconds:.1f} s. Next: sottovoce run", highlight=False)
    if report.quarantined:
        console.print(f"{report.quarantined:,} rows were set aside: sottovoce quarantine list")
