"""Issues in trackers, and views for BI tools: stable names, redacted text, small anonymous groups left out.

What the views show is written down in docs/bi.md. A view reads no table of people, no original and no encrypted column.
"""

import sqlalchemy as sa
from alembic import op

import data.store.models

revision = "20261123_exports"
down_revision = "20261122_r9_forgotten"
branch_labels = None
depends_on = None

# No row: the setting's own default.
LEAST = "COALESCE((SELECT value FROM bi_rules WHERE name = 'anonymous_min_group'), 5)"
ANONYMOUS = "COALESCE(s.anonymous, FALSE)"


def _large(columns: str) -> str:
    """Groups of anonymous surveys with enough answers; made once a query."""
    return f"""
        (SELECT {columns} FROM responses r JOIN surveys a ON a.survey_id = r.survey_id
         WHERE a.anonymous GROUP BY {columns} HAVING COUNT(*) >= {LEAST})
    """


def _veil(row: str) -> dict[str, str]:
    """Conditions on a row (of `comments` or `responses`) joined with its survey `s`, as `queries.anonymity` has them."""
    return {
        "seen": f"(NOT {ANONYMOUS} OR {row}.survey_id IN {_large('r.survey_id')})",
        "account": f"(NOT {ANONYMOUS} OR ({row}.survey_id, {row}.account_id) IN {_large('r.survey_id, r.account_id')})",
        "role": f"(NOT {ANONYMOUS} OR ({row}.survey_id, {row}.account_id, {row}.role) IN"
        f" {_large('r.survey_id, r.account_id, r.role')})",
    }


def _who(row: str) -> str:
    veil = _veil(row)
    return f"""
        CASE WHEN {veil["account"]} THEN {row}.account_id END AS account_id,
        CASE WHEN {veil["account"]} THEN FALSE ELSE TRUE END AS account_hidden,
        CASE WHEN {veil["role"]} THEN {row}.role ELSE 'unknown' END AS role,
        CASE WHEN {veil["role"]} THEN FALSE ELSE TRUE END AS role_hidden,
        COALESCE({row}.stage, 'unknown') AS stage,
        {row}.stage_derived
    """


COMMENTS = f"""
    CREATE VIEW bi_comments AS
    SELECT
        c.id AS comment_number,
        c.comment_id,
        c.said_at,
        c.month,
        c.source,
        c.survey_id,
        {_who("c")},
        c.score,
        CASE c.score_band WHEN -1 THEN 'detractor' WHEN 0 THEN 'passive' WHEN 1 THEN 'promoter' ELSE 'unknown' END
            AS score_band,
        s.scale_min,
        s.scale_max,
        c.sentiment,
        c.language,
        c.feature,
        c.text,
        COALESCE(c.analysed, FALSE) AS analysed,
        (c.anonymous OR {ANONYMOUS}) AS anonymous,
        c.vendor_voice,
        CASE
            WHEN c.anonymous OR {ANONYMOUS} OR c.vendor_voice THEN NULL
            WHEN c.contact_id IS NULL THEN c.id
            ELSE (SELECT MIN(f.id) FROM comments f WHERE f.contact_id = c.contact_id)
        END AS respondent
    FROM comments c LEFT JOIN surveys s ON s.survey_id = c.survey_id
    WHERE c.text IS NOT NULL AND c.empty_reason IS NULL AND {_veil("c")["seen"]}
"""
RANK = "CASE m.polarity WHEN 'negative' THEN 2 WHEN 'positive' THEN 1 ELSE 0 END"
# A theme above is spoken of where one below it is; of a comment's passages the worst counts, then the best.
SPOKEN = f"""
    (SELECT
         h.theme_key, h.kind, m.comment_pk, MAX({RANK}) AS place,
         MAX(CASE WHEN b.theme_key = h.theme_key THEN 1 ELSE 0 END) AS direct
     FROM themes h
     JOIN themes b ON b.theme_key = h.theme_key OR b.parent_key = h.theme_key
     JOIN mentions m ON m.theme_key = b.theme_key
     WHERE h.state <> 'hidden'
     GROUP BY h.theme_key, h.kind, m.comment_pk)
"""
MENTIONS = f"""
    CREATE VIEW bi_mentions AS
    SELECT
        x.comment_pk AS comment_number,
        x.theme_key,
        x.kind,
        CASE x.place WHEN 2 THEN 'negative' WHEN 1 THEN 'positive' ELSE 'neutral' END AS polarity,
        x.direct = 1 AS direct,
        c.said_at,
        c.month,
        c.vendor_voice
    FROM {SPOKEN} x
    JOIN comments c ON c.id = x.comment_pk
    LEFT JOIN surveys s ON s.survey_id = c.survey_id
    WHERE c.analysed AND {_veil("c")["seen"]}
"""
THEMES = """
    CREATE VIEW bi_themes AS
    SELECT theme_key, kind, name, definition, parent_key, level, state, emerging, owner, action
    FROM themes WHERE state <> 'hidden'
"""


def _customers(condition: str = "") -> str:
    return f"COUNT(CASE WHEN NOT c.vendor_voice{condition} THEN 1 END)"


THEME_MONTHS = f"""
    CREATE VIEW bi_theme_months AS
    SELECT
        x.theme_key,
        x.kind,
        c.month,
        {_customers()} AS comments,
        COUNT(DISTINCT CASE WHEN NOT c.vendor_voice THEN c.respondent_key END) AS respondents,
        COUNT(DISTINCT CASE WHEN NOT c.vendor_voice THEN c.account_id END) AS accounts,
        {_customers(" AND x.place = 2")} AS negative,
        {_customers(" AND x.place = 1")} AS positive,
        {_customers(" AND x.place = 0")} AS neutral,
        COUNT(CASE WHEN c.vendor_voice THEN 1 END) AS review_notes
    FROM {SPOKEN} x
    JOIN comments c ON c.id = x.comment_pk
    LEFT JOIN surveys s ON s.survey_id = c.survey_id
    WHERE c.analysed AND {_veil("c")["seen"]}
    GROUP BY x.theme_key, x.kind, c.month
"""
ACCOUNTS = """
    CREATE VIEW bi_accounts AS
    SELECT
        a.account_id,
        a.name AS account_name,
        a.industry,
        a.segment,
        a.tier,
        a.motion,
        a.arr,
        a.currency,
        a.contract_start,
        a.first_value_date,
        a.renewal_date,
        a.is_stub,
        p.risk,
        p.flag AS renewal_flag,
        p.days_left AS days_to_renewal,
        p.score AS account_nps,
        p.as_of AS risk_as_of
    FROM accounts a LEFT JOIN account_standings p ON p.account_id = a.account_id
"""
OPPORTUNITIES = """
    CREATE VIEW bi_opportunities AS
    SELECT opportunity_id, account_id, kind, stage, amount, currency, opened_on, expected_close, closed_on, outcome
    FROM opportunities
"""
# As `cx.scores.score_band` and `queries.scores.flagged` and `satisfied` have them.
LINE = "COALESCE(s.flag_line, (s.scale_min + s.scale_max) / 2)"
FLAGGED = f"((s.high_is_good AND r.score <= {LINE}) OR (NOT s.high_is_good AND r.score >= {LINE}))"
GOOD = "CASE WHEN s.high_is_good THEN r.score ELSE s.scale_min + s.scale_max - r.score END"
SATISFIED = f"({GOOD} > s.scale_max - 2 * (s.scale_max - s.scale_min + 1) / 5.0)"


def _scores(month: str) -> str:
    return f"""
    CREATE VIEW bi_scores AS
    SELECT
        r.response_id,
        r.survey_id,
        s.type AS survey_type,
        s.scale_min,
        s.scale_max,
        s.high_is_good,
        r.responded_at,
        {month} AS month,
        {_who("r")},
        r.score,
        CASE
            WHEN s.type = 'nps' THEN CASE WHEN r.score < 7 THEN 'detractor' WHEN r.score >= 9 THEN 'promoter'
                ELSE 'passive' END
            WHEN {FLAGGED} THEN 'detractor' WHEN {SATISFIED} THEN 'promoter' ELSE 'passive'
        END AS score_band,
        CASE
            WHEN s.type = 'nps' THEN CASE WHEN r.score < 7 THEN -100.0 WHEN r.score >= 9 THEN 100.0 ELSE 0.0 END
            WHEN s.type = 'csat' THEN CASE WHEN {SATISFIED} THEN 100.0 ELSE 0.0 END
            ELSE r.score
        END AS points,
        s.anonymous
    FROM responses r JOIN surveys s ON s.survey_id = r.survey_id
    WHERE r.score IS NOT NULL AND {_veil("r")["seen"]}
"""


MONTHS = {
    "sqlite": "substr(r.responded_at, 1, 7)",
    "postgresql": "to_char(r.responded_at AT TIME ZONE 'UTC', 'YYYY-MM')",
}
# Each may read those before it.
NAMES = ("bi_comments", "bi_mentions", "bi_themes", "bi_theme_months", "bi_accounts", "bi_opportunities", "bi_scores")


def upgrade() -> None:
    """Apply."""
    moment = data.store.models.base.UtcDateTime(timezone=True)
    op.create_table(
        "theme_issues",
        sa.Column("theme_key", sa.String(length=80), nullable=False),
        sa.Column("target", sa.String(length=20), nullable=False),
        sa.Column("mark", sa.String(length=36), nullable=False),
        sa.Column("issue_id", sa.String(length=80), nullable=True),
        sa.Column("issue_key", sa.String(length=80), nullable=True),
        sa.Column("url", sa.String(length=400), nullable=True),
        sa.Column("content_hash", sa.String(length=64), nullable=True),
        sa.Column("asked_by", sa.String(length=200), nullable=False),
        sa.Column("created_at", moment, nullable=True),
        sa.Column("updated_at", moment, nullable=True),
        sa.PrimaryKeyConstraint("theme_key", "target", name=op.f("pk_theme_issues")),
    )
    op.create_table(
        "bi_rules",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_bi_rules")),
    )
    months = MONTHS[op.get_bind().dialect.name]
    for statement in (COMMENTS, MENTIONS, THEMES, THEME_MONTHS, ACCOUNTS, OPPORTUNITIES, _scores(months)):
        op.execute(statement)


def downgrade() -> None:
    """Take back."""
    for name in reversed(NAMES):
        op.execute(f"DROP VIEW {name}")
    op.drop_table("bi_rules")
    op.drop_table("theme_issues")
