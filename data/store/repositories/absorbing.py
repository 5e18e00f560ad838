"""An account or contact that was known by name or address only turns out to be one with an id: move all that is its."""

from collections.abc import Mapping

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import DeclarativeBase, Session

from data.store.models import (
    Account,
    Comment,
    Commitment,
    Contact,
    ContactRole,
    Handoff,
    HealthScore,
    Mention,
    OpenedLoop,
    Opportunity,
    Pseudonym,
    Response,
    RevenueEvent,
    Staff,
    Ticket,
    WeeklyUsage,
)
from data.store.repositories.bulk import chunks
from data.store.repositories.preparation import mark_stale

_OF_ACCOUNT: tuple[type[DeclarativeBase], ...] = (
    Staff,
    Contact,
    RevenueEvent,
    Opportunity,
    Commitment,
    Response,
    Ticket,
    Comment,
    Mention,
    OpenedLoop,
)
# One row an account and day: a row that the other account has already gives way.
_KEYED_BY_DAY = ((WeeklyUsage, "week_start"), (HealthScore, "scored_on"), (Handoff, "handed_over_on"))


def known_ids(session: Session, model: type[Account] | type[Contact], wanted: Mapping[str, str]) -> dict[str, str]:
    """Give of old id -> new id the pairs whose old id is stored."""
    key = Account.account_id if model is Account else Contact.contact_id
    there: set[str] = set()
    for part in chunks(sorted(wanted)):
        there.update(session.scalars(select(key).where(key.in_(part))))
    return {old: wanted[old] for old in sorted(there) if wanted[old] != old}


def absorb_accounts(session: Session, pairs: Mapping[str, str]) -> None:
    """Move all that is an old account's to the new one, and delete the old one."""
    for old, new in pairs.items():
        for model in _OF_ACCOUNT:
            column = model.__table__.c.account_id
            session.execute(update(model.__table__).where(column == old).values(account_id=new))  # type: ignore[arg-type]
        for keyed, day in _KEYED_BY_DAY:
            _move_days(session, keyed, day, old=old, new=new)
        session.execute(update(Account).where(Account.parent_account_id == old).values(parent_account_id=new))
        # Numbers of two accounts don't mix: prepare gives new ones.
        session.execute(delete(Pseudonym).where(Pseudonym.account_key == old))
        session.execute(delete(Account).where(Account.account_id == old))
        mark_stale(session, [old, new])


def _move_days(session: Session, model: type[DeclarativeBase], day: str, *, old: str, new: str) -> None:
    table = model.__table__
    other = table.alias()
    taken = exists().where(other.c.account_id == new, other.c[day] == table.c[day])
    session.execute(delete(table).where(table.c.account_id == old, taken))  # type: ignore[arg-type]
    session.execute(update(table).where(table.c.account_id == old).values(account_id=new))  # type: ignore[arg-type]


def absorb_contacts(session: Session, pairs: Mapping[str, str]) -> None:
    """Move all that is an old contact's to the new one, and delete the old one; copies are refreshed by the caller."""
    for old, new in pairs.items():
        for model in (Response, Ticket, Comment):
            session.execute(update(model).where(model.contact_id == old).values(contact_id=new))
        _move_roles(session, old=old, new=new)
        session.execute(delete(Contact).where(Contact.contact_id == old))


def _move_roles(session: Session, *, old: str, new: str) -> None:
    """Join two histories; where both have a role from the same day, the new contact's holds."""
    held = session.scalars(select(ContactRole.role_from).where(ContactRole.contact_id == new)).all()
    moving = session.execute(select(ContactRole.id, ContactRole.role_from).where(ContactRole.contact_id == old)).all()
    kept = [pk for pk, start in moving if start not in held]
    session.execute(update(ContactRole).where(ContactRole.id.in_(kept)).values(contact_id=new))
    session.execute(delete(ContactRole).where(ContactRole.contact_id == old))
