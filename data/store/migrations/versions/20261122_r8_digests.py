"""Digests that were due; the outbox holds their messages beside those of loops."""

import sqlalchemy as sa
from alembic import op

import data.store.models

revision = "20261122_r8_digests"
down_revision = "20261122_r7_persons"
branch_labels = None
depends_on = None

_FOREIGN, _UNIQUE = "fk_outbox_digest_id_digests", "uq_outbox_digest_id_channel_recipient"


def upgrade() -> None:
    """Apply."""
    moment = data.store.models.base.UtcDateTime(timezone=True)
    op.create_table(
        "digests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("due_at", moment, nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digests")),
        sa.UniqueConstraint("due_at", name=op.f("uq_digests_due_at")),
    )
    with op.batch_alter_table("outbox") as batch:
        batch.add_column(sa.Column("digest_id", sa.Integer(), nullable=True))
        batch.alter_column("loop_id", existing_type=sa.Integer(), nullable=True)
        batch.create_foreign_key(op.f(_FOREIGN), "digests", ["digest_id"], ["id"], ondelete="CASCADE")
        batch.create_unique_constraint(op.f(_UNIQUE), ["digest_id", "channel", "recipient"])


def downgrade() -> None:
    """Take back."""
    op.execute("DELETE FROM outbox WHERE loop_id IS NULL")
    with op.batch_alter_table("outbox") as batch:
        batch.drop_constraint(op.f(_UNIQUE), type_="unique")
        batch.drop_constraint(op.f(_FOREIGN), type_="foreignkey")
        batch.drop_column("digest_id")
        batch.alter_column("loop_id", existing_type=sa.Integer(), nullable=False)
    op.drop_table("digests")
