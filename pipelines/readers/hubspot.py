"""HubSpot: feedback submissions, as its CRM API lists them.

Layout: developers.hubspot.com/docs/api/crm/feedback-submissions (properties are strings; asked for by name).
`hs_value`: NPS 0-10 and CES 1-7 are the usual scales of those questions; CSAT is 0 (unhappy), 1, 2 (happy), as the
API's example has it ("2" is a PROMOTER: module-ballerinax-hubspot.crm.obj.feedback, tests/mock_service.bal). A CSAT
survey with higher values is read as 1 to 5.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pipelines.readers.export import Declared, Export, Part
from pipelines.readers.objects import JsonObject, Objects, filled, open_objects, table_of, within, word

SOURCE = "HubSpot"
KEYS = ("results",)
# What the API must be asked for: it gives three properties by itself.
PROPERTIES = (
    "hs_survey_id hs_survey_name hs_survey_type hs_survey_channel hs_value hs_content hs_submission_timestamp "
    "hs_contact_id hs_contact_email_rollup hs_contact_firstname hs_contact_lastname hs_ticket_id hs_createdate "
    "hs_lastmodifieddate hs_object_id"
).split()
_SCALES = {"nps": (0.0, 10.0), "csat": (0.0, 2.0), "ces": (1.0, 7.0)}
_WIDER_CSAT = (1.0, 5.0)
_ANSWER = "response_id survey_id contact_id email contact_name responded_at score comment".split()
_TEXT = "comment_id contact_id email contact_name feature commented_at comment".split()


def recognise(path: Path) -> Export | None:
    """Take a file of feedback submissions; None: it is none."""
    objects = open_objects(path, KEYS)
    return export(objects) if objects.are(is_submission) else None


def is_submission(value: JsonObject) -> bool:
    """Say whether an object is a feedback submission."""
    properties = within(value, "properties")
    return (
        "id" in value
        and isinstance(properties, Mapping)
        and bool({"hs_survey_id", "hs_survey_type", "hs_survey_name"} & properties.keys())
    )


def export(objects: Objects) -> Export:
    """Make answers of NPS, CSAT and CES surveys, and comments of what other surveys asked."""
    surveys, others = _surveys(objects)
    parts = [Part("responses", table_of(objects, _ANSWER, _answers, fits=is_submission), surveys, zone="UTC")]
    notes: tuple[str, ...] = ()
    if others:
        parts.append(Part("in_app", table_of(objects, _TEXT, _texts, fits=is_submission, tells=False), zone="UTC"))
        notes = (f"{others:,} answers of custom and knowledge-base surveys have no score: their comments are kept",)
    return Export(SOURCE, tuple(parts), notes)


def _surveys(objects: Objects) -> tuple[tuple[Declared, ...], int]:
    """Give the surveys with scores, and how many answers are of others."""
    found: dict[str, Declared] = {}
    others = 0
    for one in filter(is_submission, objects.good()):
        type_ = _type(one)
        if type_ is None:
            others += 1
            continue
        own = found.get(_survey_id(one))
        scale = (own.scale_min, own.scale_max) if own else _SCALES[type_]
        if type_ == "csat" and _number(one) > _SCALES["csat"][1]:
            scale = _WIDER_CSAT
        name = word(_of(one), "hs_survey_name") or f"HubSpot {type_.upper()}"
        found[_survey_id(one)] = Declared(_survey_id(one), name[:300], type_, *scale)
    return tuple(found.values()), others


def _answers(value: JsonObject) -> Iterator[dict[str, Any]]:
    if value.get("archived") is True:
        yield {"left_out": "archived submissions"}
    elif _type(value) is not None:
        yield filled(
            {
                "response_id": f"hubspot/{word(value, 'id')}",
                "survey_id": _survey_id(value),
                **_person(value),
                "responded_at": _time(value),
                "score": word(_of(value), "hs_value"),
                "comment": word(_of(value), "hs_content"),
            }
        )


def _texts(value: JsonObject) -> Iterator[dict[str, Any]]:
    text = word(_of(value), "hs_content")
    if _type(value) is None and text and value.get("archived") is not True:
        yield filled(
            {
                "comment_id": f"hubspot/{word(value, 'id')}",
                **_person(value),
                "feature": (word(_of(value), "hs_survey_name") or "survey")[:200],
                "commented_at": _time(value),
                "comment": text,
            }
        )


def _of(value: JsonObject) -> JsonObject:
    found = within(value, "properties")
    return found if isinstance(found, Mapping) else {}


def _type(value: JsonObject) -> str | None:
    type_ = (word(_of(value), "hs_survey_type") or "").lower()
    return type_ if type_ in _SCALES else None


def _survey_id(value: JsonObject) -> str:
    return f"hubspot-{word(_of(value), 'hs_survey_id') or _type(value)}"[:120]


def _number(value: JsonObject) -> float:
    try:
        return float(word(_of(value), "hs_value") or 0)
    except ValueError:
        return 0.0


def _time(value: JsonObject) -> str | None:
    own = _of(value)
    return word(own, "hs_submission_timestamp") or word(own, "hs_createdate") or word(value, "createdAt")


def _person(value: JsonObject) -> dict[str, Any]:
    """Say who answered: the roll-up may hold several addresses, the first is the contact's own."""
    own = _of(value)
    email = (word(own, "hs_contact_email_rollup") or "").split(";")[0].strip() or None
    contact_id = word(own, "hs_contact_id")
    names = [word(own, "hs_contact_firstname"), word(own, "hs_contact_lastname")]
    return {
        "email": email,
        "contact_id": f"hubspot/{contact_id}" if contact_id and not email else None,
        "contact_name": " ".join(name for name in names if name) or None,
    }
