"""Progress that others may ask for: what a run does is noted in the store, beside the display that there is."""

import time
from collections.abc import Callable
from datetime import datetime

from data.store.repositories.progress import note_progress
from data.store.unit_of_work import Store
from data.store.version import DataVersion
from pipelines.progress import ProgressSink

# Seconds between two notes: often enough to watch, seldom enough to cost nothing.
NOTED_EVERY_S = 2.0


class Told:
    """Passes on what it hears, and notes it at most every two seconds, without ever waiting for the database."""

    def __init__(
        self,
        inner: ProgressSink,
        store: Store,
        run_id: int,
        *,
        clock: Callable[[], datetime],
        every_s: float = NOTED_EVERY_S,
    ) -> None:
        """Begin with no stage."""
        self._inner, self._run_id, self._clock, self._every_s = inner, run_id, clock, every_s
        self._version = DataVersion(store)
        self._stage, self._done, self._noted = "", 0, float("-inf")
        self._total: int | None = None

    def start(self, stage: str, total: int | None) -> None:
        """A stage begins: noted at once."""
        self._inner.start(stage, total)
        self._stage, self._total, self._done = stage, total, 0
        self._note()

    def advance(self, rows: int) -> None:
        """Some rows are done."""
        self._inner.advance(rows)
        self._done += rows
        if time.monotonic() - self._noted >= self._every_s:
            self._note()

    def finish(self, note: str) -> None:
        """Pass it on: the stage's own row says the rest."""
        self._inner.finish(note)

    def close(self) -> None:
        """Give the connection back."""
        self._version.close()

    def _note(self) -> None:
        self._noted = time.monotonic()
        self._version.aside(
            lambda session: note_progress(
                session,
                self._run_id,
                stage=self._stage,
                rows_done=self._done,
                # A stage that finds its work as it goes says 0.
                rows_total=self._total or None,
                now=self._clock(),
            )
        )
