"""Examples of loops and saved views, for /openapi.json. The accounts, people and words are made up."""

from typing import Any

_AT = "2026-09-30T15:30:00Z"
STAFF: dict[str, Any] = {"staff_id": "S07", "name": "Nina Vogt", "email": "nina@quillmere.example"}
_CLOCKS: list[dict[str, Any]] = [
    {"name": "route", "due_at": "2026-09-24T08:17:00Z", "met_at": "2026-09-24T08:13:00Z", "state": "met"},
    {"name": "touch", "due_at": "2026-09-25T08:12:00Z", "met_at": None, "state": "overdue"},
    {"name": "close", "due_at": "2026-09-26T08:12:00Z", "met_at": None, "state": "overdue"},
]
_DUE: dict[str, Any] = {
    "act": "touch",
    "due_at": "2026-09-25T08:12:00Z",
    "overdue": True,
    "reading": "A first touch was due 5 days ago: detractor at A07.",
}
LOOP: dict[str, Any] = {
    "loop_id": 12,
    "signal_id": "response:r-1042",
    "account_id": "A07",
    "account_name": "Lindqvist Haulage",
    "contact_id": "A07-C2",
    "contact_name": "Rosa Lindqvist",
    "role": "champion",
    "stage": "usage",
    "source": "nps",
    "reasons": ["detractor"],
    "said_at": "2026-09-24T08:12:00Z",
    "opened_at": "2026-09-24T08:12:00Z",
    "score": 4,
    "scale_min": 0,
    "scale_max": 10,
    "comment_id": "response:r-1042",
    "comment": "In the demo the dock schedule filled itself. Here two of my people key it in every evening.",
    "ticket_id": None,
    "state": "routed",
    "owner": STAFF,
    "also_told": [],
    "why": "success manager of the account",
    "due": _DUE,
    "clocks": _CLOCKS,
    "acts": 1,
}
_ACT: dict[str, Any] = {
    "act": "route",
    "at": "2026-09-24T08:13:00Z",
    "by": "webhook",
    "owner": None,
    "outcome": "",
    "note": "",
}
_HOURS: dict[str, Any] = {"value": 9.5, "low": 6.0, "high": 15.0}
_PART: dict[str, Any] = {"value": 81.0, "n": 42, "accounts": 23, "low": 66.0, "high": 90.0}
_TIME: dict[str, Any] = {
    "name": "first touch",
    "clock_hours": 24.0,
    "n": 44,
    "accounts": 23,
    "done": 40,
    "median": _HOURS,
    "most": {"value": 31.0, "low": 22.0, "high": None},
    "within": _PART,
    "undecided": 2,
    "reading": "First touch: 40 of 44 loops of 23 accounts are touched, 4 still wait.",
}
_GROUP: dict[str, Any] = {
    "group": {"owner": "S07"},
    "owner": STAFF,
    "times": [_TIME],
    "signal_ids": ["response:r-1042"],
}
VIEW: dict[str, Any] = {
    "view_id": "view_5d1c0a9be2110f3a",
    "name": "Mid-market champions, this quarter",
    "page": "overview",
    "parameters": {"period": "2026-Q3", "segment": ["mid_market"], "role": ["champion"]},
    "query": "period=2026-Q3&segment=mid_market&role=champion",
    "shared": True,
    "own": True,
    "created_at": "2026-09-01T07:30:00Z",
    "updated_at": "2026-09-01T07:30:00Z",
}

EXAMPLES: dict[str, dict[str, Any]] = {
    "ClockOut": _CLOCKS[1],
    "DueOut": _DUE,
    "HoursOut": _HOURS,
    "LoopActIn": {"act": "close", "outcome": "Schedule import switched on, Rosa confirmed it.", "acts_seen": 2},
    "LoopActOut": _ACT,
    "LoopDetail": {**LOOP, "history": [_ACT], "legal": ["assign", "touch", "note"]},
    "LoopOut": LOOP,
    "LoopPage": {"now": _AT, "items": [LOOP], "next_cursor": None, "states": {"routed": 1}},
    "LoopTimeOut": _TIME,
    "LoopTimesGroup": _GROUP,
    "LoopTimesOut": {"now": _AT, "items": [_GROUP]},
    "PartOut": _PART,
    "StaffOut": STAFF,
    "StaffPage": {"items": [STAFF], "next_cursor": None},
    "ViewIn": {name: VIEW[name] for name in ("name", "page", "parameters", "shared")},
    "ViewOut": VIEW,
    "ViewPage": {"items": [VIEW], "next_cursor": None},
}
