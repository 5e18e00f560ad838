"""Store answers to surveys, in-app comments and review notes, and the comments they make."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy.orm import Session

from data.store.models import Response
from data.store.repositories.comments import Said, load_comments, store_comments
from data.store.repositories.incoming import (
    ImportContext,
    Incoming,
    Outcome,
    Problem,
    differs,
    insert_rows,
    load_rows,
    update_rows,
)
from data.store.repositories.placing import Surroundings, SurveyFacts, load_surveys, place, surroundings
from data.store.repositories.preparation import mark_stale
from data.store.repositories.references import Found, Reference, resolve
from data.store.repositories.refreshing import unlinked

_ACCOUNT_FIELDS = {"account_id", "account_name"}
_PERSON_FIELDS = {"contact_id", "email"}


def given_of(values: dict[str, Any], stored: dict[str, Any] | None, account_id: str | None) -> dict[str, Any]:
    """Give what the row itself says of account, role and stage; what its file does not speak of stays."""
    given = dict((stored or {}).get("given") or {})
    if values.keys() & _ACCOUNT_FIELDS:
        given.pop("account", None)
        if account_id:
            given["account"] = True
    for name in ("role", "stage"):
        if name in values:
            given.pop(name, None)
            if values[name]:
                given[name] = values[name]
    return given


def parties_of(values: dict[str, Any], found: Found, stored: dict[str, Any] | None) -> dict[str, Any]:
    """Give account and contact: those found, or the stored ones where the file does not speak of them."""
    stored = stored or {}
    account = found.account_id if values.keys() & _ACCOUNT_FIELDS else stored.get("account_id")
    contact = found.contact_id if values.keys() & _PERSON_FIELDS else stored.get("contact_id")
    return {"account_id": account, "contact_id": contact}


def write_responses(session: Session, rows: Sequence[Incoming], context: ImportContext) -> list[Outcome]:
    """Store answers. An unknown survey or a score outside its range is a problem of the row."""
    surveys = load_surveys(session, (row.values["survey_id"] for row in rows))
    before = load_rows(session, Response, ("response_id",), [(row.values["response_id"],) for row in rows])
    problems = {
        index: problem
        for index, row in enumerate(rows)
        if (problem := _problem(row.values, surveys, before.get((row.values["response_id"],))))
    }
    good = [row for index, row in enumerate(rows) if index not in problems]
    found = _people(session, good, surveys, context)
    targets = [
        _target(row, where, before.get((row.values["response_id"],)), context)
        for row, where in zip(good, found, strict=True)
    ]
    around = surroundings(
        session,
        surveys=surveys,
        contacts=[target["contact_id"] for target in targets],
        accounts=[target["account_id"] for target in targets],
    )
    targets = [_placed(target, around) for target in targets]
    status = _store_responses(session, good, targets, before, context)
    texts = [_said_response(row, target, around) for row, target in zip(good, targets, strict=True)]
    spoken = [said for said, row in zip(texts, good, strict=True) if "comment" in row.values]
    of_words = iter(store_comments(session, spoken, around, context))
    outcomes: list[Outcome] = []
    rest = iter(zip(good, status, strict=True))
    for index in range(len(rows)):
        if index in problems:
            outcomes.append(problems[index])
            continue
        row, outcome = next(rest)
        words = next(of_words) if "comment" in row.values else "same"
        outcomes.append("changed" if outcome == "same" and words != "same" else outcome)
    return outcomes


def _problem(values: dict[str, Any], surveys: dict[str, SurveyFacts], stored: dict[str, Any] | None) -> Problem | None:
    survey = surveys.get(values["survey_id"])
    if survey is None:
        return Problem(
            "survey_id",
            f"survey {values['survey_id']!r} is not known: import its row of surveys.csv, "
            "then run `sottovoce quarantine retry`",
        )
    score = values.get("score", (stored or {}).get("score"))
    if score is not None and not survey.scale.low <= score <= survey.scale.high:
        return Problem(
            "score",
            f"{score:g} lies outside the survey's range {survey.scale.low:g} to {survey.scale.high:g}: "
            "correct the score, or the survey's scale",
        )
    return None


def _people(
    session: Session, rows: Sequence[Incoming], surveys: dict[str, SurveyFacts], context: ImportContext
) -> list[Found]:
    """Match accounts and contacts; the contacts of anonymous answers are looked up for their role, never made."""
    hidden = [surveys[row.values["survey_id"]].anonymous for row in rows]
    found: dict[int, Found] = {}
    for anonymous in (False, True):
        chosen = [index for index, is_hidden in enumerate(hidden) if is_hidden is anonymous]
        references = [Reference.of(rows[index].values) for index in chosen]
        matched = resolve(session, references, context, new_contacts=not anonymous)
        found.update(zip(chosen, matched, strict=True))
    return [found[index] for index in range(len(rows))]


def _target(row: Incoming, found: Found, stored: dict[str, Any] | None, context: ImportContext) -> dict[str, Any]:
    names = ("survey_id", "ticket_id", "agent_id", "score", "responded_at")
    target: dict[str, Any] = {name: (stored or {}).get(name) for name in names}
    target |= {name: row.values[name] for name in names if name in row.values}
    # Without a date in the file an answer is dated by its first import.
    target["responded_at"] = target["responded_at"] or context.now
    target |= parties_of(row.values, found, stored)
    target["given"] = given_of(row.values, stored, found.account_id)
    return {"response_id": row.values["response_id"], **target}


def _placed(target: dict[str, Any], around: Surroundings) -> dict[str, Any]:
    survey = around.surveys[target["survey_id"]]
    placed = place(
        around,
        source=survey.type,
        given=target["given"],
        account_id=target["account_id"],
        contact_id=target["contact_id"],
        survey_id=target["survey_id"],
        ticket_id=target["ticket_id"],
        said_at=target["responded_at"],
    )
    target = {**target, **placed}
    if survey.anonymous and target["contact_id"]:
        target |= {"contact_id": None, "given": unlinked(target["given"], target)}
    return target


def _store_responses(
    session: Session,
    rows: Sequence[Incoming],
    targets: Sequence[dict[str, Any]],
    before: dict[tuple[Any, ...], dict[str, Any]],
    context: ImportContext,
) -> list[Outcome]:
    outcomes: list[Outcome] = []
    new, changed = [], []
    for row, target in zip(rows, targets, strict=True):
        stored = before.get((target["response_id"],))
        if stored is None:
            new.append({**target, **context.stamp(row)})
            outcomes.append("new")
        elif differs(stored, target):
            changed.append({**target, **context.stamp(row)})
            outcomes.append("changed")
        else:
            outcomes.append("same")
    insert_rows(session, Response, new)
    update_rows(session, Response, changed)
    # Where it stood before as well: an answer may have moved to another account.
    moved = [before[(target["response_id"],)] for target in changed]
    mark_stale(session, {row["account_id"] or "" for row in (*new, *changed, *moved)})
    return outcomes


def _said_response(row: Incoming, target: dict[str, Any], around: Surroundings) -> Said:
    survey = around.surveys[target["survey_id"]]
    return Said(
        kind="response",
        origin_id=target["response_id"],
        source=survey.type,
        said_at=target["responded_at"],
        text=row.values.get("comment"),
        origin=row.origin,
        account_id=target["account_id"],
        contact_id=target["contact_id"],
        survey_id=target["survey_id"],
        response_id=target["response_id"],
        ticket_id=target["ticket_id"],
        score=target["score"],
        anonymous=survey.anonymous,
        given=target["given"],
    )


def write_in_app(session: Session, rows: Sequence[Incoming], context: ImportContext) -> list[Outcome]:
    """Store comments made inside the product."""
    return _write_texts(session, rows, context, _said_in_app, "in_app", "comment_id")


def write_review_notes(session: Session, rows: Sequence[Incoming], context: ImportContext) -> list[Outcome]:
    """Store what the vendor's people wrote down: shown and tagged, never counted as a respondent."""
    return _write_texts(session, rows, context, _said_note, "review_note", "note_id")


def _write_texts(
    session: Session,
    rows: Sequence[Incoming],
    context: ImportContext,
    make: Callable[[Incoming, dict[str, Any], dict[str, Any], ImportContext], Said],
    kind: str,
    key: str,
) -> list[Outcome]:
    found = resolve(session, [Reference.of(row.values) for row in rows], context)
    before = load_comments(session, [f"{kind}:{row.values[key]}" for row in rows])
    texts = []
    for row, where in zip(rows, found, strict=True):
        stored = before.get(f"{kind}:{row.values[key]}") or {}
        parties = parties_of(row.values, where, stored)
        parties["given"] = given_of(row.values, stored, where.account_id)
        texts.append(make(row, parties, stored, context))
    around = surroundings(
        session, surveys=(), contacts=[s.contact_id for s in texts], accounts=[s.account_id for s in texts]
    )
    return store_comments(session, texts, around, context)


def _said_in_app(row: Incoming, parties: dict[str, Any], stored: dict[str, Any], context: ImportContext) -> Said:
    return Said(
        kind="in_app",
        origin_id=row.values["comment_id"],
        source="in_app",
        said_at=row.values.get("commented_at") or stored.get("said_at") or context.now,
        text=row.values.get("comment"),
        origin=row.origin,
        feature=row.values.get("feature", stored.get("feature")),
        **parties,
    )


def _said_note(row: Incoming, parties: dict[str, Any], stored: dict[str, Any], context: ImportContext) -> Said:
    return Said(
        kind="review_note",
        origin_id=row.values["note_id"],
        source="review_note",
        said_at=row.values.get("noted_at") or stored.get("said_at") or context.now,
        text=row.values.get("text"),
        origin=row.origin,
        author_id=row.values.get("author_id", stored.get("author_id")),
        meeting=row.values.get("meeting", stored.get("meeting")),
        **parties,
    )
