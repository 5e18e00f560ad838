"""Keep the copies in step: what was derived from a contact, an account or a survey follows its changes."""

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from data.store.models import Comment, Response, Ticket
from data.store.repositories.bulk import chunks
from data.store.repositories.comments import COPIES, Said, copies, move
from data.store.repositories.incoming import update_rows
from data.store.repositories.placing import place, surroundings
from data.store.repositories.preparation import mark_stale

# Rows held at once: a survey may have a million answers.
PAGE_ROWS = 2000


def refresh(
    session: Session,
    *,
    contacts: Collection[str] = (),
    accounts: Collection[str] = (),
    surveys: Collection[str] = (),
) -> None:
    """Derive account, role, stage and band again for everything that hangs on these."""
    for part in chunks(sorted(contacts)):
        _tickets(session, Ticket.contact_id.in_(part))
        _responses(session, Response.contact_id.in_(part))
        _comments(session, Comment.contact_id.in_(part))
    for part in chunks(sorted(accounts)):
        _responses(session, Response.account_id.in_(part))
        _comments(session, Comment.account_id.in_(part))
    for part in chunks(sorted(surveys)):
        _responses(session, Response.survey_id.in_(part))
        _comments(session, Comment.survey_id.in_(part))


def _pages(
    session: Session, key: InstrumentedAttribute[Any], columns: list[Any], wanted: ColumnElement[bool]
) -> Iterator[list[dict[str, Any]]]:
    last = None
    while True:
        after = wanted if last is None else wanted & (key > last)
        page = [
            dict(r) for r in session.execute(select(*columns).where(after).order_by(key).limit(PAGE_ROWS)).mappings()
        ]
        if not page:
            return
        yield page
        last = page[-1][key.key]


def _tickets(session: Session, wanted: ColumnElement[bool]) -> None:
    columns = [Ticket.ticket_id, Ticket.account_id, Ticket.contact_id, Ticket.given]
    for page in _pages(session, Ticket.ticket_id, columns, wanted):
        around = surroundings(session, surveys=(), contacts=[row["contact_id"] for row in page], accounts=())
        changed = []
        for row in page:
            person = around.contacts.get(row["contact_id"])
            if person and not (row["given"] or {}).get("account") and person.account_id != row["account_id"]:
                changed.append({"ticket_id": row["ticket_id"], "account_id": person.account_id})
        update_rows(session, Ticket, changed)


_RESPONSE = ("account_id", "contact_id", "role", "stage", "stage_derived")


def _responses(session: Session, wanted: ColumnElement[bool]) -> None:
    names = (*_RESPONSE, "response_id", "survey_id", "ticket_id", "given", "responded_at")
    columns = [getattr(Response, name) for name in names]
    for page in _pages(session, Response.response_id, columns, wanted):
        around = surroundings(
            session,
            surveys=[row["survey_id"] for row in page],
            contacts=[row["contact_id"] for row in page],
            accounts=[row["account_id"] for row in page],
        )
        changed = []
        stale: set[str] = set()
        for row in page:
            survey = around.surveys[row["survey_id"]]
            given = row["given"] or {}
            target: dict[str, Any] = {"contact_id": row["contact_id"]}
            target |= place(
                around,
                source=survey.type,
                given=given,
                account_id=row["account_id"],
                contact_id=row["contact_id"],
                survey_id=row["survey_id"],
                ticket_id=row["ticket_id"],
                said_at=row["responded_at"],
            )
            if survey.anonymous and row["contact_id"]:
                # The survey became anonymous: the role stays, the person goes.
                target |= {"contact_id": None, "given": unlinked(given, target)}
            if any(row[name] != value for name, value in target.items()):
                changed.append({"response_id": row["response_id"], **target})
                stale |= {row["account_id"] or "", target.get("account_id", row["account_id"]) or ""}
        update_rows(session, Response, changed)
        mark_stale(session, stale)


def unlinked(given: dict[str, Any], placed: dict[str, Any]) -> dict[str, Any]:
    """Give what may be kept of an anonymous row: its account and role, as if the row itself had said them."""
    kept = {**given, "role": placed["role"]}
    return {**kept, "account": True} if placed["account_id"] else kept


def _comments(session: Session, wanted: ColumnElement[bool]) -> None:
    columns = [Comment.id, Comment.kind, Comment.origin_id, *(getattr(Comment, name) for name in COPIES)]
    for page in _pages(session, Comment.id, columns, wanted):
        around = surroundings(
            session,
            surveys=[row["survey_id"] for row in page],
            contacts=[row["contact_id"] for row in page],
            accounts=[row["account_id"] for row in page],
        )
        moved = []
        for row in page:
            target = copies(_said(row), around)
            survey = around.surveys.get(row["survey_id"])
            if survey:
                target |= {"source": survey.type, "anonymous": survey.anonymous}
            if survey and survey.anonymous and row["contact_id"]:
                target |= {"contact_id": None, "respondent_key": f"{row['kind']}:{row['origin_id']}"}
                target["given"] = unlinked(row["given"] or {}, target)
            change = {name: value for name, value in target.items() if row[name] != value}
            if change:
                moved.append((row, change))
        move(session, moved)


def _said(row: dict[str, Any]) -> Said:
    return Said(
        kind=row["kind"],
        origin_id=row["origin_id"],
        source=row["source"],
        said_at=row["said_at"],
        text=None,
        origin="",
        account_id=row["account_id"],
        contact_id=row["contact_id"],
        survey_id=row["survey_id"],
        response_id=row["response_id"],
        ticket_id=row["ticket_id"],
        feature=row["feature"],
        author_id=row["author_id"],
        meeting=row["meeting"],
        score=row["score"],
        anonymous=row["anonymous"],
        given=row["given"] or {},
    )
