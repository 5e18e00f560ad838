"""Examples of a diagnosis, for /openapi.json. The accounts, people and words are made up."""

from typing import Any

_IDS: dict[str, Any] = {"comment_ids": ["response:r-1042"], "other_ids": ["response:r-1043"]}
_FIGURE: dict[str, Any] = {"value": -40.0, "n": 5, "accounts": 1, "low": -84.1, "high": 22.9}
_MEAN: dict[str, Any] = {"value": 5.2, "n": 5, "accounts": 1, "low": 2.9, "high": 7.5}
_SHARE: dict[str, Any] = {"value": 66.7, "n": 6, "accounts": 1, "low": 30.0, "high": 90.3}
_WHY = (
    "Renewal in 45 days is at risk: NPS scores down 3.2 points among 4 people, usage down 24 % and tickets up, 11 "
    "against 3, all in this window; account-level NPS −40 (n 5) under the line of 0."
)
_STATEMENT: dict[str, Any] = {
    **_IDS,
    "kind": "renewal_risk",
    "text": _WHY,
    "numbers": {"days_left": 45, "line": 0.0, "account_nps": -40.0, "n": 5, "low": -84.1, "high": 22.9},
    "stage": "renewal",
    "good": False,
}
_HEADLINE: dict[str, Any] = {**_IDS, "text": _WHY}
_STEP: dict[str, Any] = {
    **_IDS,
    "stage": "renewal",
    "owner": "customer success and CX leadership",
    "owners": ["Nina Vogt"],
    "action": "Mitigation plan, expansion play.",
    "why": _WHY,
}
_HEAD: dict[str, Any] = {
    "account_id": "A07",
    "name": "Lindqvist Haulage",
    "segment": "mid_market",
    "motion": "seat_signed",
    "arr": 84000.0,
    "currency": "EUR",
    "contract_start": "2025-11-14",
    "renewal_date": "2026-11-14",
    "success_manager": "Nina Vogt",
    "last_heard": "2026-09-24",
}
_WEIGHTS: dict[str, Any] = {
    "name": "seat-signed",
    "by_role": {"economic_buyer": 3.0, "champion": 4.0, "admin": 2.0, "power_user": 2.0, "end_user": 1.0},
}
_ROLE: dict[str, Any] = {**_IDS, "role": "end_user", "weight": 1.0, "nps": _FIGURE, "mean": _MEAN}
_COMMITTEE: dict[str, Any] = {
    "n": 5,
    "accounts": 1,
    "account_level": _FIGURE,
    "user_level": {**_FIGURE, "value": -60.0},
    "gap": {**_FIGURE, "value": 20.0, "low": -11.0, "high": 52.0},
    "weighted_mean": _MEAN,
    "plain_mean": _MEAN,
    "roles": [_ROLE],
    "missing": ["economic_buyer"],
    "unweighted": 0,
    "weight_answered": 0.75,
    "weights": _WEIGHTS,
    "interval_note": "",
    "reading": "Account-level NPS −40 (weights seat-signed: ...), user-level NPS −60 (5 answers, −95 to +12).",
    "account_level_before": {**_FIGURE, "value": 25.0},
    "user_level_before": {**_FIGURE, "value": 20.0},
}
_GROUP: dict[str, Any] = {
    **_IDS,
    "type": "csat",
    "scale_min": 1,
    "scale_max": 5,
    "high_is_good": True,
    "stage": "support",
    "agent_id": None,
    "agent_name": None,
    "score": {**_SHARE, "value": 25.0, "n": 8, "low": 7.1, "high": 59.1},
    "flagged": 6,
    "before": None,
}
_SCORES: dict[str, Any] = {
    "nps": _COMMITTEE,
    "by_stage": [_GROUP],
    "by_agent": [{**_GROUP, "stage": None, "agent_id": "S09", "agent_name": "Marek Havel"}],
}
_USE: dict[str, Any] = {
    "comments": 5,
    "people": 4,
    "negative": 5,
    "positive": 0,
    "neutral": 0,
    "negative_people": 4,
    "share": _SHARE,
    "review_notes": 1,
}
_MENTION: dict[str, Any] = {
    "comment_id": "response:r-1042",
    "passage": "In the demo the dock schedule filled itself.",
    "said_at": "2026-09-24T08:12:00Z",
    "source": "nps",
    "role": "champion",
    "stage": "usage",
    "score": 4,
    "score_band": -1,
    "confidence": 0.87,
    "vendor_voice": False,
    "likenesses": [{"commitment_id": "K-12", "similarity": 0.58}],
}
_PROMISE: dict[str, Any] = {
    "commitment_id": "K-12",
    "text": "The dock schedule is filled from the carrier's messages.",
    "made_by": "Olaf Brenner",
    "made_on": "2025-10-02",
    "handed_over_on": "2025-11-14",
}
_MISMATCH: dict[str, Any] = {
    **_IDS,
    "people": 2,
    "comments": 2,
    "in_window": 1,
    "roles": ["champion", "power_user"],
    "stages": ["usage", "onboarding"],
    "first_said": "2026-01-21T09:00:00Z",
    "last_said": "2026-09-24T08:12:00Z",
    "review_note_ids": ["review_note:n-7"],
    "mentions": [_MENTION],
    "commitments": [_PROMISE],
    "least_similarity": 0.35,
}
_DIRECTION: dict[str, Any] = {
    **_IDS,
    "of": "score",
    "state": "down",
    "leaning": "down",
    "change": {"value": -3.2, "n": 4, "accounts": 1, "low": -5.9, "high": -0.5},
    "line": 1.0,
    "reading": "Score down: −3.2 points among 4 people who answered both times (−5.9 to −0.5; line 1)",
}
_FUSION: dict[str, Any] = {
    "key": "decline",
    "reading": "Score and usage fall.",
    "action": "Talk to the sponsor now and agree a plan with dates",
    "score": _DIRECTION,
    "usage": {**_DIRECTION, "of": "usage", "comment_ids": [], "other_ids": []},
}
_LEG: dict[str, Any] = {"name": "NPS down", "holds": True, "sure": True, "direction": _DIRECTION}
_RISK: dict[str, Any] = {
    **_IDS,
    "state": "at_risk",
    "reading": "Renewal at risk: NPS down, usage down and tickets up in the same window.",
    "legs": [_LEG],
}
_FLAG: dict[str, Any] = {
    **_IDS,
    "state": "flagged",
    "days_left": 45,
    "line": 0.0,
    "reading": "45 days to renewal; account-level NPS −40 (n 5) is under the line of 0.",
}
_EARLY: dict[str, Any] = {
    **_IDS,
    "holds": True,
    "mean": {"value": 2.8, "n": 4, "accounts": 1, "low": 1.2, "high": 4.3},
    "flagged": {"value": 100.0, "n": 4, "accounts": 1, "low": 51.0, "high": 100.0},
    "line": 4.0,
    "reading": "Early renewal risk: onboarding CES 2.8 of 7 (n 4, 1.2 to 4.3), at or under the survey's line of 4.",
}
_PERCEPTION: dict[str, Any] = {
    **_IDS,
    "state": "gap",
    "sure": False,
    "status": "green",
    "scored_on": "2026-08-31",
    "reading": "Perception gap: health is green, customers say otherwise: NPS −60 (n 5, −95 to +12; line 0).",
}
_RISKS: dict[str, Any] = {"renewal": _RISK, "flag": _FLAG, "onboarding": [_EARLY], "perception": _PERCEPTION}
_DECIDER: dict[str, Any] = {
    **_IDS,
    "role": "champion",
    "name": "Rosa Lindqvist",
    "left_on": "2026-06-30",
    "successor": "Arne Holm",
    "since": "2026-07-13",
    "scores_since": [6, 4],
}
_CHANGE: dict[str, Any] = {
    **_IDS,
    "what": "theme",
    "name": "Support response time",
    "change": "new",
    "text": "Support response time: said for the first time, by 4 people.",
    "theme_key": "support_speed",
    "now": _SHARE,
    "before": {**_SHARE, "value": 0.0, "n": 5, "low": 0.0, "high": 43.4},
}
_ROLE_HEARD: dict[str, Any] = {"role": "admin", "contacts": 2, "never": 1, "answered": {**_SHARE, "n": 2}}
_HEARD: dict[str, Any] = {
    "contacts": 9,
    "answered": {**_SHARE, "n": 9},
    "roles": [_ROLE_HEARD],
    "never_roles": ["economic_buyer"],
    "unknown_roles": [],
    "reading": "Answered in the window: admin (1 of 2). Never answered: economic buyer.",
}
STANDING: dict[str, Any] = {
    "as_of": "2026-09-30T23:59:59.999999Z",
    "risk": "at_risk",
    "flag": "flagged",
    "days_left": 45,
    "why": "Renewal in 45 days with account-level NPS −40 (n 5), under the line of 0; usage down 24 %.",
    "account_nps": _FIGURE,
    "user_nps": {**_FIGURE, "value": -60.0},
    "evidence": ["response:r-1042", "ticket:T-318"],
}


def diagnosis_examples(
    *, comment: dict[str, Any], period: dict[str, Any], theme: dict[str, Any], loop: dict[str, Any]
) -> dict[str, dict[str, Any]]:
    """Give the examples by the schemas' names."""
    said = {
        "info": theme,
        "now": _USE,
        "before": {**_USE, "comments": 1, "people": 1},
        "roles": {"admin": 2, "end_user": 3},
        "stages": {"support": 5},
        "first_said": "2026-07-05T10:43:00Z",
        "last_said": "2026-09-24T08:12:00Z",
        "change": "new",
        "p": 0.21,
        "q": 0.64,
        "comment_ids": ["response:r-1042"],
        "note_ids": [],
        "verbatims": [comment],
    }
    contradiction = {
        "comment_id": "response:r-1042",
        "strength": 0.72,
        "reading": "High score, critical words: read it before counting it as a promoter.",
        "comment": {**comment, "score": 9, "score_band": 1},
    }
    whole = {
        "account": _HEAD,
        "period": period,
        "period_before": {"since": "2026-04-03T23:59:59Z", "as_of": "2026-07-02T23:59:58Z"},
        "headline": _HEADLINE,
        "statements": [_STATEMENT],
        "steps": [_STEP],
        "scores": _SCORES,
        "themes": [said],
        "discovered": [],
        "mismatch": _MISMATCH,
        "fusion": _FUSION,
        "risks": _RISKS,
        "contradictions": [contradiction],
        "loops": [loop],
        "changes": [_CHANGE],
        "deciders_left": [_DECIDER],
        "coverage": _HEARD,
    }
    return {
        "AccountHeadOut": _HEAD,
        "ChangeOut": _CHANGE,
        "CommitteeOut": _COMMITTEE,
        "ContradictionOut": contradiction,
        "DeciderLeftOut": _DECIDER,
        "DiagnosisOut": whole,
        "DiagnosisScoresOut": _SCORES,
        "DiagnosisThemeOut": said,
        "DirectionOut": _DIRECTION,
        "EarlyRiskOut": _EARLY,
        "FigureOut": _FIGURE,
        "FusionOut": _FUSION,
        "GroupFigureOut": _GROUP,
        "HeadlineOut": _HEADLINE,
        "HeardOut": _HEARD,
        "LegOut": _LEG,
        "MismatchAtAccountOut": _MISMATCH,
        "PerceptionOut": _PERCEPTION,
        "PromiseOut": _PROMISE,
        "RenewalFlagOut": _FLAG,
        "RenewalRiskOut": _RISK,
        "RisksOut": _RISKS,
        "RoleFigureOut": _ROLE,
        "RoleHeardOut": _ROLE_HEARD,
        "StandingOut": STANDING,
        "StatementOut": _STATEMENT,
        "StepOut": _STEP,
        "UseOut": _USE,
        "WeightsOut": _WEIGHTS,
    }
