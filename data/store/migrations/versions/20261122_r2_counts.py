"""Counts from columns packed by account, instead of cells by respondent."""

import sqlalchemy as sa
from alembic import op

revision = "20261122_r2_counts"
down_revision = "20261122_r1_standing"
branch_labels = None
depends_on = None

_SECTIONS = ("comments", "taxonomy", "discovered", "answers", "persons")
# Who has anything to count: the next `sottovoce run` packs them.
_EVERYBODY = """
INSERT INTO stale_accounts (account_key, stamp)
SELECT DISTINCT coalesce(account_id, ''), 1 FROM (
    SELECT account_id FROM comments UNION SELECT account_id FROM responses
) AS said
"""


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "account_packs",
        sa.Column("account_key", sa.String(length=120), nullable=False),
        sa.Column("stamp", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in _SECTIONS),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("account_key", name=op.f("pk_account_packs")),
    )
    op.create_index("ix_account_packs_stamp", "account_packs", ["stamp", "account_key"])
    op.drop_table("theme_cells")
    op.drop_table("stale_accounts")
    _stale_accounts(sa.Column("stamp", sa.BigInteger(), nullable=False))
    op.execute(_EVERYBODY)


def downgrade() -> None:
    """Take back; the cells are empty until the next run."""
    op.drop_table("stale_accounts")
    _stale_accounts()
    op.execute(_EVERYBODY.replace(", stamp", "").replace(", 1", ""))
    op.create_table(
        "theme_cells",
        sa.Column("theme_key", sa.String(length=80), nullable=False),
        sa.Column("account_key", sa.String(length=120), nullable=False),
        sa.Column("respondent_key", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("stage", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("vendor_voice", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("comments", "negative", "positive", "neutral")),
        sa.PrimaryKeyConstraint(
            "theme_key",
            "account_key",
            "respondent_key",
            "role",
            "stage",
            "source",
            "month",
            name=op.f("pk_theme_cells"),
        ),
    )
    op.create_index("ix_theme_cells_account_key_theme_key", "theme_cells", ["account_key", "theme_key"])
    op.create_index("ix_theme_cells_kind_month", "theme_cells", ["kind", "month"])
    op.drop_index("ix_account_packs_stamp", table_name="account_packs")
    op.drop_table("account_packs")


def _stale_accounts(*more: sa.Column[int]) -> None:
    op.create_table(
        "stale_accounts",
        sa.Column("account_key", sa.String(length=120), nullable=False),
        *more,
        sa.PrimaryKeyConstraint("account_key", name=op.f("pk_stale_accounts")),
    )
