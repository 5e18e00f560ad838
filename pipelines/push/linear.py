"""Linear, GraphQL: an issue and a comment have ids of our choice, so that nothing is made twice.

Source: linear.app/developers/graphql and packages/sdk/src/schema.graphql of github.com/linear/linear (`issueCreate` and
`commentCreate` take an `id`, a UUID v4); a personal key stands in Authorization without "Bearer"; errors come with
status 200, too; "too often" is status 400 with the code RATELIMITED, and X-RateLimit-Requests-Reset in milliseconds
since 1970 (linear.app/developers/rate-limiting).
"""

import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import httpx

from cx.issue import Issue
from pipelines.errors import PushError
from pipelines.patience import Patience
from pipelines.push.interface import GoneError, Placed
from pipelines.push.wire import JsonObject, Wire
from pipelines.push.words import markdown

_ISSUE = "query Issue($id: String!) { issue(id: $id) { id identifier url } }"
_COMMENT = "query Comment($id: String!) { comment(id: $id) { id } }"
_TEAM = "query Team($key: String!) { teams(filter: { key: { eq: $key } }) { nodes { id } } }"
_CREATE = (
    "mutation Create($input: IssueCreateInput!) { issueCreate(input: $input) { success issue { id identifier url } } }"
)
_REMARK = "mutation Remark($input: CommentCreateInput!) { commentCreate(input: $input) { success comment { id } } }"


class Linear:
    """One team."""

    name = "linear"

    def __init__(
        self,
        url: str,
        token: str,
        *,
        team: str,
        patience: Patience | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Open it: `team` by its key (ENG) or its id."""
        self._team, self._clock = team, clock
        self._wire = Wire("Linear", url, patience=patience, headers={"Authorization": token}, limited=self._limited)

    def find_or_create(self, issue: Issue, *, mark: str) -> Placed:
        """See `Tracker`."""
        found = self._issue(mark)
        if found is not None:
            return _placed(found)
        wanted = {"id": mark, "teamId": self._team_id(), "title": issue.title, "description": markdown(issue)}
        answer, told = self._ask(_CREATE, {"input": wanted})
        # An issue that an answer was lost of is refused the second time: it is there.
        made = (answer.get("issueCreate") or {}).get("issue") or self._issue(mark)
        if made is None:
            raise PushError(f"Linear did not take the issue ({told or 'no reason'}): check SOTTOVOCE_LINEAR_TEAM")
        return _placed(made)

    def add_update(self, placed: Placed, issue: Issue, *, update: str) -> None:
        """See `Tracker`."""
        if self._issue(placed.issue_id) is None:
            raise GoneError(f"Linear has no issue {placed.issue_key} any more")
        body = markdown(issue, opening="How it stands now:")
        answer, told = self._ask(_REMARK, {"input": {"id": update, "issueId": placed.issue_id, "body": body}})
        if (answer.get("commentCreate") or {}).get("success"):
            return
        if not self._ask(_COMMENT, {"id": update})[0].get("comment"):
            raise PushError(f"Linear did not take the comment ({told or 'no reason'}): push again later")

    def _issue(self, issue_id: str) -> JsonObject | None:
        """Give an issue; None where Linear says that there is none.

        Raises:
            PushError: It says something else.
        """
        answer, told = self._ask(_ISSUE, {"id": issue_id})
        found = answer.get("issue")
        if found is None and told and "not found" not in told.lower():
            raise PushError(f"Linear did not look the issue up ({told}): check SOTTOVOCE_LINEAR_TOKEN")
        return found if isinstance(found, dict) else None

    def _team_id(self) -> str:
        try:
            return str(UUID(self._team))
        except ValueError:
            pass
        answer, told = self._ask(_TEAM, {"key": self._team})
        nodes = (answer.get("teams") or {}).get("nodes") or []
        if not nodes:
            raise PushError(f"Linear knows no team {self._team!r} ({told or 'none'}): check SOTTOVOCE_LINEAR_TEAM")
        return str(nodes[0]["id"])

    def _ask(self, query: str, variables: JsonObject) -> tuple[JsonObject, str]:
        """Ask; gives the data, and what was wrong. All that is asked may be asked twice: ids are ours."""
        status, answer = self._wire.send("POST", "", {"query": query, "variables": variables}, again=True)
        errors = answer.get("errors") or []
        told = "; ".join(_said(one) for one in errors if isinstance(one, dict))[:300]
        if not told and status >= 300:
            raise PushError(f"Linear answered {status}: check SOTTOVOCE_LINEAR_URL")
        return answer.get("data") or {}, told

    def _limited(self, answer: httpx.Response) -> float | None:
        if answer.status_code != 400 or b"RATELIMITED" not in answer.content:
            return None
        reset = answer.headers.get("X-RateLimit-Requests-Reset", "")
        return max(0.0, float(reset) / 1000 - self._clock()) if reset.isdecimal() else 1.0

    def close(self) -> None:
        """See `Tracker`."""
        self._wire.close()


def _said(error: JsonObject) -> str:
    more = error.get("extensions")
    presentable = more.get("userPresentableMessage") if isinstance(more, dict) else None
    return str(presentable or error.get("message") or "an error")


def _placed(found: Any) -> Placed:  # noqa: ANN401 - as it came
    try:
        return Placed(str(found["id"]), str(found["identifier"]), str(found["url"]))
    except (KeyError, TypeError):
        raise PushError("Linear answered without an issue: check SOTTOVOCE_LINEAR_URL") from None
