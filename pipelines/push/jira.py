"""Jira Cloud, REST v3: an issue is known by a label of its own, so that it is found again after a lost answer.

Source: developer.atlassian.com/cloud/jira/platform/rest/v3: POST /rest/api/3/issue (201: id, key, self), POST
/rest/api/3/search/jql (issues; `fields` must be named), POST and GET /rest/api/3/issue/{key}/comment; ADF in both;
basic authentication with an address and an API token; 429 with Retry-After in seconds.
"""

import json
from typing import Any

import httpx

from cx.issue import Issue
from pipelines.errors import PushError
from pipelines.patience import Patience
from pipelines.push.interface import GoneError, Placed
from pipelines.push.wire import JsonObject, Wire
from pipelines.push.words import document

LABEL = "sottovoce-"
# Comments looked through for an update that was sent before, newest first.
LOOKED_THROUGH = 50


class Jira:
    """One project."""

    name = "jira"

    def __init__(
        self, url: str, user: str, token: str, *, project: str, issue_type: str, patience: Patience | None = None
    ) -> None:
        """Open it: `project` by its key, `issue_type` by its name."""
        self._url, self._project, self._issue_type = url.rstrip("/"), project, issue_type
        self._wire = Wire("Jira", self._url, patience=patience, auth=httpx.BasicAuth(user, token))

    def find_or_create(self, issue: Issue, *, mark: str) -> Placed:
        """See `Tracker`. A new issue is found by search a moment later: an answer that was lost is asked for later."""
        label = LABEL + mark
        body = {"jql": f'labels = "{label}"', "fields": ["summary"], "maxResults": 1}
        found = self._good("search", *self._wire.send("POST", "/rest/api/3/search/jql", body, again=True))
        issues = found.get("issues") or []
        if issues:
            return self._placed(issues[0])
        fields = {
            "project": {"key": self._project},
            "issuetype": {"name": self._issue_type},
            "summary": issue.title,
            "description": document(issue),
            "labels": ["sottovoce", label],
        }
        sent = self._wire.send("POST", "/rest/api/3/issue", {"fields": fields}, again=False)
        return self._placed(self._good("take the issue", *sent))

    def add_update(self, placed: Placed, issue: Issue, *, update: str) -> None:
        """See `Tracker`."""
        path = f"/rest/api/3/issue/{placed.issue_id}/comment"
        newest = f"{path}?orderBy=-created&maxResults={LOOKED_THROUGH}"
        status, there = self._wire.send("GET", newest, again=True)
        if status == 404:
            raise GoneError(f"Jira has no issue {placed.issue_key} any more")
        known = self._good("list comments", status, there).get("comments") or []
        if any(update in json.dumps(one.get("body")) for one in known if isinstance(one, dict)):
            return
        body = {"body": document(issue, opening="How it stands now:", mark=update)}
        self._good("take the comment", *self._wire.send("POST", path, body, again=False))

    def _placed(self, found: Any) -> Placed:  # noqa: ANN401 - as it came
        try:
            return Placed(str(found["id"]), str(found["key"]), f"{self._url}/browse/{found['key']}")
        except (KeyError, TypeError):
            raise PushError("Jira answered without an issue: check SOTTOVOCE_JIRA_URL") from None

    def _good(self, what: str, status: int, answer: JsonObject) -> JsonObject:
        if 200 <= status < 300:
            return answer
        said = [*(answer.get("errorMessages") or ()), *(f"{k}: {v}" for k, v in (answer.get("errors") or {}).items())]
        told = "; ".join(str(one) for one in said)[:300]
        raise PushError(
            f"Jira did not {what} ({status}{': ' + told if told else ''}): check SOTTOVOCE_JIRA_PROJECT and "
            "SOTTOVOCE_JIRA_ISSUE_TYPE"
        )

    def close(self) -> None:
        """See `Tracker`."""
        self._wire.close()
