"""Examples of an account's timeline, for /openapi.json. The accounts, people and words are made up."""

from typing import Any

_PERSON: dict[str, Any] = {
    "contact_id": "A07-C2",
    "name": "Rosa Lindqvist",
    "role": "champion",
    "left_on": None,
    "ever_answered": True,
}
_SCORE: dict[str, Any] = {
    "answer_id": "response:r-1042",
    "type": "nps",
    "score": 4,
    "scale_min": 0,
    "scale_max": 10,
    "high_is_good": True,
    "band": -1,
    "answered_at": "2026-09-24T08:12:00Z",
    "role": "champion",
    "stage": "usage",
    "contact_id": "A07-C2",
    "comment_id": "response:r-1042",
}
_TICKETS: dict[str, Any] = {"week_start": "2026-09-21", "tickets": 3}
_USAGE: dict[str, Any] = {"week_start": "2026-09-21", "active_users": 41, "licensed_users": 60}
_EVENT: dict[str, Any] = {"occurred_on": "2026-03-01", "kind": "expansion", "amount": 12000.0, "currency": "EUR"}
EXAMPLES: dict[str, dict[str, Any]] = {
    "ContractEventOut": _EVENT,
    "GivenScoreOut": _SCORE,
    "PersonOut": _PERSON,
    "TicketWeekOut": _TICKETS,
    "TimelineOut": {
        "period": {"since": "2025-10-01T00:00:00Z", "as_of": "2026-09-30T23:59:59Z"},
        "contract_start": "2025-11-14",
        "first_value_date": "2026-01-20",
        "renewal_date": "2026-11-14",
        "people": [_PERSON],
        "scores": [_SCORE],
        "tickets": [_TICKETS],
        "usage": [_USAGE],
        "events": [_EVENT],
    },
    "UsageWeekOut": _USAGE,
}
