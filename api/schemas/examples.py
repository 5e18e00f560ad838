"""One short example of every schema, for /openapi.json. The accounts, people and words are made up."""

from typing import Any

from api.schemas import examples_corrections, examples_issues, examples_jobs, examples_loops, examples_timeline
from api.schemas.examples_diagnosis import STANDING, diagnosis_examples
from api.schemas.examples_journey import journey_examples
from api.schemas.examples_search import search_examples
from api.schemas.examples_themes import theme_examples

_AS_OF, _SINCE = "2026-09-30T23:59:59Z", "2026-07-02T23:59:59Z"
PERIOD: dict[str, Any] = {"since": _SINCE, "as_of": _AS_OF}
TAG: dict[str, Any] = {
    "key": "sales_delivery_mismatch",
    "name": "Sales-delivery mismatch",
    "kind": "taxonomy",
    "polarity": "negative",
    "confidence": 0.87,
}
COMMENT: dict[str, Any] = {
    "comment_id": "response:r-1042",
    "source": "nps",
    "text": "In the demo the dock schedule filled itself. Here two of my people key it in every evening.",
    "language": "en",
    "said_at": "2026-09-24T08:12:00Z",
    "score": 4,
    "score_band": -1,
    "scale_min": 0,
    "scale_max": 10,
    "role": "champion",
    "stage": "usage",
    "stage_derived": False,
    "account_id": "A07",
    "account_name": "Lindqvist Haulage",
    "contact_id": "A07-C2",
    "contact_name": "Rosa Lindqvist",
    "ticket_id": None,
    "feature": None,
    "vendor_voice": False,
    "anonymous": False,
    "sentiment": -0.61,
    "themes": [TAG],
}
COUNTS: dict[str, Any] = {
    "comments": 14,
    "respondents": 11,
    "accounts": 6,
    "negative": 12,
    "positive": 1,
    "neutral": 1,
    "review_notes": 2,
    "revenue": {"EUR": 424000.0},
    "open_opportunities": 3,
    "open_amount": {"EUR": 61000.0},
}
GROUP_COUNTS: dict[str, Any] = {"group": {"role": "admin"}, "counts": COUNTS}
MONTH: dict[str, Any] = {"month": "2026-09", "comments": 6, "negative": 5, "accounts": 4}
THEME_INFO: dict[str, Any] = {
    "key": "sales_delivery_mismatch",
    "name": "Sales-delivery mismatch",
    "kind": "taxonomy",
    "parent_key": None,
    "level": 0,
    "state": "active",
    "emerging": False,
    "definition": "What was sold or shown before signing is not what was delivered.",
    "owner": "Sales leadership",
    "action": "Compare with the recorded commitments, then call the champion.",
    "nearest_key": None,
    "nearest_similarity": None,
}
THEME: dict[str, Any] = {"info": THEME_INFO, "counts": COUNTS, "trend": [MONTH], "groups": [GROUP_COUNTS]}
SCORE: dict[str, Any] = {"value": -11.9, "n": 42, "accounts": 6, "low": -43.2, "high": 19.8, "flagged": 18}
GROUP_SCORE: dict[str, Any] = {"group": {"role": "admin"}, "score": SCORE}
THEME_SHARE: dict[str, Any] = {"key": "support_speed", "name": "Support speed", "comments": 3}
CARD: dict[str, Any] = {
    "type": "nps",
    "scale_min": 0,
    "scale_max": 10,
    "high_is_good": True,
    "score": SCORE,
    "before": {**SCORE, "value": 5.7, "n": 35},
    "groups": [GROUP_SCORE],
    "comments_total": 6,
    "comments": [COMMENT],
    "themes": [THEME_SHARE],
}
LATEST: dict[str, Any] = {
    "type": "nps",
    "score": 4,
    "scale_min": 0,
    "scale_max": 10,
    "role": "champion",
    "answered_at": "2026-09-24T08:12:00Z",
    "response_id": "r-1042",
}
HURTING: dict[str, Any] = {"key": "support_speed", "name": "Support speed", "negative": 2, "comments": 3}
ACCOUNT: dict[str, Any] = {
    "account_id": "A07",
    "name": "Lindqvist Haulage",
    "domain": "lindqvist-haulage.example",
    "industry": "logistics",
    "segment": "mid_market",
    "tier": "gold",
    "motion": "seat_signed",
    "arr": 84000.0,
    "currency": "EUR",
    "contract_start": "2025-11-14",
    "first_value_date": "2026-01-20",
    "renewal_date": "2026-11-14",
    "is_stub": False,
    "answers": 11,
    "flagged": 7,
    "comments": 5,
    "latest_scores": [LATEST],
    "top_negative": [HURTING],
    "standing": STANDING,
}
ROLE_COVERAGE: dict[str, Any] = {"role": "economic_buyer", "contacts": 2, "answered": 0}
QUIET: dict[str, Any] = {
    "account_id": "northwind",
    "name": "Northwind Freight",
    "arr": 84000,
    "currency": "EUR",
    "renewal_date": "2026-11-14",
    "answered": False,
    "roles": [ROLE_COVERAGE],
}
COVERAGE: dict[str, Any] = {
    "accounts": 7,
    "accounts_answered": 6,
    "roles": [ROLE_COVERAGE],
    "revenue": {"EUR": [832500.0, 772500.0]},
    "quiet": [],
}
ACCOUNT_THEME: dict[str, Any] = {
    "info": THEME_INFO,
    "counts": COUNTS,
    "roles": {"champion": 1, "power_user": 1},
    "stages": {"usage": 1, "onboarding": 1},
    "last_said_at": "2026-09-24T08:12:00Z",
    "verbatims": [COMMENT],
}
KEY: dict[str, Any] = {
    "key_id": "key_5d1c0a9be211",
    "name": "Weekly report",
    "role": "csm",
    "accounts": ["A07", "A12"],
    "created_at": "2026-09-01T07:30:00Z",
    "last_used_at": "2026-09-30T06:00:00Z",
    "revoked_at": None,
}
_CURSOR = "NWY0ZC4uLg"

# By the schema's name in /openapi.json.
EXAMPLES: dict[str, dict[str, Any]] = {
    "AccountDetail": {
        **ACCOUNT,
        "period_since": _SINCE,
        "period_as_of": _AS_OF,
        "scores": [CARD],
        "coverage": COVERAGE,
    },
    "AccountOut": ACCOUNT,
    "AccountPage": {"period": PERIOD, "items": [ACCOUNT], "next_cursor": _CURSOR},
    "AccountThemeOut": ACCOUNT_THEME,
    "AccountThemePage": {"period": PERIOD, "items": [ACCOUNT_THEME], "next_cursor": None},
    "CommentOut": COMMENT,
    "CommentPage": {"period": PERIOD, "items": [COMMENT], "next_cursor": _CURSOR, "total": 214},
    "CountsOut": COUNTS,
    "CoverageOut": COVERAGE,
    "GroupCountsOut": GROUP_COUNTS,
    "GroupScore": GROUP_SCORE,
    "HurtingThemeOut": HURTING,
    "KeyIn": {"name": "Weekly report", "role": "csm", "accounts": ["A07", "A12"]},
    "KeyMade": {**KEY, "last_used_at": None, "secret": "sv_shown-once-and-never-again"},
    "KeyOut": KEY,
    "KeyPage": {"items": [KEY], "next_cursor": None},
    "LatestScoreOut": LATEST,
    "MeOut": {
        "name": "Weekly report",
        "role": "csm",
        "accounts": ["A07", "A12"],
        "as_of": "2026-09-29T23:59:59.999999Z",
        "has_data": True,
    },
    "MonthOut": MONTH,
    "Period": PERIOD,
    "Problem": {
        "type": "about:not-found",
        "title": "Not found",
        "status": 404,
        "detail": "no account 'A70': GET /v1/accounts lists those that you may see",
        "request_id": "3f0c6c1be6f14f0d9d5b7a2f4f6f1c11",
    },
    "QuietAccountOut": QUIET,
    "Ready": {"status": "ready", "embedder": "ready"},
    "RoleCoverageOut": ROLE_COVERAGE,
    "ScoreCard": CARD,
    "ScoreOut": SCORE,
    "ScoresOut": {"period": PERIOD, "items": [CARD]},
    "SliceValueOut": {"value": "mid_market", "accounts": 12},
    "SlicesOut": {
        "segment": [{"value": "mid_market", "accounts": 12}, {"value": "smb", "accounts": 9}],
        "industry": [{"value": "logistics", "accounts": 8}, {"value": "unknown", "accounts": 1}],
        "tier": [{"value": "growth", "accounts": 14}],
        "motion": [{"value": "sales_led", "accounts": 20}],
    },
    "TagOut": TAG,
    "ThemeInfoOut": THEME_INFO,
    "ThemeOut": THEME,
    "ThemePage": {"period": PERIOD, "items": [THEME], "next_cursor": None, "kind": "taxonomy", "total": COUNTS},
    "ThemeShareOut": THEME_SHARE,
    "Up": {"status": "up"},
}
EXAMPLES |= examples_corrections.EXAMPLES
EXAMPLES |= examples_loops.EXAMPLES
EXAMPLES |= theme_examples(THEME, COMMENT)
EXAMPLES |= diagnosis_examples(comment=COMMENT, period=PERIOD, theme=THEME_INFO, loop=examples_loops.LOOP)
EXAMPLES |= journey_examples(comment=COMMENT, period=PERIOD, score=SCORE)
EXAMPLES |= examples_issues.EXAMPLES
EXAMPLES |= examples_jobs.EXAMPLES
EXAMPLES |= examples_timeline.EXAMPLES
EXAMPLES |= search_examples(comment=COMMENT, period=PERIOD)
