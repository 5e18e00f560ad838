"""Examples of search, map and mismatch."""

from typing import Any

_HIGHLIGHTS = [{"start": 7, "end": 11, "by": "words"}, {"start": 0, "end": 45, "by": "meaning"}]
_REGION: dict[str, Any] = {
    "key": "d_5f0c2a91",
    "name": "Offline in the cellar",
    "x": -0.4131,
    "y": 0.2204,
    "comments": 41,
    "shown": 38,
}
_POINTS: dict[str, Any] = {
    "comment_id": ["response:r-1042", "response:r-1043"],
    "x": [-0.4102, 0.0217],
    "y": [0.2231, -0.5519],
    "theme": [0, -1],
    "polarity": ["negative", None],
    "score_band": [-1, 1],
    "text": ["In the demo the dock schedule filled itself.", "Our CSM knows the wards by name."],
}
_LIKENESS: dict[str, Any] = {"commitment_id": "K-0107", "similarity": 0.62}
_MENTION: dict[str, Any] = {
    "comment_id": "response:r-1042",
    "passage": "In the demo the dock schedule filled itself.",
    "said_at": "2026-09-24T08:12:00Z",
    "source": "ces",
    "role": "champion",
    "stage": "onboarding",
    "score": 3,
    "score_band": -1,
    "confidence": 0.87,
    "vendor_voice": False,
    "likenesses": [_LIKENESS],
}
_COMMITMENT: dict[str, Any] = {
    "commitment_id": "K-0107",
    "text": "The dock schedule fills itself from the carriers' notices",
    "made_by": "S-14",
    "made_by_name": "Ida Sohl",
    "made_on": "2025-10-02",
    "handed_over_on": "2025-11-14",
    "comments": 1,
    "similarity": 0.62,
    "comment_ids": ["response:r-1042"],
}
_ACCOUNT: dict[str, Any] = {
    "account_id": "A07",
    "name": "Lindqvist Haulage",
    "comments": 3,
    "people": 2,
    "review_notes": 1,
    "roles": {"champion": 2, "admin": 1},
    "stages": {"onboarding": 2, "usage": 1},
    "months": {"2026-08": 1, "2026-09": 2},
    "first_said_at": "2026-01-20T09:00:00Z",
    "last_said_at": "2026-09-24T08:12:00Z",
    "mentions": [_MENTION],
    "commitments": [_COMMITMENT],
}
_SHARE: dict[str, Any] = {"value": 20.8, "n": 24, "low": 9.2, "high": 40.5}
_SUMMARY: dict[str, Any] = {
    "comments": 9,
    "accounts": 5,
    "share": _SHARE,
    "roles": {"champion": 5, "admin": 4},
    "stages": {"onboarding": 6, "usage": 3},
    "months": {"2026-08": 4, "2026-09": 5},
}


def search_examples(*, comment: dict[str, Any], period: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Give the examples by schema, around the comment and the period that all examples share."""
    found = {**comment, "found_by": ["words", "meaning"], "similarity": 0.61, "highlights": _HIGHLIGHTS}
    return {
        "CommitmentOut": _COMMITMENT,
        "FoundComment": found,
        "HighlightOut": _HIGHLIGHTS[0],
        "LikenessOut": _LIKENESS,
        "MapOut": {
            "period": period,
            "kind": "discovered",
            "total": 784,
            "shown": 2,
            "points": _POINTS,
            "regions": [_REGION],
        },
        "MismatchAccountOut": _ACCOUNT,
        "MismatchMentionOut": _MENTION,
        "MismatchPage": {
            "period": period,
            "items": [_ACCOUNT],
            "next_cursor": None,
            "summary": _SUMMARY,
            "least_similarity": 0.35,
        },
        "MismatchSummaryOut": _SUMMARY,
        "PointsOut": _POINTS,
        "RegionOut": _REGION,
        "SearchPage": {
            "period": period,
            "items": [found],
            "next_cursor": "NWY0ZC4uLg",
            "mode": "both",
            "total": 37,
            "accounts": 9,
            "people": 14,
            "more": False,
            "note": "",
        },
        "ShareOut": _SHARE,
    }
