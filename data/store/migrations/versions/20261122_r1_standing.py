"""Where each account stands: risk and account-level NPS, kept for sorted lists."""

import sqlalchemy as sa
from alembic import op

import data.store.models

revision = "20261122_r1_standing"
down_revision = "20261122_loops"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "account_standings",
        sa.Column("account_id", sa.String(length=120), nullable=False),
        sa.Column("as_of", data.store.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("risk_rank", sa.Double(), nullable=True),
        sa.Column("risk", sa.String(length=12), nullable=False),
        sa.Column("flag", sa.String(length=12), nullable=False),
        sa.Column("days_left", sa.Integer(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("account_nps", sa.JSON(), nullable=True),
        sa.Column("user_nps", sa.JSON(), nullable=True),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("inputs", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_account_standings")),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("account_standings")
