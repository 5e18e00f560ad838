"""What the store holds of one person, by the keys of its rows; read once, before anything of it is erased."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from data.errors import NotFoundError
from data.store.models import (
    Comment,
    Contact,
    OpenedLoop,
    Original,
    Passage,
    PassageText,
    Response,
    Ticket,
    TicketMessage,
)
from data.store.repositories.bulk import chunks
from data.store.vault import Vault

# Shorter texts are looked for by their keys only: "Great support." is anybody's.
LEAST_TEXT_CHARS = 16


@dataclass
class Held:
    """A person's contacts (one, or several with one address) and the keys of all that is theirs.

    Attributes:
        contacts: Their ids.
        accounts: Accounts that they belong to or spoke for; "" for none.
        names: Full names as filed.
        emails: Addresses, in lower case.
        responses: Ids of their answers. Those to anonymous surveys bear no contact and can't be found.
        tickets: Ids of tickets that they opened.
        messages: Ids of the messages that they wrote, and of all others in their tickets but other contacts' own.
        comments: `comment_id` of their texts, and of review notes that quote them.
        text_keys: Keys of passages that nobody else's comment holds.
        texts: Their words, original and redacted, that stand nowhere else.
    """

    contacts: list[str]
    accounts: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    emails: list[str] = field(default_factory=list)
    responses: list[str] = field(default_factory=list)
    tickets: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    text_keys: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """Give it as JSON."""
        return asdict(self)


def find_contacts(session: Session, *, contact_id: str | None = None, email: str | None = None) -> list[str]:
    """Give the contacts with this id, or with this address (in any case), by id.

    Raises:
        NotFoundError: There is none.
    """
    if contact_id is not None:
        wanted: ColumnElement[bool] = Contact.contact_id == contact_id
    else:
        wanted = func.lower(Contact.email) == (email or "").strip().lower()
    found = list(session.scalars(select(Contact.contact_id).where(wanted).order_by(Contact.contact_id)))
    if not found:
        told = f"contact {contact_id!r}" if contact_id is not None else "contact with this address"
        raise NotFoundError(f"no {told}: look up the id in contacts.csv, or in the system that it came from")
    return found


def held_of(session: Session, vault: Vault, contacts: Sequence[str]) -> Held:
    """Read what is kept of these contacts."""
    held = Held(sorted(contacts))
    rows = session.execute(
        select(Contact.account_id, Contact.name, Contact.email).where(Contact.contact_id.in_(held.contacts))
    ).all()
    held.names = sorted({" ".join(name.split()) for _, name, _ in rows if name})
    held.emails = sorted({email.lower() for _, _, email in rows if email})
    held.responses = _ids(session, Response.response_id, Response.contact_id.in_(held.contacts))
    held.tickets = _ids(session, Ticket.ticket_id, Ticket.contact_id.in_(held.contacts))
    held.messages = _messages(session, held)
    pks = comment_pks(session, held)
    held.comments = sorted(pks)
    held.accounts = sorted({account or "" for account, _, _ in rows} | _accounts(session, held))
    held.text_keys = _own_keys(session, list(pks.values()))
    held.texts = sorted({one for one in _texts(session, vault, held, list(pks.values())) if _is_own(one)})
    return held


def _is_own(text: str) -> bool:
    return len(text.strip()) >= LEAST_TEXT_CHARS


def _ids(session: Session, key: InstrumentedAttribute[str], where: ColumnElement[bool]) -> list[str]:
    return list(session.scalars(select(key).where(where).order_by(key)))


def _messages(session: Session, held: Held) -> list[str]:
    """What they wrote anywhere, and their tickets' conversation: the vendor's half of it speaks to them."""
    others = select(Contact.contact_id).where(Contact.contact_id.not_in(held.contacts))
    theirs = TicketMessage.author_id.in_(held.contacts)
    found = set(session.scalars(select(TicketMessage.message_id).where(theirs)))
    for part in chunks(held.tickets):
        of_ticket = TicketMessage.ticket_id.in_(part)
        foreign = TicketMessage.author_id.is_(None) | TicketMessage.author_id.not_in(others)
        found.update(session.scalars(select(TicketMessage.message_id).where(of_ticket, foreign)))
    return sorted(found)


def comment_pks(session: Session, held: Held) -> dict[str, int]:
    """Give their comments that are still there: `comment_id` -> primary key."""
    columns = select(Comment.comment_id, Comment.id)
    found = dict(session.execute(columns.where(Comment.contact_id.in_(held.contacts))).all())
    named = [*held.comments, *(f"response:{one}" for one in held.responses)]
    named += [f"ticket_message:{one}" for one in held.messages]
    for part in chunks(sorted(set(named) - found.keys())):
        found |= dict(session.execute(columns.where(Comment.comment_id.in_(part))).all())
    return found


def _accounts(session: Session, held: Held) -> set[str]:
    found: set[str] = set()
    for model in (Response, Ticket, Comment):
        of_person = model.contact_id.in_(held.contacts)
        found |= {one or "" for one in session.scalars(select(model.account_id).where(of_person).distinct())}
    return found


def _own_keys(session: Session, pks: Collection[int]) -> list[str]:
    """Give the keys of passages that only these comments hold."""
    mine = set(pks)
    keys: set[str] = set()
    for own in chunks(sorted(mine)):
        keys.update(session.scalars(select(Passage.text_key).where(Passage.comment_pk.in_(own))))
    for part in chunks(sorted(keys)):
        rows = session.execute(select(Passage.text_key, Passage.comment_pk).where(Passage.text_key.in_(part)))
        keys -= {key for key, pk in rows if pk not in mine}
    return sorted(keys)


def _texts(session: Session, vault: Vault, held: Held, pks: Sequence[int]) -> Iterable[str]:
    """Give their words that no comment of anybody else repeats."""
    rows: list[Any] = []
    for part in chunks(sorted(pks)):
        columns = select(
            Comment.id, Comment.text, Comment.content_key, Comment.original_hash, Original.body_encrypted
        ).outerjoin(Original, Original.comment_pk == Comment.id)
        rows += session.execute(columns.where(Comment.id.in_(part))).all()
    hashes = _shared(session, Comment.original_hash, {row[3] for row in rows}, pks)
    contents = _shared(session, Comment.content_key, {row[2] for row in rows if row[2]}, pks)
    for _, text, content_key, original_hash, sealed in rows:
        if text and content_key not in contents:
            yield text
        if sealed and original_hash not in hashes:
            yield vault.decrypt(sealed)
    for keys in chunks(held.text_keys):
        yield from session.scalars(select(PassageText.text).where(PassageText.text_key.in_(keys)))
    for ids in chunks(held.messages):
        bodies = select(TicketMessage.body_encrypted).where(TicketMessage.message_id.in_(ids))
        yield from (vault.decrypt(one) for one in session.scalars(bodies) if one)
    for ids in chunks(held.tickets):
        subjects = select(Ticket.subject_encrypted).where(Ticket.ticket_id.in_(ids))
        yield from (vault.decrypt(one) for one in session.scalars(subjects) if one)


def _shared(
    session: Session, column: InstrumentedAttribute[Any], values: Collection[str], pks: Collection[int]
) -> set[str]:
    """Give those of the values that comments of others have as well."""
    mine, found = set(pks), set()
    for part in chunks(sorted(values)):
        rows = session.execute(select(column, Comment.id).where(column.in_(part)))
        found |= {value for value, pk in rows if pk not in mine}
    return found


def loops_of(session: Session, held: Held) -> list[OpenedLoop]:
    """Give the loops that their answers and messages opened."""
    signals = sorted({*held.comments, *(f"response:{one}" for one in held.responses)})
    found: list[OpenedLoop] = []
    for part in chunks(signals):
        found += session.scalars(select(OpenedLoop).where(OpenedLoop.signal_key.in_(part)).order_by(OpenedLoop.id))
    return found
