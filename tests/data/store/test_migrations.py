"""The migrations make exactly the tables of the models, on both databases."""

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect

from data.store.migrations.run import downgrade
from data.store.models import Base
from data.store.unit_of_work import head_revision


def of_models(name: str | None, kind: str, _parents: object) -> bool:
    """Leave out what searches read: an FTS5 table and its shadows, or a table of tsvectors, made by SQL alone."""
    return kind != "table" or not str(name).startswith("comment_words")


def test_migrations_match_models(store):
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": of_models})
        assert compare_metadata(context, Base.metadata) == []


def test_head_is_the_newest_file(store):
    assert store.revision() == head_revision()


def test_migrating_down_leaves_nothing(store):
    downgrade(store.engine, "base")
    assert set(inspect(store.engine).get_table_names()) <= {"alembic_version"}
    store.migrate()
    store.require_current()
