"""Run the migrations from code."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, text

# Any number that no other program of ours uses: two processes must not migrate at once.
ADVISORY_LOCK = 730_251


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Upgrade to a revision, all of it in one transaction: under a lock on PostgreSQL, SQLite's own is one."""
    _with_connection(engine, lambda connection: upgrade_within(connection, revision))


def downgrade(engine: Engine, revision: str) -> None:
    """Go back to a revision ("base" for an empty database)."""

    def act(connection: Connection) -> None:
        with views_kept(connection):
            command.downgrade(_config(connection), revision)

    _with_connection(engine, act)


def upgrade_within(connection: Connection, revision: str) -> None:
    """Upgrade to a revision within a transaction that the caller began, locked and commits."""
    with views_kept(connection):
        command.upgrade(_config(connection), revision)


@contextmanager
def views_kept(connection: Connection) -> Iterator[None]:
    """Let a table of SQLite be made anew under its name (Alembic's batch mode) while views read it.

    SQLite would look into every view at the renaming and find the table gone for a moment.
    Source: https://www.sqlite.org/pragma.html#pragma_legacy_alter_table
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    connection.exec_driver_sql("PRAGMA legacy_alter_table = ON")
    try:
        yield
    finally:
        connection.exec_driver_sql("PRAGMA legacy_alter_table = OFF")


def lock_migrations(connection: Connection) -> None:
    """Wait for whoever migrates, until the transaction ends; SQLite's write transaction is lock enough."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    return config


def _with_connection(engine: Engine, act: Callable[[Connection], None]) -> None:
    with engine.connect().execution_options(sottovoce_write=True) as connection, connection.begin():
        lock_migrations(connection)
        act(connection)
