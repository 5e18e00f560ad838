"""Runs into figures: medians with all runs behind them, as `docs/bench.json` holds them and the pages read them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from pipelines.bench.records import Run


@dataclass(frozen=True)
class Spread:
    """A figure that was measured several times."""

    median: float
    least: float
    most: float
    runs: int


def summarise(runs: Sequence[Run]) -> dict[str, Any]:
    """Lay runs out by task, with the medians of every number in them, and the machines that they ran on."""
    by_task: dict[str, list[Run]] = {}
    for run in sorted(runs, key=lambda one: (one["task"], one["run"])):
        by_task.setdefault(run["task"], []).append(run)
    machines: list[dict[str, Any]] = []
    for run in runs:
        if run["machine"] not in machines:
            machines.append(run["machine"])
    return {"machines": machines, "tasks": {key: _task(of, machines) for key, of in by_task.items()}}


def _task(runs: Sequence[Run], machines: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    flat = [dict(_numbers(run["steps"])) for run in runs]
    shared = [path for path in flat[0] if all(path in one for one in flat)]
    return {
        "median": {path: round(median(one[path] for one in flat), 4) for path in shared},
        "runs": [
            {
                **{name: run[name] for name in ("run", "at", "load_before", "steps")},
                "on": machines.index(run["machine"]),
            }
            for run in runs
        ],
    }


def _numbers(value: object, path: str = "") -> Iterator[tuple[str, float]]:
    """Yield every number below a value with its path, joined by dots."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _numbers(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield path, float(value)


class Figures:
    """The figures of `summarise`, by task and path; what was not measured is None."""

    def __init__(self, summary: Mapping[str, Any]) -> None:
        self.machines: list[dict[str, Any]] = summary["machines"]
        self._tasks: Mapping[str, Any] = summary["tasks"]

    def get(self, task: str, path: str) -> Spread | None:
        """Return a figure's median and spread; `path` such as `main.wall_s` or `main.result.fine.nmi`."""
        found = self._tasks.get(task)
        if found is None or path not in found["median"]:
            return None
        values = [dict(_numbers(run["steps"]))[path] for run in found["runs"]]
        return Spread(found["median"][path], min(values), max(values), len(values))

    def result(self, task: str, step: str = "main") -> dict[str, Any] | None:
        """Return what the first run of a step printed."""
        found = self._tasks.get(task)
        result: dict[str, Any] | None = found["runs"][0]["steps"][step]["result"] if found else None
        return result

    def subjects(self, bench: str) -> list[str]:
        """Return what a bench was measured on, in the order of names."""
        return sorted({key.split("/")[1] for key in self._tasks if key.startswith(f"{bench}/")})

    def loads(self) -> list[float]:
        """Return the machine's load before each run."""
        return [run["load_before"] for task in self._tasks.values() for run in task["runs"]]
