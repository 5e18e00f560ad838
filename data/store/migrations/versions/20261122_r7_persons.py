"""People who sign in by themselves, and what they were granted."""

import sqlalchemy as sa
from alembic import op

import data.store.models

revision = "20261122_r7_persons"
down_revision = "20261122_r6_reads"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    time = data.store.models.base.UtcDateTime(timezone=True)
    op.create_table(
        "persons",
        sa.Column("email", sa.String(length=190), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=True),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("accounts", sa.JSON(), nullable=True),
        sa.Column("granted_at", time, nullable=False),
        sa.Column("last_used_at", time, nullable=True),
        sa.Column("revoked_at", time, nullable=True),
        sa.PrimaryKeyConstraint("email", name=op.f("pk_persons")),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("persons")
