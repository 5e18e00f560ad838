"""Run the migrations from code."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, text

# Any number that no other program of ours uses: two processes must not migrate at once.
ADVISORY_LOCK = 730_251


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Upgrade to a revision, under a lock on PostgreSQL and within a write transaction on SQLite."""
    _with_connection(engine, lambda config: command.upgrade(config, revision))


def downgrade(engine: Engine, revision: str) -> None:
    """Go back to a revision ("base" for an empty database)."""
    _with_connection(engine, lambda config: command.downgrade(config, revision))


def _with_connection(engine: Engine, act: object) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    with engine.connect().execution_options(sottovoce_write=True) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
        config.attributes["connection"] = connection
        act(config)  # type: ignore[operator]
