"""Examples of issues for the OpenAPI description."""

from typing import Any

ISSUE: dict[str, Any] = {
    "theme_key": "integrations_api",
    "target": "jira",
    "issue_key": "VOC-31",
    "url": "https://acme.atlassian.net/browse/VOC-31",
    "created_at": "2026-09-14T08:02:11Z",
    "updated_at": "2026-09-28T08:00:47Z",
}
EXAMPLES: dict[str, Any] = {
    "IssueIn": {"target": "jira", "since": "2026-07-01"},
    "IssueOut": ISSUE,
    "IssuePage": {"items": [ISSUE], "next_cursor": None},
}
