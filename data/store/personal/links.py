"""Which rows of each table are a person's. A new table belongs into one of the two lists: a test sees to it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Table, select
from sqlalchemy.orm import Session

from data.store.models import (
    Base,
    Comment,
    CommitmentMatch,
    Contact,
    ContactRole,
    CorrectedPassage,
    Correction,
    LoopAct,
    Mention,
    OpenedLoop,
    Original,
    OutboxMessage,
    OverruledMention,
    Passage,
    PassageText,
    Place,
    Response,
    Ticket,
    TicketMessage,
)
from data.store.personal.person import Held, comment_pks, loops_of
from data.store.repositories.bulk import chunks


@dataclass(frozen=True)
class Keys:
    """The keys that lead from a person to rows: of `Held`, and those that only the database knows."""

    held: Held
    comment_pks: tuple[int, ...]
    passage_ids: tuple[int, ...]
    text_keys: tuple[str, ...]
    loop_ids: tuple[int, ...]
    correction_ids: tuple[int, ...]


def keys_of(session: Session, held: Held) -> Keys:
    """Look up the keys."""
    pks = sorted(comment_pks(session, held).values())
    passages: list[tuple[int, str]] = []
    corrections: list[int] = []
    for part in chunks(pks):
        of_part = select(Passage.id, Passage.text_key).where(Passage.comment_pk.in_(part))
        passages += session.execute(of_part.order_by(Passage.id))
        corrections += session.scalars(select(Correction.id).where(Correction.comment_pk.in_(part)))
    return Keys(
        held,
        tuple(pks),
        tuple(pk for pk, _ in passages),
        tuple(sorted({key for _, key in passages})),
        tuple(loop.id for loop in loops_of(session, held)),
        tuple(corrections),
    )


@dataclass(frozen=True)
class Link:
    """A mapped column, and the keys of a person's rows in it."""

    column: Any
    values: Callable[[Keys], Sequence[Any]]

    @property
    def table(self) -> Table:
        """The table."""
        return Base.metadata.tables[self.column.class_.__tablename__]

    def conditions(self, keys: Keys) -> list[ColumnElement[bool]]:
        """Give the conditions that find the rows, each short enough for a statement."""
        return [self.column.in_(part) for part in chunks(self.values(keys))]


LINKS: tuple[Link, ...] = (
    Link(Contact.contact_id, lambda keys: keys.held.contacts),
    Link(ContactRole.contact_id, lambda keys: keys.held.contacts),
    Link(Response.response_id, lambda keys: keys.held.responses),
    Link(Ticket.ticket_id, lambda keys: keys.held.tickets),
    Link(TicketMessage.message_id, lambda keys: keys.held.messages),
    Link(Comment.id, lambda keys: keys.comment_pks),
    Link(Original.comment_pk, lambda keys: keys.comment_pks),
    Link(Passage.comment_pk, lambda keys: keys.comment_pks),
    Link(PassageText.text_key, lambda keys: keys.text_keys),
    Link(Mention.comment_pk, lambda keys: keys.comment_pks),
    Link(OverruledMention.comment_pk, lambda keys: keys.comment_pks),
    Link(Place.comment_pk, lambda keys: keys.comment_pks),
    Link(CommitmentMatch.passage_id, lambda keys: keys.passage_ids),
    Link(Correction.id, lambda keys: keys.correction_ids),
    Link(CorrectedPassage.correction_id, lambda keys: keys.correction_ids),
    Link(OpenedLoop.id, lambda keys: keys.loop_ids),
    Link(LoopAct.loop_id, lambda keys: keys.loop_ids),
    Link(OutboxMessage.loop_id, lambda keys: keys.loop_ids),
)
# Why no row of a table is a customer's person. What names one in passing (a note, a saved search) is found by its
# words.
NOT_THEIRS = {
    "account_packs": "an account's counts; a respondent is a number made of the id",
    "account_standings": "an account's risk; names comments by id, and is made again",
    "accounts": "companies",
    "api_keys": "the vendor's programs",
    "audit": "what the vendor's people did",
    "bi_rules": "settings",
    "commitment_vectors": "numbers of the vendor's promises",
    "commitments": "the vendor's promises",
    "digests": "when a digest was due",
    "embeddings": "numbers made of passages; they go with the passage",
    "facts": "values of the whole store",
    "forgettings": "hashes, and what is still to be erased",
    "forgotten_keys": "hashes",
    "handoffs": "what sales handed over",
    "health_scores": "an account's",
    "jobs": "work to do; rows that came in by it are found by their words",
    "lineage": "the history of themes",
    "mappings": "columns of files",
    "opportunities": "an account's",
    "persons": "the vendor's people who sign in",
    "pseudonyms": "a number and a keyed hash",
    "quarantine": "rows that no person is known of; found by their words",
    "repeated_answers": "ids of jobs",
    "revenue_events": "an account's",
    "run_progress": "counts",
    "run_stages": "counts",
    "runs": "counts",
    "saved_views": "filters; found by their words",
    "staff": "the vendor's people",
    "stale_accounts": "accounts",
    "surveys": "questions",
    "theme_issues": "addresses of themes' issues at a tracker",
    "themes": "names and terms of what many said",
    "uploads": "files that wait; looked through before one is forgotten",
    "weekly_usage": "an account's",
}
