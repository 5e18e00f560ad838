"""People who were forgotten: keyed hashes that keep them out, and how far each forgetting has come."""

import sqlalchemy as sa
from alembic import op

import data.store.models

revision = "20261122_r9_forgotten"
down_revision = "20261122_r8_digests"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    moment = data.store.models.base.UtcDateTime(timezone=True)
    op.create_table(
        "forgotten_keys",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("forgotten_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("kind", "key_hash", name=op.f("pk_forgotten_keys")),
    )
    op.create_table(
        "forgettings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contact_hash", sa.String(length=64), nullable=False),
        sa.Column("plan_encrypted", sa.LargeBinary(), nullable=True),
        sa.Column("begun_at", moment, nullable=False),
        sa.Column("done_at", moment, nullable=True),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forgettings")),
        sa.UniqueConstraint("contact_hash", name=op.f("uq_forgettings_contact_hash")),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("forgettings")
    op.drop_table("forgotten_keys")
