"""A server that speaks as Zendesk, Intercom and HubSpot do: pages, cursors, and on demand 429, 500 and dropped lines.

Wire formats: developer.zendesk.com (incremental export with `after_cursor` and `end_of_stream`, comments with
`meta.has_more`), developers.intercom.com (search with `pages.next.starting_after`), developers.hubspot.com (search with
`paging.next.after`). Pages are small: three objects each.
"""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.listening import listening

PAGE = 3
BEGIN = 1_790_000_000
TOKEN, ADMIN = "tok-secret-4711", "admin@vendor.test"


def ticket(n: int) -> dict[str, Any]:
    at = f"2026-05-{n:02d}T09:00:00Z"
    rating = {"id": n, "score": "bad", "comment": f"rating {n}", "created_at": at} if n % 2 else {"score": "unoffered"}
    return {
        "id": n,
        "subject": f"subject {n}",
        "description": f"body {n}",
        "status": "deleted" if n == 4 else "open",
        "priority": None,
        "requester_id": 100 + n,
        "submitter_id": 100 + n,
        "assignee_id": 9,
        "organization_id": 7,
        "satisfaction_rating": rating,
        "via": {"channel": "web"},
        "created_at": at,
        "updated_at": at,
    }


def user(id_: int) -> dict[str, Any]:
    role = "agent" if id_ == 9 else "end-user"
    return {"id": id_, "name": f"Person {id_}", "email": f"p{id_}@acme.test", "role": role, "organization_id": 7}


def comments(n: int) -> list[dict[str, Any]]:
    """Four comments, on two pages: the customer's, the agent's, an internal one, the customer's again."""
    said = [(100 + n, True), (9, True), (9, False), (100 + n, True)]
    return [
        {
            "id": n * 10 + k,
            "author_id": who,
            "body": f"words {n}.{k}",
            "public": public,
            "created_at": "2026-05-30T00:00:00Z",
        }
        for k, (who, public) in enumerate(said)
    ]


def conversation(n: int) -> dict[str, Any]:
    author = {"type": "user", "id": f"c{n}", "name": f"Person {n}", "email": f"p{n}@acme.test"}
    kinds = [("comment", "admin"), ("note", "admin"), ("comment", "user")]
    parts = [
        {
            "type": "conversation_part",
            "id": str(k),
            "part_type": kind,
            "body": f"<p>part {n}.{k}</p>",
            "created_at": BEGIN + n,
            "author": {"type": side, "id": f"a{k}"},
        }
        for k, (kind, side) in enumerate(kinds)
    ]
    return {
        "type": "conversation",
        "id": str(n),
        "created_at": BEGIN + n,
        "updated_at": BEGIN + n,
        "source": {"type": "conversation", "id": str(n), "body": f"<p>opening {n}</p>", "author": author},
        "contacts": {"type": "contact.list", "contacts": [{"type": "contact", "id": f"c{n}", "external_id": None}]},
        "state": "closed",
        "priority": "not_priority",
        "conversation_rating": {
            "rating": 1 + n % 5,
            "remark": f"remark {n}",
            "created_at": BEGIN,
            "updated_at": BEGIN + n,
        },
        "conversation_parts": {"type": "conversation_part.list", "conversation_parts": parts, "total_count": 3},
    }


def submission(n: int) -> dict[str, Any]:
    # Four of them changed at one moment.
    at = f"2026-05-{min(max(n, 3), 6) if n < 7 else n:02d}T09:00:00.000Z" if n != 2 else "2026-05-03T09:00:00.000Z"
    properties = {
        "hs_survey_id": "5",
        "hs_survey_name": "Loyalty",
        "hs_survey_type": "NPS",
        "hs_value": str(n % 11),
        "hs_content": f"content {n}",
        "hs_submission_timestamp": "2026-05-01T09:00:00.000Z",
        "hs_contact_email_rollup": f"p{n}@acme.test",
        "hs_lastmodifieddate": at,
    }
    return {"id": str(n), "properties": properties, "createdAt": at, "updatedAt": at, "archived": False}


class Vendors:
    """What the server knows, what was asked, and what goes wrong next ("429", "500", "drop"; None: nothing)."""

    def __init__(self, count: int = 8) -> None:
        self.count = count
        self.asked: list[str] = []
        self.faults: list[str | None] = []
        self.retry_after = "0"
        self.token = TOKEN
        self.url = ""

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
        numbers = range(1, self.count + 1)
        if path == "/api/v2/incremental/tickets/cursor.json":
            return 200, self._tickets(query)
        if path == "/api/v2/tickets/show_many.json":
            found = [ticket(int(one)) for one in query["ids"].split(",") if int(one) in numbers]
            return 200, {
                "tickets": found,
                "users": [user(one["requester_id"]) for one in found],
                "organizations": [ORG],
            }
        if path.startswith("/api/v2/tickets/"):
            return self._comments(int(path.split("/")[4]), query)
        if path == "/conversations/search":
            return 200, self._search(body)
        if path.startswith("/conversations/"):
            n = int(path.split("/")[2])
            return (200, conversation(n)) if n in numbers else (404, {"type": "error.list", "errors": []})
        if path.startswith("/contacts/"):
            id_ = path.split("/")[2]
            company = {"type": "list", "data": [{"id": "k1", "type": "company"}], "total_count": 1}
            return 200, {
                "type": "contact",
                "id": id_,
                "email": f"p{id_[1:]}@acme.test",
                "name": "P",
                "companies": company,
            }
        if path.startswith("/companies/"):
            return 200, {"type": "company", "id": "k1", "company_id": "A1", "name": "Acme Freight"}
        if path == "/crm/v3/objects/feedback_submissions/search":
            return 200, self._submissions(body)
        if path == "/crm/v3/objects/feedback_submissions/batch/read":
            found = [submission(int(one["id"])) for one in body["inputs"] if int(one["id"]) in numbers]
            return 200, {"status": "COMPLETE", "results": found, "startedAt": AT, "completedAt": AT}
        return 404, {"error": "RecordNotFound"}

    def _tickets(self, query: dict[str, str]) -> dict[str, Any]:
        start = int(query["cursor"].removeprefix("cur-")) if "cursor" in query else 0
        page = [ticket(n) for n in range(start + 1, min(start + PAGE, self.count) + 1)]
        end = start + len(page)
        people = [user(one["requester_id"]) for one in page]
        after = {"after_cursor": f"cur-{end}", "end_of_stream": end >= self.count}
        return {"tickets": page, "users": people, "organizations": [ORG], **after}

    def _comments(self, n: int, query: dict[str, str]) -> tuple[int, Any]:
        if n > self.count or n == 4:
            return 404, {"error": "RecordNotFound"}
        first = "page[after]" not in query
        found = comments(n)[:2] if first else comments(n)[2:]
        return 200, {
            "comments": found,
            "users": [user(9)],
            "meta": {"has_more": first, "after_cursor": "x" if first else None},
        }

    def _search(self, body: Any) -> dict[str, Any]:
        low, high = (one["value"] for one in body["query"]["value"])
        fitting = [n for n in range(1, self.count + 1) if low <= BEGIN + n <= high]
        start = int(body["pagination"].get("starting_after") or 0)
        rest = [n for n in fitting if n > start]
        page = [{**conversation(n), "conversation_parts": None} for n in rest[:PAGE]]
        following = {"page": 2, "starting_after": str(rest[PAGE - 1])} if len(rest) > PAGE else None
        pages = {"type": "pages", "page": 1, "per_page": PAGE, "next": following}
        return {"type": "conversation.list", "conversations": page, "total_count": len(fitting), "pages": pages}

    def _submissions(self, body: Any) -> dict[str, Any]:
        assert body["sorts"] == [{"propertyName": "hs_lastmodifieddate", "direction": "ASCENDING"}]
        from datetime import datetime

        low = int(body["filterGroups"][0]["filters"][0]["value"])
        stamped = [
            (datetime.fromisoformat(one["updatedAt"]).timestamp() * 1000, one)
            for one in map(submission, range(1, self.count + 1))
        ]
        fitting = [one for at, one in sorted(stamped, key=lambda pair: pair[0]) if at >= low]
        start = int(body.get("after") or 0)
        page = fitting[start : start + PAGE]
        more = start + PAGE < len(fitting)
        asked = [
            {**one, "properties": {k: v for k, v in one["properties"].items() if k in body["properties"]}}
            for one in page
        ]
        return {
            "total": len(fitting),
            "results": asked,
            **({"paging": {"next": {"after": str(start + PAGE)}}} if more else {}),
        }


ORG = {"id": 7, "name": "Acme Freight", "domain_names": ["acme.test"], "external_id": None}
AT = "2026-05-01T09:00:00.000Z"


@contextmanager
def serving(vendors: Vendors) -> Iterator[Vendors]:
    """Serve on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # One packet an answer: in two, each waits 40 ms for the first one to be acknowledged.
        wbufsize = -1

        def _take(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            raw = self.rfile.read(length)
            place = urlsplit(self.path)
            vendors.asked.append(f"{self.command} {self.path}")
            fault = vendors.faults.pop(0) if vendors.faults else None
            if fault == "drop":
                # Half an answer, then the line is cut.
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", "1000")
                self.end_headers()
                self.wfile.write(b'{"tick')
                self.wfile.flush()
                self.close_connection = True
                self.connection.shutdown(2)
                return
            if fault is not None:
                status, answer = int(fault), {"error": "busy"}
            elif self.headers.get("Authorization") != _allowed(place.path, vendors.token):
                status, answer = 401, {"type": "error.list", "errors": [{"code": "unauthorized"}], "message": "no"}
            else:
                query = {name: values[0] for name, values in parse_qs(place.query).items()}
                status, answer = vendors.answer(self.command, place.path, query, json.loads(raw) if raw else None)
            sent = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(sent)))
            if status == 429:
                self.send_header("Retry-After", vendors.retry_after)
            self.end_headers()
            self.wfile.write(sent)
            self.wfile.flush()

        do_GET = do_POST = _take

        def log_message(self, *_: object) -> None:
            pass

    with listening(Handler) as vendors.url:
        yield vendors


def _allowed(path: str, token: str) -> str:
    basic = base64.b64encode(f"{ADMIN}/token:{token}".encode()).decode()
    return f"Basic {basic}" if path.startswith("/api/v2/") else f"Bearer {token}"
