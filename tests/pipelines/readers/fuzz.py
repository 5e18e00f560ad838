"""`python -m tests.pipelines.readers.fuzz`: read generated files as an import does; print what came of them.

Every file ends in rows, in rows set aside, or in an error that says what to do. Anything else is kept in a folder.
"""

import resource
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer
from hypothesis import HealthCheck, Phase, given, seed, settings

from data.store.unit_of_work import Store
from data.store.vault import Vault
from pipelines.errors import InputFileError, MappingError
from pipelines.ingest import import_path
from pipelines.parts import decide_part
from pipelines.plan import Wishes, decide
from pipelines.readers.detect import find_export, open_table
from pipelines.rows import Broken, read_row
from pipelines.settings import Settings
from pipelines.stage import Bench
from tests.pipelines.readers.hostile import SHARES, Made

NOW = datetime(2026, 11, 1, tzinfo=UTC)
# Seconds of processor time that a file may take; after the second number of seconds it counts as one that hangs.
SLOW_S, HANGS_S = 5.0, 120
# One file in so many is imported into a store, too.
IMPORTED = 100
# Hypothesis remembers what it made: fresh after so many.
CHUNK = 2000
Read = Callable[[Path], Counter[str]]


@dataclass
class Tally:
    """What came of the files."""

    files: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)
    rows: Counter[str] = field(default_factory=Counter)
    escaped: Counter[str] = field(default_factory=Counter)
    slowest: tuple[float, float, str] = (0.0, 0.0, "")
    slow: int = 0


def read_through(path: Path) -> Counter[str]:
    """Read a file as an import does, down to the checked rows; store nothing."""
    export = find_export(path)
    if export is not None:
        pieces = [(part.table, decide_part(part, Wishes(), now=NOW)) for part in export.parts]
    else:
        table = open_table(path)
        pieces = [(table, decide(table, Wishes(), surveys={}, now=NOW))]
    found: Counter[str] = Counter()
    for table, decision in pieces:
        for raw in table.read():
            if raw.left_out or raw.problem is not None:
                found["left out" if raw.left_out else "set aside"] += 1
            else:
                found["set aside" if isinstance(read_row(decision.plan, raw), Broken) else "good"] += 1
    return found


def importing(folder: Path) -> Read:
    """Give what imports a file into a store of its own."""
    mine = Settings(home=folder / "home")
    bench = Bench(mine, Store(mine.url), Vault(bytes(32)))

    def act(path: Path) -> Counter[str]:
        counts = import_path(path, bench=bench).counts()
        assert counts["read"] == counts["new"] + counts["changed"] + counts["same"] + counts["quarantined"]
        return Counter()

    return act


def _cpu_s() -> float:
    own, ended = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + ended.ru_utime + ended.ru_stime


def _hangs(_signal: int, _frame: FrameType | None) -> None:
    raise TimeoutError(f"a file took over {HANGS_S} s")


def try_file(made: Made, path: Path, act: Read, tally: Tally) -> None:
    """Write a file, read it, and note what came of it."""
    path.write_bytes(made.content)
    began, cpu = time.perf_counter(), _cpu_s()
    signal.alarm(HANGS_S)
    try:
        tally.rows += act(path)
        end = "read"
    except (InputFileError, MappingError) as error:
        end = type(error).__name__
    except BaseException as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        end = f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno} {str(error)[:80]!r}"
        tally.escaped[end] += 1
        if isinstance(error, KeyboardInterrupt):
            raise
    finally:
        signal.alarm(0)
    took = _cpu_s() - cpu
    tally.files[made.how] += 1
    tally.ends[end.split(" at ")[0]] += 1
    tally.slow += took > SLOW_S
    tally.slowest = max(tally.slowest, (took, time.perf_counter() - began, made.how))
    if tally.escaped[end] == 1 or took > SLOW_S:
        kept = Path(tempfile.gettempdir()) / f"sottovoce_fuzz_{len(tally.escaped)}{made.suffix}"
        kept.write_bytes(made.content)
        sys.stderr.write(f"{end} ({took:.1f} s): kept as {kept}\n")


def fuzz(files: int, first_seed: int, folder: Path, tally: Tally) -> None:
    """Make files and read each, in the shares that `hostile` names."""
    stored, numbers = importing(folder), count(1)
    signal.signal(signal.SIGALRM, _hangs)
    for chunk in range(0, files, CHUNK):
        for share, strategy in SHARES:
            examples = max(1, min(CHUNK, files - chunk) * share // 100)

            @seed(first_seed + chunk)
            @settings(
                max_examples=examples,
                database=None,
                deadline=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(made=strategy())
            def one(made: Made) -> None:
                act = read_through if next(numbers) % IMPORTED else stored
                try_file(made, folder / f"any{made.suffix}", act, tally)

            one()
        sys.stderr.write(f"{tally.files.total()} files, {tally.escaped.total()} escaped, {tally.slow} slow\n")


def main(
    files: Annotated[int, typer.Option("--files", min=100)] = 100_000,
    first_seed: Annotated[int, typer.Option("--seed")] = 1,
) -> None:
    """Read generated files; fails where one ends in anything but rows or an error that says what to do."""
    tally, began = Tally(), time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="sv_fuzz_") as folder:
        fuzz(files, first_seed, Path(folder), tally)
    typer.echo(f"{tally.files.total():,} files in {time.perf_counter() - began:.0f} s, seed {first_seed}")
    for title, counts in (("made from", tally.files), ("ended as", tally.ends), ("rows", tally.rows)):
        typer.echo(f"{title}: " + ", ".join(f"{name} {n:,}" for name, n in counts.most_common()))
    cpu, clock, how = tally.slowest
    typer.echo(f"slowest: {cpu:.2f} s of processor, {clock:.2f} s by the clock ({how}); {tally.slow} over {SLOW_S:g} s")
    typer.echo(f"escaped: {tally.escaped.total()}")
    for end, n in tally.escaped.most_common():
        typer.echo(f"  {n} x {end}")
    if tally.escaped or tally.slow:
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
