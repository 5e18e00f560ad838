"""Examples of corrections and the taxonomy, for /openapi.json. The accounts, people and words are made up."""

from typing import Any

CORRECTION: dict[str, Any] = {
    "id": 12,
    "action": "merge",
    "theme_key": "t-4zqk7w2h5ydm",
    "into": "t-pkuiuuqmians",
    "comment_id": None,
    "polarity": None,
    "detail": {},
    "made_by": "key_5d1c0a9be211",
    "made_at": "2026-10-01T09:20:00Z",
    "undone_by": None,
    "undone_at": None,
    "waits": False,
    "learned": 0,
}
_REACH: dict[str, Any] = {
    "key": "t-pkuiuuqmians",
    "name": "Offline jobs",
    "state": "active",
    "parent_key": "t-yaniegpk4xrg",
    "comments": 21,
    "accounts": 9,
}
_SOURCE = {**_REACH, "key": "t-4zqk7w2h5ydm", "name": "No signal in cellars", "comments": 8, "accounts": 5}
THEME_CHANGE: dict[str, Any] = {
    "key": "t-pkuiuuqmians",
    "before": _REACH,
    "after": {**_REACH, "comments": 27, "accounts": 12},
}
COMMENT_CHANGE: dict[str, Any] = {
    "comment_id": "response:r-1042",
    "text": "No signal in the cellar, and the job is gone.",
    "before": ["t-4zqk7w2h5ydm"],
    "after": ["t-pkuiuuqmians"],
}
TAXONOMY_THEME: dict[str, Any] = {
    "key": "driver_app",
    "name": "Driver app",
    "definition": "The app that drivers use on the road: offline work, battery, photos.",
    "owner": "Product",
    "responds_with": "Ask for the phone's model and app version, and link the backlog item.",
    "parent_key": None,
    "examples": ["My drivers lose the tour whenever there is no signal.", "The app drains the phone before noon."],
}
_THEME_OUT = {**TAXONOMY_THEME, "state": "active", "shipped": False, "changed": False}
_NEXT = ["Looks for 'driver_app' in all comments, from its definition and 2 examples, with the vectors stored."]
_TAXONOMY = {"version": "5f1c0a9be2114d3a", "themes": [_THEME_OUT], "next_run": _NEXT}
_CHANGE = {"action": "create", "key": "driver_app", "correction_id": 14}
EXAMPLES: dict[str, dict[str, Any]] = {
    "CommentChangeOut": COMMENT_CHANGE,
    "CorrectionIn": {
        "action": "merge",
        "theme_key": "t-4zqk7w2h5ydm",
        "into": "t-pkuiuuqmians",
        "preview": True,
    },
    "CorrectionMade": {
        "preview": False,
        "correction": CORRECTION,
        "comments": 8,
        "accounts": 5,
        "themes": [
            {"key": "t-4zqk7w2h5ydm", "before": _SOURCE, "after": {**_SOURCE, "state": "merged", "comments": 0}},
            THEME_CHANGE,
        ],
        "sample": [COMMENT_CHANGE],
        "at_once": "Everything that is read: themes, counts and 8 comments.",
        "next_run": "What later runs find of it is counted with its target.",
        "undo": "DELETE /v1/corrections/12",
    },
    "CorrectionOut": CORRECTION,
    "CorrectionPage": {"items": [CORRECTION], "next_cursor": None},
    "TaxonomyChangeOut": _CHANGE,
    "TaxonomyChanged": {**_TAXONOMY, "preview": False, "changes": [_CHANGE]},
    "TaxonomyIn": {"themes": [TAXONOMY_THEME], "remove": [], "preview": True},
    "TaxonomyOut": _TAXONOMY,
    "TaxonomyThemeIn": TAXONOMY_THEME,
    "TaxonomyThemeOut": _THEME_OUT,
    "ThemeChangeOut": THEME_CHANGE,
    "ThemeReachOut": _REACH,
}
