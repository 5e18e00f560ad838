"""Intercom: conversations with their parts, as its API, its export and its webhooks hold them.

Layout: developers.intercom.com/docs/references/rest-api/api.intercom.io/conversations, and the models of its own
client (python-intercom 5, `intercom/conversations/types/conversation.py`): `source` is the first message, `body` HTML,
the rating 1 to 5. The company is the contact's, not the conversation's.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pipelines.readers.export import Declared, Export, Part
from pipelines.readers.objects import JsonObject, Objects, each, filled, open_objects, table_of, within, word

SOURCE = "Intercom"
KEYS = ("conversations",)
CSAT = Declared("intercom-csat", "Intercom conversation rating", "csat", 1, 5)
_SIDES = {"user": "customer", "lead": "customer", "contact": "customer", "visitor": "customer", "bot": "system"}
_TICKET = (
    "ticket_id account_id account_name contact_id email contact_name subject agent_id opened_at status priority "
    "messages message_id author_side public author_id sent_at body"
).split()
_ANSWER = (
    "response_id survey_id account_id account_name contact_id email contact_name ticket_id agent_id responded_at score "
    "comment"
).split()


def recognise(path: Path) -> Export | None:
    """Take a file of conversations; None: it is none."""
    objects = open_objects(path, KEYS)
    return export(objects) if objects.are(is_conversation) else None


def is_conversation(value: JsonObject) -> bool:
    """Say whether an object is a conversation."""
    return {"id", "created_at", "source"} <= value.keys() and (
        value.get("type") == "conversation" or "conversation_parts" in value
    )


def export(objects: Objects, *, whole: bool = True) -> Export:
    """Make tickets of conversations, and an answer of each rating.

    Args:
        objects: Conversations, with contacts and companies beside them where they are known.
        whole: False where a conversation has its newest parts only: the others that are stored stay.
    """
    beside = cache(lambda: (_by_id(objects, "contacts"), _by_id(objects, "companies")))

    def party(value: JsonObject) -> dict[str, Any]:
        return _party(value, *beside())

    return Export(
        SOURCE,
        (
            Part(
                "tickets",
                table_of(objects, _TICKET, lambda value: _tickets(value, party(value), whole), fits=is_conversation),
                zone="UTC",
            ),
            Part(
                "responses",
                table_of(
                    objects, _ANSWER, lambda value: _answers(value, party(value)), fits=is_conversation, tells=False
                ),
                (CSAT,),
                zone="UTC",
            ),
        ),
    )


def _by_id(objects: Objects, key: str) -> dict[str, JsonObject]:
    return {id_: one for one in objects.beside(key) if (id_ := word(one, "id"))}


def _tickets(value: JsonObject, party: JsonObject, whole: bool) -> Iterator[dict[str, Any]]:
    key = f"intercom/{word(value, 'id')}"
    own = {
        "ticket_id": key,
        **party,
        "subject": word(value, "source", "subject") or word(value, "title"),
        "agent_id": word(value, "admin_assignee_id"),
        "opened_at": within(value, "created_at"),
        "status": word(value, "state"),
        "priority": word(value, "priority"),
    }
    messages = list(_messages(key, value))
    # One out of a list comes without its parts.
    if whole and isinstance(within(value, "conversation_parts", "conversation_parts"), list):
        yield filled({**own, "messages": messages})
        return
    for message in messages or [{}]:
        yield filled({**own, **message})


def _messages(key: str, value: JsonObject) -> Iterator[dict[str, Any]]:
    source = within(value, "source")
    first = {"created_at": within(value, "created_at"), **(source if isinstance(source, Mapping) else {})}
    if word(first, "body"):
        yield _message(f"{key}/source", first)
    for part in each(value, "conversation_parts", "conversation_parts"):
        if word(part, "body"):
            yield _message(f"{key}/{word(part, 'id')}", part)


def _message(message_id: str, part: JsonObject) -> dict[str, Any]:
    kind = word(part, "part_type") or ""
    return filled(
        {
            "message_id": message_id,
            "author_side": _side(part),
            # Notes ("note", "note_and_reopen") are between colleagues.
            "public": not kind.startswith("note"),
            "author_id": word(part, "author", "id"),
            "sent_at": within(part, "created_at"),
            "body": word(part, "body"),
        }
    )


def _side(part: JsonObject) -> str:
    """Say whose words they are; what the vendor's AI agent wrote in an admin's name is nobody's."""
    author = within(part, "author")
    if within(author, "from_ai_agent") is True or within(author, "is_ai_answer") is True:
        return "system"
    return _SIDES.get(word(author, "type") or "", "vendor")


def _party(
    value: JsonObject, contacts: Mapping[str, JsonObject], companies: Mapping[str, JsonObject]
) -> dict[str, Any]:
    """Say who wrote, and of which company."""
    first = next(iter(each(value, "contacts", "contacts")), {})
    contact_id = word(first, "id") or (word(value, "source", "author", "id") if _wrote(value) else None)
    contact = contacts.get(contact_id or "", {})
    email = word(contact, "email") or (word(value, "source", "author", "email") if _wrote(value) else None)
    name = word(contact, "name") or (word(value, "source", "author", "name") if _wrote(value) else None)
    ids = [word(one, "id") for one in each(contact, "companies", "data")] or [word(value, "company_id")]
    company = next((companies[id_] for id_ in ids if id_ and id_ in companies), {})
    return {
        "account_name": word(company, "name"),
        "email": email,
        "contact_id": f"intercom/{contact_id}" if contact_id and not email else None,
        "contact_name": name,
    }


def _wrote(value: JsonObject) -> bool:
    """Say whether the customer began the conversation."""
    return _SIDES.get(word(value, "source", "author", "type") or "") == "customer"


def _answers(value: JsonObject, party: JsonObject) -> Iterator[dict[str, Any]]:
    rating = within(value, "conversation_rating")
    score = within(rating, "rating")
    if score is None:
        # Not asked for, or not answered.
        return
    key = f"intercom/{word(value, 'id')}"
    yield filled(
        {
            "response_id": f"{key}/rating",
            "survey_id": CSAT.survey_id,
            **party,
            "ticket_id": key,
            "agent_id": word(rating, "teammate", "id") or word(value, "admin_assignee_id"),
            # `created_at` is when the rating was asked for.
            "responded_at": within(rating, "updated_at") or within(rating, "created_at") or within(value, "created_at"),
            "score": score,
            "comment": word(rating, "remark"),
        }
    )
