"""`python -m tests.e2e.kills`: kill an import and a run at random points, go on with one more, compare all tables.

Half of the points are statements to the database (drawn from those that an undisturbed one sends), half are moments.
"""

import random
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer

from data.errors import BusyError
from data.store.engine import open_engine
from data.store.unit_of_work import Store
from pipelines.settings import Settings
from pipelines.stage import Bench
from tests.e2e.commands import warm
from tests.e2e.few import few_answers
from tests.e2e.tables import snapshot
from tests.killing import Ended, in_child
from tests.servers import execute, server_of
from tests.verdict import end_with

# Small batches: many commits to be killed between.
BATCH_ROWS = 10
# Of the points, those of imports: a run has more to lose.
IMPORT_SHARE = 0.4
# The next run waits so long, at most, until the server has noticed that the killed one is gone.
LOCK_LEFT_S = 20.0
Tables = dict[str, list[str]]


@dataclass
class Kit:
    """Where stores are made, on one database."""

    folder: Path
    answers: Path
    server: str = ""
    templates: dict[str, Bench] = field(default_factory=dict)

    def bench(self, of: str = "") -> Bench:
        """Make a new store: empty, or like a template."""
        name = f"kill_{uuid4().hex[:12]}"
        home = self.folder / name
        if of:
            template = self.templates[of]
            shutil.copytree(template.settings.home, home)
        home.mkdir(exist_ok=True)
        url = self._database(name, of) if self.server else ""
        settings = Settings(
            home=home,
            database_url=url,
            secret_file=self.folder / "secret.key",
            batch_rows=BATCH_ROWS,
            import_batch_rows=BATCH_ROWS,
        )
        return Bench(settings, settings.store(), settings.vault())

    def _database(self, name: str, of: str) -> str:
        like = f' TEMPLATE "{self.templates[of].store.engine.url.database}"' if of else ""
        execute(self.server, f'CREATE DATABASE "{name}"{like}')
        return open_engine(self.server).url.set(database=name).render_as_string(hide_password=False)

    def drop(self, bench: Bench) -> None:
        """Forget a store."""
        bench.store.close()
        if self.server:
            execute(self.server, f'DROP DATABASE "{bench.store.engine.url.database}" WITH (FORCE)')
        shutil.rmtree(bench.settings.home)


@dataclass
class Tally:
    """What came of the points of one command."""

    points: int = 0
    killed: int = 0
    different: list[str] = field(default_factory=list)


def acts(kit: Kit) -> dict[str, Callable[[Bench], object]]:
    """Give what is killed: each opens a store of its own, as a process does."""
    from pipelines.ingest import import_path
    from pipelines.run import run

    def opened(bench: Bench) -> Bench:
        return Bench(bench.settings, Store(bench.settings.url), bench.vault)

    def go_on(bench: Bench) -> None:
        end = time.monotonic() + LOCK_LEFT_S
        while True:
            try:
                run(opened(bench))
                return
            except BusyError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.2)

    return {"import": lambda bench: import_path(kit.answers, bench=opened(bench)), "run": go_on}


def undisturbed(kit: Kit, act: Callable[[Bench], object], of: str) -> tuple[Bench, Ended, Tables]:
    """Do it once without a kill."""
    bench = kit.bench(of)
    bench.store.close()
    ended = in_child(lambda: act(bench))
    if not ended.well:
        raise RuntimeError("an undisturbed one failed: see above")
    tables = snapshot(bench.store)
    bench.store.close()
    return bench, ended, tables


def kill_all(kit: Kit, points: int, seed: int, say: Callable[[str], None]) -> dict[str, tuple[Tally, Ended]]:
    """Kill at each point, go on once, compare."""
    draw, found, of = random.Random(seed), {}, ""
    for name, act in acts(kit).items():
        bench, whole, wanted = undisturbed(kit, act, of)
        say(f"  {name}: undisturbed {whole.statements} statements, {whole.seconds:.1f} s")
        tally = Tally()
        share = round(points * IMPORT_SHARE)
        for number in range(share if name == "import" else points - share):
            how = (
                {"at_statement": draw.randrange(1, whole.statements)}
                if number % 2
                else {"after_s": draw.uniform(0.0, whole.seconds)}
            )
            _one(kit, act, of, how, wanted, tally)
            say(f"  {name} {number + 1}: {how}, {len(tally.different)} different so far")
        found[name] = (tally, whole)
        kit.templates[name], of = bench, name
    return found


def _one(kit: Kit, act: Callable[[Bench], object], of: str, how: dict, wanted: Tables, tally: Tally) -> None:
    bench = kit.bench(of)
    bench.store.close()
    tally.points += 1
    tally.killed += in_child(lambda: act(bench), **how).killed
    again = in_child(lambda: act(bench))
    got = snapshot(bench.store)
    wrong = sorted(name for name in wanted if got.get(name) != wanted[name])
    if wrong or not again.well:
        tally.different.append(f"{how}: {', '.join(wrong) or 'the next one failed'}")
    kit.drop(bench)


@contextmanager
def kit_on(database: str, rows: int) -> Iterator[Kit]:
    """Make a place for stores on a database."""
    with (
        tempfile.TemporaryDirectory(prefix="sv_kill_", ignore_cleanup_errors=True) as place,
        server_of(database) as server,
    ):
        folder = Path(place)
        yield Kit(folder, few_answers(folder / "answers", rows), server)


def main(
    points: Annotated[int, typer.Option("--points", min=5, help="Kills on each database.")] = 50,
    rows: Annotated[int, typer.Option("--rows", min=20, help="Answers of the sample that are imported.")] = 60,
    seed: Annotated[int, typer.Option("--seed")] = 11,
    on: Annotated[str, typer.Option("--on", help="sqlite,postgresql")] = "sqlite,postgresql",
    quiet: Annotated[bool, typer.Option("--quiet", help="Print the table only.")] = False,
) -> None:
    """Kill imports and runs, and say whether one more of each gave the tables of an undisturbed one."""
    warm()

    def say(line: str) -> None:
        if not quiet:
            typer.echo(line, err=True)

    typer.echo(f"{'database':<12}{'command':<9}{'points':>7}{'killed':>8}{'different':>11}{'statements':>12}")
    wrong = []
    for database in on.split(","):
        with kit_on(database, rows) as kit:
            for name, (tally, whole) in kill_all(kit, points, seed, say).items():
                different = len(tally.different)
                line = f"{tally.points:>7}{tally.killed:>8}{different:>11}{whole.statements:>12}"
                typer.echo(f"{database:<12}{name:<9}{line}")
                wrong += [f"{database} {name} {one}" for one in tally.different]
    end_with(wrong)


if __name__ == "__main__":
    typer.run(main)
