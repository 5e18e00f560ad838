"""An index that says at once how many answered an anonymous survey at one account, in one role."""

from alembic import op

revision = "20261122_r6_reads"
down_revision = "20261122_r5_jobs"
branch_labels = None
depends_on = None

_NAME = "ix_responses_survey_id_account_id_role"


def upgrade() -> None:
    """Apply."""
    op.create_index(_NAME, "responses", ["survey_id", "account_id", "role", "responded_at"])


def downgrade() -> None:
    """Take back."""
    op.drop_index(_NAME, "responses")
