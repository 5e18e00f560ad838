"""Delighted: survey responses as its API lists them and as its webhook sends them.

Layout: delighted.com/docs/api (id, person, survey_type, score, comment, created_at in unix seconds,
person_properties, additional_answers); webhook: zulip/zulip zerver/webhooks/delighted/fixtures. Scales:
help.delighted.com/article/530 and 533 (NPS 0-10, CSAT 1-5 or, by the project's setting, 1-3; CES 1-5, 5 is easy).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cx.committee import parse_role
from pipelines.coerce import to_key
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

SOURCE = "Delighted"
KEYS = ("survey_responses", "responses", "data")
SURVEYS = {
    "nps": Declared("delighted-nps", "Delighted NPS", "nps", 0, 10),
    "csat": Declared("delighted-csat", "Delighted CSAT", "csat", 1, 5),
    "ces": Declared("delighted-ces", "Delighted CES", "ces", 1, 5),
}
# Properties are named by whoever sends the surveys: these names say which customer it is.
_ACCOUNT_IDS = ("account_id", "customer_id", "company_id", "organization_id", "accountid", "customerid", "companyid")
_ACCOUNT_NAMES = ("account", "account_name", "company", "company_name", "customer", "organization", "organisation")
_ROLES = ("role", "persona", "buying_role")
_ANSWER = (
    "response_id survey_id account_id account_name contact_id email contact_name responded_at score comment role"
).split()
_TEXT = "comment_id account_id account_name contact_id email contact_name feature commented_at comment role".split()


def recognise(path: Path) -> Export | None:
    """Take a file of survey responses; None: it is none."""
    objects = open_objects(path, KEYS)
    return export(objects) if objects.are(is_response) else None


def is_response(value: JsonObject) -> bool:
    """Say whether an object is a survey response."""
    return {"id", "person", "score", "permalink"} <= value.keys()


def export(objects: Objects) -> Export:
    """Make answers of the three scores, and comments of what other surveys asked."""
    types = {_type(one) for one in objects.good() if is_response(one)}
    others = sorted(types - SURVEYS.keys() - {"enps"})
    notes = (
        [f"the scores of {', '.join(others)} are left out, their comments kept: no NPS, CSAT or CES"] if others else []
    )
    if "enps" in types:
        notes.append("eNPS asks employees: left out")
    if "csat" in types:
        notes.append(
            "CSAT is read as 1 to 5: a project on the 3-point scale needs its survey imported first (--survey)"
        )
    surveys = tuple(one for type_, one in SURVEYS.items() if type_ in types)
    parts = [Part("responses", table_of(objects, _ANSWER, _answers, fits=is_response), surveys, zone="UTC")]
    if others:
        parts.append(Part("in_app", table_of(objects, _TEXT, _texts, fits=is_response, tells=False), zone="UTC"))
    return Export(SOURCE, tuple(parts), tuple(notes))


def _answers(value: JsonObject) -> Iterator[dict[str, Any]]:
    survey = SURVEYS.get(_type(value))
    if survey is None:
        if _type(value) == "enps":
            yield {"left_out": "answers of employees (eNPS)"}
        return
    own = {"survey_id": survey.survey_id, "responded_at": _time(value), **_person(value)}
    key = f"delighted/{word(value, 'id')}"
    yield filled({"response_id": key, "score": within(value, "score"), "comment": word(value, "comment"), **own})
    for answer_id, text in _more(value):
        yield filled({"response_id": f"{key}/{answer_id}", "comment": text, **own})


def _texts(value: JsonObject) -> Iterator[dict[str, Any]]:
    if _type(value) in SURVEYS or _type(value) == "enps":
        return
    own = {"commented_at": _time(value), "feature": f"survey {_type(value)}", **_person(value)}
    texts = [("", word(value, "comment")), *((f"/{key}", text) for key, text in _more(value))]
    for end, text in texts:
        if text:
            yield filled({"comment_id": f"delighted/{word(value, 'id')}{end}", "comment": text, **own})


def _type(value: JsonObject) -> str:
    return str(value.get("survey_type") or "nps")


def _time(value: JsonObject) -> Any:  # noqa: ANN401 - unix seconds as a rule; the importer says what is wrong
    return within(value, "created_at")


def _more(value: JsonObject) -> Iterator[tuple[str, str]]:
    """Give the texts of additional questions: the same person's words on something else."""
    for place, answer in enumerate(each(value, "additional_answers"), start=1):
        text = word(answer, "value", "free_response")
        if text:
            yield word(answer, "id") or word(answer, "question", "id") or str(place), text


def _person(value: JsonObject) -> dict[str, Any]:
    """Say who answered: `person` is an object where the API was asked to expand it, else an id."""
    email = word(value, "person", "email")
    person_id = word(value, "person", "id") or word(value, "person")
    properties = within(value, "person_properties")
    said = {to_key(name): item for name, item in properties.items()} if isinstance(properties, dict) else {}
    role = first_word(said, _ROLES)
    return {
        "email": email,
        "contact_id": f"delighted/{person_id}" if person_id and not email else None,
        "contact_name": word(value, "person", "name"),
        "account_id": first_word(said, _ACCOUNT_IDS),
        "account_name": first_word(said, _ACCOUNT_NAMES),
        "role": role if role and parse_role(role) else None,
    }
