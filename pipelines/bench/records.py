"""What was measured, on disk: one JSON file a bench, every run with the machine and versions that it ran on."""

import json
import os
import platform
import subprocess
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from pipelines.bench.process import Measured
from pipelines.settings import ROOT

# Libraries that decide the figures.
LIBRARIES = (
    "sottovoce",
    "bertopic",
    "faiss-cpu",
    "graspologic-native",
    "hdbscan",
    "numba",
    "numpy",
    "onnxruntime",
    "scikit-learn",
    "sentence-transformers",
    "spacy",
    "torch",
    "umap-learn",
    "vaderSentiment",
)
GIB = 1024**3

Run = dict[str, Any]


@dataclass(frozen=True)
class Machine:
    """Where a run ran."""

    cpu: str
    cores: int
    memory_gib: float
    system: str
    python: str
    versions: dict[str, str]
    code: str


@lru_cache(maxsize=1)
def machine() -> Machine:
    """Describe this machine, its libraries, and the commit (with a plus where files differ from it)."""
    return Machine(
        cpu=_cpu(),
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        memory_gib=round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GIB, 1),
        system=f"{platform.system()} {platform.machine()}",
        python=platform.python_version(),
        versions={name: found for name in LIBRARIES if (found := _version(name))},
        code=_commit(),
    )


def _cpu() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _commit() -> str:
    try:
        head = _git("rev-parse", "--short", "HEAD")
        return f"{head}+" if head and _git("status", "--porcelain", "--", "*.py", "data/taxonomy") else head
    except OSError:
        return ""


def _git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()


class Records:
    """The runs of one bench, written after each, so that a killed bench goes on where it was."""

    def __init__(self, folder: Path, bench: str) -> None:
        self._file = folder / f"{bench}.json"
        self._bench = bench
        self.runs: list[Run] = json.loads(self._file.read_text())["runs"] if self._file.is_file() else []

    def has(self, task: str, run: int) -> bool:
        """Say whether this run of a task is there."""
        return any(one["task"] == task and one["run"] == run for one in self.runs)

    def forget(self, tasks: Iterable[str]) -> None:
        """Drop every run of some tasks."""
        gone = set(tasks)
        self.runs = [one for one in self.runs if one["task"] not in gone]
        self._write()

    def add(self, task: str, run: int, *, steps: dict[str, Measured], load_before: float) -> Run:
        """Keep one run."""
        kept: Run = {
            "task": task,
            "run": run,
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "load_before": round(load_before, 2),
            "machine": asdict(machine()),
            "steps": {name: asdict(step) for name, step in steps.items()},
        }
        self.runs.append(kept)
        self._write()
        return kept

    def _write(self) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        scratch = self._file.with_name(self._file.name + ".part")
        scratch.write_text(json.dumps({"bench": self._bench, "runs": self.runs}, indent=1), encoding="utf-8")
        scratch.replace(self._file)


def read_all(folder: Path) -> list[Run]:
    """Read the runs of every bench in a folder."""
    return [run for file in sorted(folder.glob("*.json")) for run in json.loads(file.read_text())["runs"]]
