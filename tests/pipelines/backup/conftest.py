"""What is backed up, and empty places to restore it into."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from data.store.engine import open_engine
from data.store.unit_of_work import Store
from pipelines.ingest import import_path
from pipelines.settings import Settings
from pipelines.stage import Bench
from pipelines.summarise import run as summarise
from tests.pipelines.world import write_world
from tests.servers import execute


@pytest.fixture
def empty_postgres_url(postgres_url: str) -> Iterator[str]:
    """The URL of a database in which nothing was made."""
    name = f"empty_{uuid4().hex}"
    execute(postgres_url, f'CREATE DATABASE "{name}"')
    engine = open_engine(postgres_url)
    yield engine.url.set(database=name).render_as_string(hide_password=False)
    engine.dispose()
    execute(postgres_url, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def bench(store: Store, settings: Settings, tmp_path: Path) -> Bench:
    """The test world, imported, and an upload that waits."""
    settings = settings.model_copy(update={"database_url": store.engine.url.render_as_string(hide_password=False)})
    bench = Bench(settings, store, settings.vault())
    import_path(write_world(tmp_path / "world"), bench=bench)
    summarise(bench)
    (settings.home / "uploads" / "up_1").mkdir(parents=True)
    (settings.home / "uploads" / "up_1" / "answers.csv").write_text("waits")
    return bench


@pytest.fixture
def target(request: pytest.FixtureRequest, bench: Bench, tmp_path: Path) -> tuple[Settings, str]:
    """An empty place of the same kind: the settings in force, and what `--into` is given."""
    if bench.store.engine.dialect.name == "sqlite":
        return bench.settings, str(tmp_path / "again")
    empty = request.getfixturevalue("empty_postgres_url")
    return bench.settings.model_copy(update={"home": tmp_path / "again"}), empty
