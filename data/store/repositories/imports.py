"""Store a batch of valid rows of one kind. All that import writes goes through here."""

from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session

from data.store.personal.tombstones import without_forgotten
from data.store.repositories.answers import write_in_app, write_responses, write_review_notes
from data.store.repositories.incoming import ImportContext, Incoming, Outcome, Problem, Status
from data.store.repositories.locks import write_alone
from data.store.repositories.parties import write_accounts, write_contacts, write_staff
from data.store.repositories.references import count_stubs
from data.store.repositories.signals import write_signals
from data.store.repositories.surveys import known_surveys, survey_types, write_surveys
from data.store.repositories.tickets import write_tickets

__all__ = [
    "ImportContext",
    "Incoming",
    "Outcome",
    "Problem",
    "Status",
    "count_stubs",
    "known_surveys",
    "survey_types",
    "write_rows",
]

Writer = Callable[[Session, Sequence[Incoming], ImportContext], list[Outcome]]


def _signal(kind: str) -> Writer:
    def write(session: Session, rows: Sequence[Incoming], context: ImportContext) -> list[Outcome]:
        return write_signals(session, kind, rows, context)

    return write


_WRITERS: dict[str, Writer] = {
    "accounts": write_accounts,
    "staff": write_staff,
    "contacts": write_contacts,
    "surveys": write_surveys,
    "tickets": write_tickets,
    "responses": write_responses,
    "in_app": write_in_app,
    "review_notes": write_review_notes,
    **{kind: _signal(kind) for kind in ("usage", "revenue", "health", "opportunities", "handoffs")},
}


def write_rows(session: Session, kind: str, rows: Sequence[Incoming], context: ImportContext) -> list[Outcome]:
    """Store valid rows of one kind, each key once (contacts and CSV tickets excepted).

    Args:
        session: A session that writes; the caller commits once a batch.
        kind: One of the kinds of the canonical layout.
        rows: The batch.
        context: Vault, clock and counters.

    Returns:
        One outcome a row, in their order: "new", "changed", "same", "forgotten" for a row of a person who was forgotten
        (it is not stored), or the problem that keeps it out.
    """
    write_alone(session)
    kept, forgotten = without_forgotten(session, context.vault, kind, rows)
    outcomes = iter(_WRITERS[kind](session, kept, context) if kept else [])
    return ["forgotten" if place in forgotten else next(outcomes) for place in range(len(rows))]
