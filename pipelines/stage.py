"""What every stage gets, and what it says when it is done."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from data.store.unit_of_work import Store
from data.store.vault import Vault
from pipelines.progress import ProgressSink, Silent
from pipelines.settings import Settings

# Who did it, in the audit trail, where no key is shown.
COMMAND_LINE = "command line"


def utc_now() -> datetime:
    """Give the time now, aware, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Bench:
    """The workbench of a run: settings, store, vault, progress and clock."""

    settings: Settings
    store: Store
    vault: Vault
    progress: ProgressSink = field(default_factory=Silent)
    clock: Callable[[], datetime] = utc_now


@dataclass
class StageReport:
    """Rows in and out of one stage, seconds, and what else it counted."""

    stage: str
    rows_in: int = 0
    rows_out: int = 0
    seconds: float = 0.0
    counts: dict[str, Any] = field(default_factory=dict)
    model_keys: dict[str, str] = field(default_factory=dict)

    def note(self) -> str:
        """Say it in one line of under 65 characters."""
        extra = ", ".join(
            f"{value:,} {name}" for name, value in self.counts.items() if isinstance(value, int) and value
        )
        return f"{self.rows_in:>7,} in {self.rows_out:>7,} out {self.seconds:6.1f} s  {extra}".rstrip()


@contextmanager
def stage(bench: Bench, name: str, total: int | None) -> Iterator[StageReport]:
    """Time a stage and tell the progress display of its start and end."""
    report = StageReport(name)
    started = time.monotonic()
    bench.progress.start(name, total)
    yield report
    report.seconds = time.monotonic() - started
    bench.progress.finish(report.note())
