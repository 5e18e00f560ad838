"""A task is one thing to measure, several times; carrying out goes on where an earlier call stopped."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.bench.process import BenchError, Measured, Step, measure
from pipelines.bench.records import Records

RUNS = 3

Say = Callable[[str], None]


def _nothing(run: int) -> None:
    return None


@dataclass(frozen=True)
class Task:
    """One thing to measure.

    Attributes:
        bench: Its bench: discover, start, ...
        subject: What it is measured on.
        variant: Who is measured: stock, ours, ...
        steps: Commands of a run, by the number of the run.
        runs: How often.
        before: What must be there before a run, not measured; by the number of the run.
    """

    bench: str
    subject: str
    variant: str
    steps: Callable[[int], Sequence[Step]]
    runs: int = RUNS
    before: Callable[[int], None] = _nothing

    @property
    def key(self) -> str:
        """Name in the records."""
        return f"{self.bench}/{self.subject}/{self.variant}"


def carry_out(tasks: Sequence[Task], folder: Path, *, again: bool, say: Say) -> list[str]:
    """Measure what is not in the records yet, and return the failures.

    Runs of unlike tasks take turns, so that a slow quarter of an hour of the machine hits all of them.

    Args:
        tasks: What to measure.
        folder: Where the records lie.
        again: Forget earlier runs of these tasks first.
        say: Hears one line a run.
    """
    records = {bench: Records(folder, bench) for bench in dict.fromkeys(task.bench for task in tasks)}
    if again:
        for bench, kept in records.items():
            kept.forget(task.key for task in tasks if task.bench == bench)
    turns = [(task, run) for run in range(max((task.runs for task in tasks), default=0)) for task in tasks]
    missing = [(task, run) for task, run in turns if run < task.runs and not records[task.bench].has(task.key, run)]
    failures: dict[str, str] = {}
    for number, (task, run) in enumerate(missing, start=1):
        if task.key in failures:
            continue
        say(f"[{number}/{len(missing)}] {task.key}, run {run + 1} of {task.runs} ...")
        try:
            load = os.getloadavg()[0]
            steps = _run(task, run)
        except BenchError as error:
            failures[task.key] = str(error)
            say(f"    failed: {error}")
            continue
        records[task.bench].add(task.key, run, steps=steps, load_before=load)
        say(f"    {_line(steps)}")
    return [f"{key}: {why}" for key, why in failures.items()]


def _run(task: Task, run: int) -> dict[str, Measured]:
    task.before(run)
    return {step.name: measure(step) for step in task.steps(run)}


def _line(steps: Mapping[str, Measured]) -> str:
    return "; ".join(f"{name} {step.wall_s:.2f} s, {step.peak_mib:.0f} MiB" for name, step in steps.items())
