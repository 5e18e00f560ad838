"""The whole run: the stages in their order, each resumable, each doing only what is new."""

import dataclasses
import logging
from collections.abc import Callable
from typing import Any

from data.errors import DataError
from data.store.repositories import runs as repository
from data.store.repositories.progress import end_progress
from pipelines import (
    correct,
    diagnose,
    discover,
    embed,
    index,
    place,
    prepare,
    promises,
    retain,
    route,
    summarise,
    tag,
)
from pipelines.stage import Bench, StageReport
from pipelines.told import Told

log = logging.getLogger(__name__)

# What a run stores of its settings: all but secrets and addresses.
STORED_SETTINGS = ("embedder", "cluster_engine", "seed", "batch_rows", "keep_originals")


@dataclasses.dataclass(frozen=True)
class RunReport:
    """What a run did, stage by stage."""

    run_id: int
    stages: list[StageReport]
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        """Give it as JSON takes it."""
        return {
            "run": self.run_id,
            "seconds": round(self.seconds, 2),
            "stages": [
                {
                    "stage": s.stage,
                    "in": s.rows_in,
                    "out": s.rows_out,
                    "seconds": round(s.seconds, 2),
                    "counts": s.counts,
                }
                for s in self.stages
            ],
        }


def run(bench: Bench, *, refit: bool = False) -> RunReport:
    """Run every stage over what is new.

    Each stage commits batch by batch and looks for its work in the store, so a run that was killed anywhere is ended
    by the next one, with the same result as an undisturbed run.

    Args:
        bench: Settings, store, vault, progress and clock.
        refit: Find the discovered themes again even where new passages could join the known ones.

    Raises:
        StoreError: Another run is at work, or the database can't be used.
    """
    with repository.one_at_a_time(bench.store, bench.settings.home):
        started = bench.clock()
        with bench.store.write() as session:
            settings = {name: getattr(bench.settings, name) for name in STORED_SETTINGS}
            run_id = repository.begin_run(session, "run", settings=settings, now=started)
        told = Told(bench.progress, bench.store, run_id, clock=bench.clock)
        bench = dataclasses.replace(bench, progress=told)
        stages: list[StageReport] = []
        steps: list[Callable[[], StageReport]] = [
            lambda: prepare.run(bench),
            lambda: embed.run(bench),
            lambda: tag.run(bench),
            # Before the themes, which may take minutes: an owner is told within five.
            lambda: route.run(bench),
            lambda: index.run(bench),
            lambda: discover.run(bench, run_id=run_id, refit=refit),
            lambda: correct.run(bench),
            lambda: promises.run(bench),
            lambda: summarise.run(bench),
            # Before the accounts' standing, which asks for the line that it finds.
            lambda: retain.run(bench),
            lambda: diagnose.run(bench),
            # Last: nothing else waits for the map.
            lambda: place.run(bench),
        ]
        try:
            for step in steps:
                stages.append(_recorded(bench, run_id, step))
        except Exception as error:
            _close(bench, run_id, stages, state="failed", error=f"{type(error).__name__}: {error}"[:2000])
            raise
        finally:
            told.close()
        _close(bench, run_id, stages, state="done")
        return RunReport(run_id, stages, (bench.clock() - started).total_seconds())


def _recorded(bench: Bench, run_id: int, step: Callable[[], StageReport]) -> StageReport:
    started = bench.clock()
    report = step()
    with bench.store.write() as session:
        repository.record_stage(
            session,
            run_id,
            report.stage,
            started=started,
            seconds=report.seconds,
            rows_in=report.rows_in,
            rows_out=report.rows_out,
            counts=report.counts,
        )
    log.info("stage %s: %d in, %d out, %.2f s", report.stage, report.rows_in, report.rows_out, report.seconds)
    return report


def _close(bench: Bench, run_id: int, stages: list[StageReport], *, state: str, error: str | None = None) -> None:
    keys = {name: key for report in stages for name, key in report.model_keys.items()}
    counts = {report.stage: {"in": report.rows_in, "out": report.rows_out, **report.counts} for report in stages}
    try:
        with bench.store.write() as session:
            end_progress(session)
            repository.finish_run(
                session, run_id, state=state, now=bench.clock(), model_keys=keys, counts=counts, error=error
            )
    except DataError:
        # The error that ended the run is the one to show; the next run closes this row as interrupted.
        log.warning("could not close run %d", run_id)
