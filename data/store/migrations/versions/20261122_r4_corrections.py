"""What people changed, saved views, and the taxonomy in force."""

from typing import Any

import sqlalchemy as sa
from alembic import op

import data.store.models

revision = "20261122_r4_corrections"
down_revision = "20261122_r3_search"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    _add_views()
    _add_corrections()


def downgrade() -> None:
    """Take back."""
    _drop_corrections()
    _drop_views()


def _add_views() -> None:
    op.create_table(
        "saved_views",
        sa.Column("view_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("page", sa.String(length=40), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("owner", sa.String(length=200), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("accounts", sa.JSON(), nullable=True),
        sa.Column("created_at", data.store.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", data.store.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("view_id", name=op.f("pk_saved_views")),
    )
    with op.batch_alter_table("saved_views", schema=None) as batch_op:
        batch_op.create_index("ix_saved_views_owner", ["owner"], unique=False)


def _drop_views() -> None:
    with op.batch_alter_table("saved_views", schema=None) as batch_op:
        batch_op.drop_index("ix_saved_views_owner")
    op.drop_table("saved_views")


# Columns that may be null: both databases add them without touching a row.
_ADDED: tuple[tuple[str, str, Any], ...] = (
    ("mentions", "correction_id", sa.Integer()),
    ("themes", "base", sa.JSON()),
    ("corrections", "undone_by", sa.String(length=200)),
    ("corrections", "waits", sa.Boolean()),
)


def _add_corrections() -> None:
    for table, name, kind in _ADDED:
        op.add_column(table, sa.Column(name, kind, nullable=True))
    made = sa.text("correction_id IS NOT NULL")
    op.create_index(
        "ix_mentions_correction_id", "mentions", ["correction_id"], sqlite_where=made, postgresql_where=made
    )
    with op.batch_alter_table("lineage", schema=None) as batch_op:
        batch_op.alter_column("run_id", existing_type=sa.Integer(), nullable=True)
        batch_op.add_column(sa.Column("correction_id", sa.Integer(), nullable=True))
    op.create_table(
        "corrected_passages",
        sa.Column("correction_id", sa.Integer(), nullable=False),
        sa.Column("text_key", sa.String(length=64), nullable=False),
        sa.Column("similarity", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["correction_id"],
            ["corrections.id"],
            name=op.f("fk_corrected_passages_correction_id_corrections"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("correction_id", "text_key", name=op.f("pk_corrected_passages")),
    )
    op.create_index("ix_corrected_passages_text_key", "corrected_passages", ["text_key"])
    _add_overruled()


def _add_overruled() -> None:
    op.create_table(
        "overruled_mentions",
        sa.Column("passage_id", sa.Integer(), nullable=False),
        sa.Column("theme_key", sa.String(length=80), nullable=False),
        sa.Column("comment_pk", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("polarity", sa.String(length=10), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("said_by", sa.String(length=10), nullable=False),
        *(
            sa.ForeignKeyConstraint(
                [column],
                [f"{table}.id"],
                name=op.f(f"fk_overruled_mentions_{column}_{table}"),
                ondelete="CASCADE",
            )
            for column, table in (("passage_id", "passages"), ("comment_pk", "comments"))
        ),
        sa.PrimaryKeyConstraint("passage_id", "theme_key", name=op.f("pk_overruled_mentions")),
    )
    op.create_index("ix_overruled_mentions_comment_pk", "overruled_mentions", ["comment_pk"])
    op.create_index("ix_overruled_mentions_theme_key", "overruled_mentions", ["theme_key"])


def _drop_corrections() -> None:
    op.drop_table("overruled_mentions")
    op.drop_table("corrected_passages")
    op.execute("DELETE FROM lineage WHERE run_id IS NULL")
    with op.batch_alter_table("lineage", schema=None) as batch_op:
        batch_op.drop_column("correction_id")
        batch_op.alter_column("run_id", existing_type=sa.Integer(), nullable=False)
    op.drop_index("ix_mentions_correction_id", table_name="mentions")
    for table, name, _ in reversed(_ADDED):
        op.drop_column(table, name)
