"""Progress behind an interface: silent in the library, a live display on a terminal, lines elsewhere."""

import time
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn


class ProgressSink(Protocol):
    """Hears of stages and of rows done."""

    def start(self, stage: str, total: int | None) -> None:
        """A stage begins, with the number of rows it will see where that is known."""

    def advance(self, rows: int) -> None:
        """Some rows of the current stage are done and stored."""

    def finish(self, note: str) -> None:
        """The current stage is done; the note says counts and seconds."""


class Silent:
    """Says nothing."""

    def start(self, stage: str, total: int | None) -> None:
        """Ignore."""

    def advance(self, rows: int) -> None:
        """Ignore."""

    def finish(self, note: str) -> None:
        """Ignore."""


class Lines:
    """One line a stage, for files and for terminals without a cursor."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._stage = ""

    def start(self, stage: str, total: int | None) -> None:
        """Remember the name."""
        self._stage = stage

    def advance(self, rows: int) -> None:
        """Ignore."""

    def finish(self, note: str) -> None:
        """Print the line."""
        self._console.print(f"  {self._stage:<13} {note}", highlight=False)


class Bars:
    """A bar for the running stage with counts, rate and time left, and a line when it is done."""

    def __init__(self, console: Console) -> None:
        self._lines = Lines(console)
        self._progress = Progress(
            TextColumn("  {task.description:<13}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
        )
        self._task = self._progress.add_task("", visible=False, rate="")
        self._started = 0.0
        self._rows = 0

    def __enter__(self) -> Self:
        """Start the live display."""
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the live display."""
        self._progress.stop()

    def start(self, stage: str, total: int | None) -> None:
        """Show a fresh bar."""
        self._started, self._rows = time.monotonic(), 0
        self._lines.start(stage, total)
        self._progress.reset(self._task, total=total, description=stage, visible=True, rate="")

    def advance(self, rows: int) -> None:
        """Move the bar."""
        self._rows += rows
        rate = self._rows / max(time.monotonic() - self._started, 1e-3)
        self._progress.update(self._task, advance=rows, rate=f"{rate:,.0f}/s")

    def finish(self, note: str) -> None:
        """Hide the bar and print the line."""
        self._progress.update(self._task, visible=False)
        self._lines.finish(note)
