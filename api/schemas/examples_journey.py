"""Examples of the journey and of retention, for /openapi.json. The accounts, people and words are made up."""

from typing import Any

VALUE: dict[str, Any] = {"value": 41.0, "n": 58, "low": 29.2, "high": 53.8}
_MISMATCH: dict[str, Any] = {"comments": 9, "negative": 9, "respondents": 8, "accounts": 7}
_CELL: dict[str, Any] = {"stage": "onboarding", "role": "admin", "counts": _MISMATCH}
_BENCHMARK: dict[str, Any] = {
    "name": "NRR",
    "median": 106.0,
    "top_quartile": 120.0,
    "months": 12,
    "source": "as users quote them for B2B software; no survey is named, and published medians differ by some points",
}
_STANDING: dict[str, Any] = {
    "benchmark": _BENCHMARK,
    "place": "under_median",
    "sure": False,
    "words": "under the median of 106 % (not sure: the interval reaches across)",
}
_UNDER: dict[str, Any] = {
    "n": 310,
    "accounts": 96,
    "churned": 24,
    "rate": {"value": 7.7, "n": 310, "low": 5.3, "high": 11.3},
}
_OVER: dict[str, Any] = {
    "n": 890,
    "accounts": 240,
    "churned": 11,
    "rate": {"value": 1.2, "n": 890, "low": 0.7, "high": 2.2},
}
_LIFT: dict[str, Any] = {"value": 6.3, "low": 3.1, "high": 12.4}
_SPLIT: dict[str, Any] = {
    "line": -20.0,
    "low": -30.0,
    "high": 0.0,
    "under": _UNDER,
    "over": _OVER,
    "lift": _LIFT,
    "p": 0.001,
}
_LINE: dict[str, Any] = {
    "state": "found",
    "line": -20.0,
    "source": "found in your data, 262 accounts, 35 churned, p = 0.001",
    "n": 1200,
    "accounts": 262,
    "churned": 35,
    "best": _SPLIT,
    "reading": "Accounts under NPS −20 churn more: 24 of 310 account-quarters churned under it, 11 of 890 over it.",
}
_LINK: dict[str, Any] = {
    "outcome": "churn",
    "lag": 2,
    "segment": None,
    "method": "point-biserial",
    "n": 1120,
    "accounts": 262,
    "moved": 35,
    "correlation": {"value": -0.14, "n": 1120, "low": -0.2, "high": -0.08},
    "reading": "NPS and churn 2 quarters later: point-biserial −0.14; accounts with a lower NPS churn more.",
}
_ROW: dict[str, Any] = {
    "segment": "smb",
    "currency": "EUR",
    "first": "2025-10-01",
    "last": "2026-07-01",
    "accounts": 58,
    "start": 1480000.0,
    "expansion": 96000.0,
    "contraction": 31000.0,
    "churned": 74000.0,
    "churned_accounts": 4,
    "nrr": {"value": 99.4, "n": 58, "low": 92.0, "high": 107.1},
    "grr": {"value": 92.9, "n": 58, "low": 83.5, "high": 97.1},
    "churn_rate": {"value": 6.9, "n": 58, "low": 2.7, "high": 16.4},
    "standings": [_STANDING],
    "reading": "2025 Q4 to 2026 Q3, 58 accounts: NRR 99.4 %, GRR 92.9 %; 4 left.",
    "formula": "NRR = (start + expansion - contraction - churned) / start",
}
_QUARTER: dict[str, Any] = {
    "segment": None,
    "quarter": "2026-07-01",
    "nps": {"value": 8.3, "n": 214, "low": 1.1, "high": 15.5},
    "answers": 861,
    "at_risk": 255,
    "churned": 6,
    "comments_at": "/v1/scores/nps/comments?period=2026-Q3",
    "comment_ids": ["response:r-1042"],
}
_LEFT: dict[str, Any] = {
    "account": "A24",
    "name": "Aldous Vets",
    "segment": "smb",
    "quarter": "2026-04-01",
    "lost": 18200.0,
    "currency": "GBP",
    "nps": -50.0,
    "nps_quarter": "2026-01-01",
    "answers": 4,
    "comment_ids": ["response:r-0871"],
}
_BAND: dict[str, Any] = {
    "low": -50.0,
    "high": -25.0,
    "n": 120,
    "accounts": 41,
    "churned": 9,
    "rate": {"value": 7.5, "n": 120, "low": 4.0, "high": 13.6},
}
_UNDER_NOW: dict[str, Any] = {
    "account": "A31",
    "name": "Kestrel Lifts",
    "segment": "mid_market",
    "nps": -66.7,
    "nps_quarter": "2026-07-01",
    "answers": 6,
    "arr": 42000.0,
    "currency": "EUR",
    "comments": 3,
}
_UNDER_LINE: dict[str, Any] = {"line": -20.0, "heard": 214, "n": 1, "items": [_UNDER_NOW]}
_AGENT: dict[str, Any] = {"agent_id": "S09", "name": "Marek Havel"}
_ACCOUNT_QUARTER: dict[str, Any] = {
    "account_id": "A24",
    "name": "Aldous Vets",
    "segment": "smb",
    "quarter": "2026-01-01",
    "nps": -50.0,
    "answers": 4,
    "start": 18200.0,
    "expansion": 0.0,
    "contraction": 0.0,
    "churned": 0.0,
    "currency": "GBP",
    "gone": False,
    "comments_at": "/v1/accounts/A24/comments?period=2026-Q1",
}


def journey_examples(
    *, comment: dict[str, Any], period: dict[str, Any], score: dict[str, Any]
) -> dict[str, dict[str, Any]]:
    """Give the examples; those of comments, periods and scores are everybody's."""
    stage_score = {"type": "ces", "scale_min": 1, "scale_max": 7, "high_is_good": True, "score": score}
    agent_score = {**stage_score, "type": "csat", "scale_max": 5}
    stage = {
        "stage": "onboarding",
        "state": "covered",
        "signal": "CES within 48 h of first value, milestone CSAT",
        "owner": "implementation or customer success",
        "owners": ["Ivy Roth"],
        "action": "onboarding friction fixes",
        "missing": [],
        "n": 116,
        "by_source": {"ces": 116},
        "derived": 0,
        "accounts": 24,
        "reach": VALUE,
        "flagged": 31,
        "loops": 0,
        "touched": 0,
        "acted": None,
        "reading": "Onboarding: covered; 116 signals from 24 accounts; owner: Ivy Roth.",
        "scores": [stage_score],
        "agents": [{**_AGENT, **agent_score}],
        "comments_total": 84,
        "comments": [comment],
        "mismatch": _MISMATCH,
    }
    return {
        "AccountQuarterOut": _ACCOUNT_QUARTER,
        "ChurnBandOut": _BAND,
        "UnderOut": _UNDER_NOW,
        "UnderLineOut": _UNDER_LINE,
        "JourneyAgentOut": {**_AGENT, **agent_score},
        "AccountQuarterPage": {"period": period, "items": [_ACCOUNT_QUARTER], "next_cursor": None},
        "BenchmarkOut": _BENCHMARK,
        "ChurnLineOut": _LINE,
        "JourneyOut": {
            "period": period,
            "accounts": 58,
            "reading": "1 of 1 stage covered.",
            "gaps": [],
            "theatre": [],
            "unplaced": 0,
            "stages": [stage],
            "mismatch": [_CELL],
            "mismatch_comments": [comment],
        },
        "LeftOut": _LEFT,
        "LiftOut": _LIFT,
        "LinkOut": _LINK,
        "JourneyMismatchCellOut": _CELL,
        "JourneyMismatchOut": _MISMATCH,
        "QuarterScoreOut": _QUARTER,
        "RetentionOut": {
            "period": period,
            "first": "2023-10-01",
            "last": "2026-07-01",
            "accounts": 262,
            "currency": "EUR",
            "notes": ["Answers to anonymous surveys stay out."],
            "weights": ["seat-signed: economic buyer 3, champion 4, admin 2, power user 2, end user 1"],
            "lines": [{"segment": None, "line": _LINE}],
            "links": [_LINK],
            "retention": [_ROW],
            "quarters": [_QUARTER],
            "left": [_LEFT],
            "bands": [_BAND],
            "under": _UNDER_LINE,
        },
        "RetentionRow": _ROW,
        "SegmentLineOut": {"segment": None, "line": _LINE},
        "SideOut": _UNDER,
        "SplitOut": _SPLIT,
        "JourneyStageOut": stage,
        "JourneyScoreOut": stage_score,
        "BenchmarkStandingOut": _STANDING,
        "ValueOut": VALUE,
    }
