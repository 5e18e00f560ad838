"""Examples of counts, drivers and one theme's page, for /openapi.json. The accounts, people and words are made up."""

from typing import Any

_PERIOD: dict[str, Any] = {"since": "2026-07-02T23:59:59Z", "as_of": "2026-09-30T23:59:59Z"}
_SCALE: dict[str, Any] = {"type": "nps", "scale_min": 0, "scale_max": 10, "high_is_good": True}
_SCORE: dict[str, Any] = {"value": -11.9, "n": 42, "low": -43.2, "high": 19.8}
_EFFECT: dict[str, Any] = {"value": 4.3, "low": 1.2, "high": 8.8}
_IDS = ["response:r-1042", "response:r-0977"]
_PERCENT: dict[str, Any] = {"value": 18.2, "n": 77, "low": 11.0, "high": 28.4}
DRIVER: dict[str, Any] = {
    **_SCALE,
    "key": "support_speed",
    "name": "Support speed",
    "n": 9,
    "accounts": 6,
    "score": {"value": -66.7, "n": 9, "low": -91.0, "high": -12.5},
    "slice_score": _SCORE,
    "leave_out": {"value": 15.0, "low": 4.1, "high": 29.3},
    "part": {"value": -11.2, "low": -20.4, "high": -3.0},
    "lost": _EFFECT,
    "p": 0.004,
    "q": 0.05,
    "stands_out": True,
    "family": "taxonomy themes in NPS",
    "reading": "Without these 9 answers of 6 accounts NPS would be 3.1 instead of -11.9: +15.0 points.",
    "comment_ids": _IDS,
}
DRIVER_SCALE: dict[str, Any] = {
    **_SCALE,
    "score": _SCORE,
    "accounts": 12,
    "family": "taxonomy themes in NPS",
    "tested": 14,
    "rate": 0.1,
    "no_theme": {**DRIVER, "key": None, "name": None, "p": None, "q": None, "stands_out": False, "comment_ids": []},
    "reading": "1 of 14 taxonomy themes in NPS stand out (at most 10 % of such findings are expected by chance).",
}
ALERT: dict[str, Any] = {
    "p": 0.021,
    "first_seen": "2026-07-16",
    "accounts": 9,
    "recent": _PERCENT,
    "past": {**_PERCENT, "value": 6.1, "n": 702, "low": 4.4, "high": 8.3},
    "reading": "Emerging: 9 accounts in the last 5 weeks, 18.2 % of those that spoke in a week, before 6.1 %.",
    "comment_ids": _IDS,
}
EMERGENCE: dict[str, Any] = {
    "told": True,
    "themes": 80,
    "family": "80 themes over the last 5 looks",
    "rate": 0.1,
    "reading": "1 theme emerging; the chance of any false alert among 80 themes over the last 5 looks is at most 10 %.",
}
TREND: dict[str, Any] = {
    "state": "rising",
    "recent": _PERCENT,
    "past": {**_PERCENT, "value": 6.1, "n": 702, "low": 4.4, "high": 8.3},
    "accounts": 8,
    "times": {"value": 3.0, "low": 1.6, "high": 5.6},
    "dispersion": 1.2,
    "p": 0.002,
    "q": 0.04,
    "reading": "Rising: 8 accounts in the last 4 weeks, 18.2 % of those that spoke in a week, before 6.1 %.",
    "comment_ids": _IDS,
}
STEP: dict[str, Any] = {
    "event": "split",
    "happened_at": "2026-08-31T02:10:00Z",
    "from_key": "t-2zvw5qmcriax",
    "from_name": "Reports, exports",
    "to_key": "t-3obqlrqof6dd",
    "to_name": "Matters missing in reports",
    "share": 0.62,
}
NEAR: dict[str, Any] = {"key": "reporting_export", "name": "Reporting and export", "similarity": 0.58}


def theme_examples(theme: dict[str, Any], comment: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Give the examples that are made of a theme with its counts, and a comment."""
    row = {
        "group": {"theme": theme["info"]["key"], "role": "admin"},
        "theme": theme["info"],
        "counts": theme["counts"],
        "first_seen": "2025-11-20T09:00:00Z",
        "last_seen": "2026-09-24T08:12:00Z",
        "example_comment_id": _IDS[0],
    }
    detail = {
        **theme,
        "first_seen": "2025-11-20T09:00:00Z",
        "last_seen": "2026-09-24T08:12:00Z",
        "change": TREND,
        "lineage": [STEP],
        "nearest": NEAR,
        "parent": None,
        "children": [],
        "drivers": [DRIVER],
        "verbatims": [comment],
    }
    return {
        "AlertOut": ALERT,
        "CountPage": {
            "period": _PERIOD,
            "items": [row],
            "next_cursor": None,
            "kind": "taxonomy",
            "group_by": ["theme", "role"],
            "groups": 1,
            "total": theme["counts"],
        },
        "CountRowOut": row,
        "DriverOut": DRIVER,
        "DriverPage": {
            "period": _PERIOD,
            "items": [DRIVER],
            "next_cursor": None,
            "survey_type": "nps",
            "kind": "taxonomy",
            "scales": [DRIVER_SCALE],
        },
        "DriverScaleOut": DRIVER_SCALE,
        "EffectOut": _EFFECT,
        "EmergenceOut": EMERGENCE,
        "LineageOut": STEP,
        "NearThemeOut": NEAR,
        "PercentOut": _PERCENT,
        "PlainScoreOut": _SCORE,
        "ThemeDetail": detail,
        "TimesOut": {"value": 3.0, "low": 1.6, "high": 5.6},
        "TrendOut": TREND,
    }
