"""Zendesk: tickets with their comments, as its API and its JSON export hold them.

Layout: developer.zendesk.com/api-reference/ticketing/tickets/tickets (the description is the first comment, and the
submitter its author), .../ticket_comments, .../users (role: end-user, agent or admin), .../satisfaction_ratings
(score: offered, unoffered, good, bad). `satisfaction_rating` is an object there and a word in some exports.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pipelines.errors import InputFileError
from pipelines.readers.export import Declared, Export, Part
from pipelines.readers.objects import JsonObject, Make, Objects, each, filled, open_objects, table_of, within, word

SOURCE = "Zendesk"
KEYS = ("tickets",)
# Zendesk's rating has two values; both ends of a CSAT of 0 to 1.
CSAT = Declared("zendesk-csat", "Zendesk satisfaction", "csat", 0, 1)
_SCORES = {"good": 1, "bad": 0}
_SIDES = {"end-user": "customer", "end_user": "customer", "agent": "vendor", "admin": "vendor"}
# Comments that Zendesk itself writes have this author; those of its rules say so in `via`.
_NOBODY, _RULES = "-1", ("rule", "system")
# People and companies that are kept while tickets are read.
MAX_BESIDE = 1_000_000
_TICKET = (
    "ticket_id account_id account_name contact_id email contact_name subject agent_id opened_at solved_at status "
    "priority messages message_id author_side public author_id sent_at body"
).split()
_ANSWER = (
    "response_id survey_id account_id account_name contact_id email contact_name ticket_id agent_id responded_at score "
    "comment"
).split()
People = Mapping[str, JsonObject]


def recognise(path: Path) -> Export | None:
    """Take a file of tickets; None: it is none."""
    objects = open_objects(path, KEYS)
    return export(objects) if objects.are(is_ticket) else None


def is_ticket(value: JsonObject) -> bool:
    """Say whether an object is a ticket."""
    own = {"id", "subject", "status", "created_at"} <= value.keys()
    return (
        own
        and bool({"requester_id", "requester"} & value.keys())
        and bool({"submitter_id", "satisfaction_rating", "brand_id", "via", "submitter"} & value.keys())
    )


def export(objects: Objects) -> Export:
    """Make tickets with their messages, and an answer of each rating."""
    beside = cache(lambda: (_by_id(objects, "users"), _by_id(objects, "organizations")))

    def reading(make: Callable[[JsonObject, People, People], Iterable[JsonObject]]) -> Make:
        return lambda value: make(value, *beside())

    return Export(
        SOURCE,
        (
            Part("tickets", table_of(objects, _TICKET, reading(_tickets), fits=is_ticket), zone="UTC"),
            Part(
                "responses",
                table_of(objects, _ANSWER, reading(_answers), fits=is_ticket, tells=False),
                (CSAT,),
                zone="UTC",
            ),
        ),
    )


def _by_id(objects: Objects, key: str) -> People:
    """Keep what is needed of people or companies."""
    kept: dict[str, JsonObject] = {}
    for one in objects.beside(key):
        id_ = word(one, "id")
        if id_:
            kept[id_] = {name: word(one, name) for name in ("role", "email", "name", "organization_id")}
        if len(kept) > MAX_BESIDE:
            raise InputFileError(f"{objects.path.name} holds over {MAX_BESIDE:,} {key}: export it in smaller parts")
    return kept


def _tickets(value: JsonObject, users: People, companies: People) -> Iterator[dict[str, Any]]:
    if value.get("status") == "deleted":
        yield {"left_out": "deleted tickets"}
        return
    key = f"zendesk/{word(value, 'id')}"
    yield filled(
        {
            "ticket_id": key,
            **_party(value, users, companies),
            "subject": word(value, "subject") or word(value, "raw_subject"),
            "agent_id": _id_of(value, "assignee"),
            "opened_at": within(value, "created_at"),
            "solved_at": within(value, "metric_set", "solved_at"),
            "status": word(value, "status"),
            "priority": word(value, "priority"),
            **_words(key, value, users),
        }
    )


def _words(key: str, value: JsonObject, users: People) -> dict[str, Any]:
    """Give all messages; a ticket that comes without its comments says its first one as the description."""
    if isinstance(value.get("comments"), list):
        return {"messages": [_message(key, one, value, users) for one in each(value, "comments") if _body(one)]}
    body = word(value, "description")
    if body is None:
        return {}
    author = _id_of(value, "submitter") or _id_of(value, "requester")
    return {
        "message_id": f"{key}/description",
        "author_side": _side(author, value, users),
        "author_id": author,
        "sent_at": within(value, "created_at"),
        "body": body,
    }


def _message(key: str, comment: JsonObject, ticket: JsonObject, users: People) -> dict[str, Any]:
    author = _id_of(comment, "author")
    by_rule = word(comment, "via", "channel") in _RULES
    return filled(
        {
            "message_id": f"{key}/{word(comment, 'id')}",
            "author_side": "system" if by_rule else _side(author, ticket, users, comment),
            # Where nothing says that the customer could read it, it is taken as said to them.
            "public": comment.get("public") is not False,
            "author_id": author,
            "sent_at": within(comment, "created_at"),
            "body": _body(comment),
        }
    )


def _body(comment: JsonObject) -> str | None:
    """Give the text: plain where there is a plain one; HTML is made text when comments are prepared."""
    return word(comment, "plain_body") or word(comment, "body") or word(comment, "html_body")


def _side(author: str | None, ticket: JsonObject, users: People, comment: JsonObject | None = None) -> str:
    """Say whose words they are: by the author's role, else the requester is the customer and others the vendor."""
    if author == _NOBODY:
        return "system"
    role = word(comment, "author", "role") or word(users.get(author or ""), "role")
    if role in _SIDES:
        return _SIDES[role]
    return "customer" if author is not None and author == _id_of(ticket, "requester") else "vendor"


def _id_of(value: JsonObject, name: str) -> str | None:
    """Give the id of a person: beside the ticket ("requester_id") or of the object in it ("requester")."""
    return word(value, f"{name}_id") or word(value, name, "id")


def _party(value: JsonObject, users: People, companies: People) -> dict[str, Any]:
    """Say who asked, and of which company."""
    requester = _id_of(value, "requester")
    person = users.get(requester or "", {})
    email = word(value, "requester", "email") or word(person, "email")
    company = _id_of(value, "organization") or word(person, "organization_id")
    return {
        "account_name": word(value, "organization", "name") or word(companies.get(company or ""), "name"),
        "email": email,
        "contact_id": f"zendesk/{requester}" if requester and not email else None,
        "contact_name": word(value, "requester", "name") or word(person, "name"),
    }


def _answers(value: JsonObject, users: People, companies: People) -> Iterator[dict[str, Any]]:
    rating = value.get("satisfaction_rating")
    score = _SCORES.get((word(rating, "score") or word(rating) or "").lower())
    if score is None or value.get("status") == "deleted":
        # Not offered, or offered and not answered.
        return
    key = f"zendesk/{word(value, 'id')}"
    when = within(rating, "created_at") or within(value, "metric_set", "solved_at") or within(value, "updated_at")
    yield filled(
        {
            "response_id": f"{key}/csat",
            "survey_id": CSAT.survey_id,
            **_party(value, users, companies),
            "ticket_id": key,
            "agent_id": word(rating, "assignee_id") or _id_of(value, "assignee"),
            "responded_at": when or within(value, "created_at"),
            "score": score,
            "comment": word(rating, "comment"),
        }
    )
