"""Typeform: form responses as its webhook sends them and as its Responses API lists them.

Layout: typeform.com/developers/webhooks/example-payload (form_response: form_id, token, submitted_at, hidden,
definition.fields, answers of {type, TYPE, field{id, type}}); the Responses API has the same items without a definition.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cx.committee import parse_role
from pipelines.coerce import to_key
from pipelines.mapping import survey_word
from pipelines.readers.export import Declared, Export, Part
from pipelines.readers.objects import (
    JsonObject,
    Objects,
    each,
    filled,
    first_word,
    open_objects,
    table_of,
    within,
    word,
)

SOURCE = "Typeform"
KEYS = ("items",)
# A field of the type `nps` is 0 to 10; others have as many steps as the form's author chose, which is not said.
_SCORED = ("nps", "opinion_scale", "rating")
_ACCOUNT_IDS = ("account_id", "customer_id", "company_id", "organization_id")
_ACCOUNT_NAMES = ("account", "account_name", "company", "company_name", "customer", "organization")
_PERSON = "account_id account_name contact_id email contact_name".split()
_ANSWER = ["response_id", "survey_id", *_PERSON, "responded_at", "score", "comment", "role"]
_TEXT = ["comment_id", *_PERSON, "feature", "commented_at", "comment", "role"]


def recognise(path: Path) -> Export | None:
    """Take a file of form responses; None: it is none."""
    objects = open_objects(path, KEYS)
    return export(objects) if objects.are(is_response) else None


def is_response(value: JsonObject) -> bool:
    """Say whether an object is a form response."""
    return {"token", "submitted_at", "answers"} <= value.keys() and isinstance(value["answers"], list)


def export(objects: Objects) -> Export:
    """Make answers of forms that ask for a score, and comments of the others."""
    surveys: dict[str, Declared] = {}
    plain = 0
    for one in filter(is_response, objects.good()):
        declared = _survey(one)
        if declared is not None:
            surveys.setdefault(declared.survey_id, declared)
        else:
            plain += 1
    parts = [
        Part("responses", table_of(objects, _ANSWER, _answers, fits=is_response), tuple(surveys.values()), zone="UTC")
    ]
    if plain:
        parts.append(Part("in_app", table_of(objects, _TEXT, _texts, fits=is_response, tells=False), zone="UTC"))
    return Export(SOURCE, tuple(parts))


def _answers(value: JsonObject) -> Iterator[dict[str, Any]]:
    survey = _survey(value)
    if survey is None:
        return
    own = {"survey_id": survey.survey_id, "responded_at": within(value, "submitted_at"), **_party(value)}
    # The sheet of the same form has the token as its "#".
    key, texts = word(value, "token"), _all_texts(value)
    score = within(_scored(value), "number")
    yield filled({"response_id": key, "score": score, "comment": texts[0][1] if texts else None, **own})
    for field_id, text in texts[1:]:
        yield filled({"response_id": f"{key}/{field_id}", "comment": text, **own})


def _texts(value: JsonObject) -> Iterator[dict[str, Any]]:
    if _survey(value) is not None:
        return
    own = {"commented_at": within(value, "submitted_at"), "feature": _title(value)[:200], **_party(value)}
    for field_id, text in _all_texts(value):
        yield filled({"comment_id": f"{word(value, 'token')}/{field_id}", "comment": text, **own})


def _all_texts(value: JsonObject) -> list[tuple[str, str]]:
    """Give what was written, long answers first: the first goes with the score."""
    found = [one for one in each(value, "answers") if word(one, "type") == "text" and word(one, "text")]
    ordered = sorted(found, key=lambda one: word(one, "field", "type") != "long_text")
    return [(word(one, "field", "id") or str(n), word(one, "text") or "") for n, one in enumerate(ordered, start=1)]


def _scored(value: JsonObject) -> JsonObject:
    """Give the answer that is the score: a field of type nps first, else one whose question or form says its type."""
    numbers = [one for one in each(value, "answers") if word(one, "type") == "number"]
    numbers = [one for one in numbers if word(one, "field", "type") in _SCORED]
    exact = next((one for one in numbers if word(one, "field", "type") == "nps"), None)
    return exact or next((one for one in numbers if _type_of(one, value)), {})


def _type_of(answer: JsonObject, value: JsonObject) -> str | None:
    if word(answer, "field", "type") == "nps":
        return "nps"
    return survey_word(_question(answer, value)) or survey_word(_title(value))


def _question(answer: JsonObject, value: JsonObject) -> str:
    fields = {word(one, "id"): word(one, "title") for one in each(value, "definition", "fields")}
    return fields.get(word(answer, "field", "id")) or ""


def _title(value: JsonObject) -> str:
    return word(value, "definition", "title") or word(value, "form_id") or "form"


def _survey(value: JsonObject) -> Declared | None:
    """Give the survey of a form, in the usual scale of its type; None where it asks for no score that is known."""
    type_ = _type_of(scored, value) if (scored := _scored(value)) else None
    if type_ is None:
        return None
    form = word(value, "form_id") or word(value, "definition", "id") or type_
    return Declared(f"typeform-{form}"[:120], _title(value)[:300], type_)


def _party(value: JsonObject) -> dict[str, Any]:
    """Say who answered: by hidden fields that the vendor put into the form's address, or an address that was asked."""
    hidden = within(value, "hidden")
    said = {to_key(name): item for name, item in hidden.items()} if isinstance(hidden, Mapping) else {}
    asked = next((word(one, "email") for one in each(value, "answers") if word(one, "type") == "email"), None)
    role = word(said, "role")
    email = word(said, "email") or asked
    return {
        "email": email if email and "@" in email else None,
        "contact_id": first_word(said, ("contact_id", "user_id")),
        "contact_name": word(said, "name"),
        "account_id": first_word(said, _ACCOUNT_IDS),
        "account_name": first_word(said, _ACCOUNT_NAMES),
        "role": role if role and parse_role(role) else None,
    }
