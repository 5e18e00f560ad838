"""Words, meaning and places of comments: what search and the map read."""

import sqlalchemy as sa
from alembic import op

revision = "20261122_r3_search"
down_revision = "20261122_r2_counts"
branch_labels = None
depends_on = None

# The account stands beside the words so that a search of some accounts reads no other account's matches.
SQLITE = (
    """
    CREATE VIRTUAL TABLE comment_words USING fts5(
        text, account_id, content='comments', content_rowid='id', tokenize='porter unicode61 remove_diacritics 2'
    )
    """,
    """
    CREATE TRIGGER comment_words_insert AFTER INSERT ON comments WHEN new.text IS NOT NULL BEGIN
        INSERT INTO comment_words (rowid, text, account_id) VALUES (new.id, new.text, new.account_id);
    END
    """,
    """
    CREATE TRIGGER comment_words_delete AFTER DELETE ON comments WHEN old.text IS NOT NULL BEGIN
        INSERT INTO comment_words (comment_words, rowid, text, account_id)
        VALUES ('delete', old.id, old.text, old.account_id);
    END
    """,
    """
    CREATE TRIGGER comment_words_update AFTER UPDATE OF text, account_id ON comments
    WHEN old.text IS NOT new.text OR old.account_id IS NOT new.account_id BEGIN
        INSERT INTO comment_words (comment_words, rowid, text, account_id)
        SELECT 'delete', old.id, old.text, old.account_id WHERE old.text IS NOT NULL;
        INSERT INTO comment_words (rowid, text, account_id)
        SELECT new.id, new.text, new.account_id WHERE new.text IS NOT NULL;
    END
    """,
    """
    CREATE TRIGGER places_follow AFTER DELETE ON passages BEGIN
        DELETE FROM places WHERE comment_pk = old.comment_pk;
    END
    """,
    "INSERT INTO comment_words (rowid, text, account_id) SELECT id, text, account_id FROM comments WHERE text IS NOT NULL",
)
POSTGRESQL = (
    """
    CREATE TABLE comment_words (
        comment_pk INTEGER PRIMARY KEY REFERENCES comments (id) ON DELETE CASCADE,
        words tsvector NOT NULL
    )
    """,
    """
    CREATE FUNCTION keep_comment_words() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF new.text IS NULL THEN
            DELETE FROM comment_words WHERE comment_pk = new.id;
        ELSE
            INSERT INTO comment_words (comment_pk, words) VALUES (new.id, to_tsvector('english', new.text))
            ON CONFLICT (comment_pk) DO UPDATE SET words = excluded.words;
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER comment_words_insert AFTER INSERT ON comments FOR EACH ROW WHEN (new.text IS NOT NULL)
    EXECUTE FUNCTION keep_comment_words()
    """,
    """
    CREATE TRIGGER comment_words_update AFTER UPDATE OF text ON comments FOR EACH ROW
    WHEN (old.text IS DISTINCT FROM new.text) EXECUTE FUNCTION keep_comment_words()
    """,
    """
    CREATE FUNCTION drop_place() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        DELETE FROM places WHERE comment_pk = old.comment_pk;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER places_follow AFTER DELETE ON passages FOR EACH ROW EXECUTE FUNCTION drop_place()
    """,
    "INSERT INTO comment_words SELECT id, to_tsvector('english', text) FROM comments WHERE text IS NOT NULL",
    "CREATE INDEX ix_comment_words_words ON comment_words USING gin (words)",
)
TRIGGERS = ("comment_words_insert", "comment_words_delete", "comment_words_update")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "places",
        sa.Column("comment_pk", sa.Integer(), nullable=False),
        sa.Column("x", sa.Double(), nullable=False),
        sa.Column("y", sa.Double(), nullable=False),
        sa.Column("anchor", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["comment_pk"], ["comments.id"], name=op.f("fk_places_comment_pk_comments"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("comment_pk", name=op.f("pk_places")),
    )
    op.create_table(
        "commitment_vectors",
        sa.Column("commitment_id", sa.String(length=160), nullable=False),
        sa.Column("model_key", sa.String(length=120), nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["commitment_id"],
            ["commitments.commitment_id"],
            name=op.f("fk_commitment_vectors_commitment_id_commitments"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("commitment_id", name=op.f("pk_commitment_vectors")),
    )
    op.create_table(
        "commitment_matches",
        sa.Column("passage_id", sa.Integer(), nullable=False),
        sa.Column("commitment_id", sa.String(length=160), nullable=False),
        sa.Column("similarity", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["passage_id"], ["passages.id"], name=op.f("fk_commitment_matches_passage_id_passages"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["commitment_id"],
            ["commitments.commitment_id"],
            name=op.f("fk_commitment_matches_commitment_id_commitments"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("passage_id", "commitment_id", name=op.f("pk_commitment_matches")),
    )
    op.create_index("ix_commitment_matches_commitment_id", "commitment_matches", ["commitment_id"])
    named = sa.text("feature IS NOT NULL")
    op.create_index(
        "ix_comments_feature_said_at",
        "comments",
        ["feature", "said_at", "id"],
        sqlite_where=named,
        postgresql_where=named,
    )
    op.create_index("ix_comments_language_said_at", "comments", ["language", "said_at", "id"])
    mismatch = sa.text("theme_key = 'sales_delivery_mismatch'")
    op.create_index(
        "ix_mentions_mismatch",
        "mentions",
        ["account_id", "theme_key", "said_at"],
        sqlite_where=mismatch,
        postgresql_where=mismatch,
    )
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    """Undo."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    op.execute("DROP TRIGGER places_follow" + ("" if sqlite else " ON passages"))
    for trigger in TRIGGERS:
        op.execute(f"DROP TRIGGER IF EXISTS {trigger}" + ("" if sqlite else " ON comments"))
    op.execute("DROP TABLE comment_words")
    if not sqlite:
        op.execute("DROP FUNCTION keep_comment_words")
        op.execute("DROP FUNCTION drop_place")
        op.execute("DROP TABLE IF EXISTS text_sketches")
    op.drop_index("ix_mentions_mismatch", table_name="mentions")
    op.drop_index("ix_comments_language_said_at", table_name="comments")
    op.drop_index("ix_comments_feature_said_at", table_name="comments")
    for table in ("commitment_matches", "commitment_vectors", "places"):
        op.drop_table(table)
