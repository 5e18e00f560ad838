"""A server that speaks as Jira Cloud (REST v3) and Linear (GraphQL) do, and on demand is busy, limits or drops lines.

A dropped line comes after the work was done: the worst that can happen to who makes something.
"""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import urlsplit

from tests.listening import listening

TOKEN, USER, TEAM = "tok-secret-4711", "pm@acme.test", "11111111-2222-4333-8444-555555555555"
NOT_FOUND = {"message": "Entity not found: Issue", "extensions": {"userPresentableMessage": "Could not find it."}}


class Trackers:
    """What the server holds, what it was asked, and what goes wrong next ("429", "500", "drop", "limit"; None)."""

    def __init__(self) -> None:
        self.issues: dict[str, dict[str, Any]] = {}
        self.comments: dict[str, dict[str, Any]] = {}
        self.asked: list[str] = []
        self.faults: list[str | None] = []
        self.url = ""

    def jira(self, method: str, path: str, body: dict[str, Any]) -> tuple[int, Any]:
        if path == "/rest/api/3/search/jql":
            label = body["jql"].split('"')[1]
            assert body["fields"]
            found = [one for one in self.issues.values() if label in one["fields"]["labels"]]
            return 200, {"issues": found, "isLast": True}
        if path == "/rest/api/3/issue":
            fields = body["fields"]
            if fields["project"]["key"] != "VOC":
                return 400, {"errorMessages": [], "errors": {"project": "valid project is required"}}
            _check_adf(fields["description"])
            number = str(10_000 + len(self.issues))
            self.issues[number] = {"id": number, "key": f"VOC-{len(self.issues) + 1}", "self": "", "fields": fields}
            return 201, {name: self.issues[number][name] for name in ("id", "key", "self")}
        number = path.split("/")[5]
        if number not in self.issues:
            return 404, {"errorMessages": ["Issue does not exist or you do not have permission to see it."]}
        if method == "GET":
            there = [one for one in self.comments.values() if one["issue"] == number]
            return 200, {"comments": there, "maxResults": 50, "startAt": 0, "total": len(there)}
        _check_adf(body["body"])
        self.comments[str(len(self.comments))] = {"issue": number, "body": body["body"]}
        return 201, {"id": "1"}

    def linear(self, query: str, variables: dict[str, Any]) -> tuple[int, Any]:
        wanted = variables.get("input", {})
        if "issueCreate" in query:
            if wanted["teamId"] != TEAM or wanted["id"] in self.issues:
                return 200, {"data": None, "errors": [{"message": "Argument Validation Error"}]}
            number = len(self.issues) + 1
            made = {
                "id": wanted["id"],
                "identifier": f"ENG-{number}",
                "url": f"https://linear.app/acme/issue/ENG-{number}",
            }
            self.issues[wanted["id"]] = {**made, **wanted}
            return 200, {"data": {"issueCreate": {"success": True, "issue": made}}}
        if "commentCreate" in query:
            if wanted["id"] in self.comments:
                return 200, {"data": None, "errors": [{"message": "conflict on insert of Comment"}]}
            self.comments[wanted["id"]] = {"issue": wanted["issueId"], "body": wanted["body"]}
            return 200, {"data": {"commentCreate": {"success": True, "comment": {"id": wanted["id"]}}}}
        if "teams(" in query:
            return 200, {"data": {"teams": {"nodes": [{"id": TEAM}] if variables["key"] == "ENG" else []}}}
        kind, held = ("issue", self.issues) if "issue(" in query else ("comment", self.comments)
        found = held.get(variables["id"])
        if found is None:
            return 200, {"data": None, "errors": [{**NOT_FOUND, "extensions": {}}]}
        return 200, {"data": {kind: {"id": variables["id"], **found}}}


def _check_adf(node: dict[str, Any], top: bool = True) -> None:
    assert not top or (node["type"], node["version"]) == ("doc", 1)
    assert node["type"] != "text" or node["text"]
    for child in node.get("content", ()):
        _check_adf(child, top=False)


@contextmanager
def serving(trackers: Trackers) -> Iterator[Trackers]:
    """Serve on a free port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(size)) if size else {}
            path = urlsplit(self.path).path
            trackers.asked.append(f"{self.command} {path}")
            fault = trackers.faults.pop(0) if trackers.faults else None
            if fault == "429":
                return self._answer(429, {}, {"Retry-After": "0"})
            if fault == "limit":
                told = {"errors": [{"message": "Rate limit exceeded", "extensions": {"code": "RATELIMITED"}}]}
                return self._answer(400, told, {"X-RateLimit-Requests-Reset": "0"})
            if fault == "500":
                return self._answer(503, {}, {})
            if self.headers.get("Authorization") != _allowed(path):
                return self._answer(401, {}, {})
            answer = trackers.linear(**body) if path == "/graphql" else trackers.jira(self.command, path, body)
            if fault == "drop":
                self.close_connection = True
                return None
            return self._answer(*answer, {})

        do_GET = do_POST

        def _answer(self, status: int, body: Any, headers: dict[str, str]) -> None:
            raw = json.dumps(body).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(raw)), "Content-Type": "application/json"}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *_: Any) -> None:
            pass

    with listening(Handler) as trackers.url:
        yield trackers


def _allowed(path: str) -> str:
    basic = base64.b64encode(f"{USER}:{TOKEN}".encode()).decode()
    return TOKEN if path == "/graphql" else f"Basic {basic}"
