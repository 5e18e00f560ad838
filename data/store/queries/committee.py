"""The people of an account: its contacts by role, who left and who took over, and the vendor's people who serve it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from cx.answers import Answer
from cx.coverage import AccountRevenue, Coverage, RoleContacts, coverage
from cx.loop_owners import StaffMember
from cx.perception import Health
from data.store.models import Contact, ContactRole, HealthScore, Response, Staff
from data.store.queries.slices import Slice

# Who decides on a renewal: when one of them leaves, a CSM must know (DOMAIN "The customer is a committee").
DECIDERS = ("economic_buyer", "champion")
# A contract year back: longer ago a change of people is history.
CHANGE_LOOKBACK = timedelta(days=365)
# A successor is named within a quarter; some are before the other has gone.
SUCCEEDS_WITHIN = timedelta(days=90)

# Columns of the tables themselves: statements of a model's attributes take twice as long.
_RESPONSE, _CONTACT, _ROLE, _TEAM, _SCORED = (
    one.__table__.c for one in (Response, Contact, ContactRole, Staff, HealthScore)
)
# Made once: putting a statement together takes longer than reading the few rows of an account.
_ANSWERED = (
    select(_RESPONSE.response_id)
    .where(
        _RESPONSE.contact_id == _CONTACT.contact_id,
        _RESPONSE.responded_at <= bindparam("as_of"),
        _RESPONSE.score.is_not(None),
    )
    .exists()
)
_PEOPLE = (
    select(_CONTACT.contact_id, _CONTACT.name, _CONTACT.role, _CONTACT.left_on, _ANSWERED)
    .where(_CONTACT.account_id == bindparam("account"), _CONTACT.is_stub.is_(False))
    .order_by(_CONTACT.contact_id)
)
_SPANS = (
    select(_ROLE.contact_id, _ROLE.role, _ROLE.role_from, _ROLE.role_to)
    .join(Contact.__table__, _CONTACT.contact_id == _ROLE.contact_id)
    .where(_CONTACT.account_id == bindparam("account"), _ROLE.role.in_(DECIDERS))
    .order_by(_ROLE.contact_id, _ROLE.id)
)
_STAFF = (
    select(
        _TEAM.staff_id,
        _TEAM.name,
        _TEAM.function,
        _TEAM.account_id,
        _TEAM.valid_from,
        _TEAM.valid_to,
    )
    .where(
        or_(
            _TEAM.account_id == bindparam("account"),
            _TEAM.account_id.is_(None),
            _TEAM.staff_id.in_(bindparam("also", expanding=True)),
        )
    )
    .order_by(_TEAM.staff_id, _TEAM.account_key)
)
_HEALTH = (
    select(_SCORED.status, _SCORED.scored_on)
    .where(_SCORED.account_id == bindparam("account"), _SCORED.scored_on <= bindparam("on"))
    .order_by(_SCORED.scored_on.desc())
    .limit(1)
)


@dataclass(frozen=True)
class Person:
    """A contact with the role now, when they left (None: still there) and whether they ever answered by `as_of`."""

    contact_id: str
    name: str | None
    role: str
    left_on: date | None
    ever_answered: bool


@dataclass(frozen=True)
class RoleSpan:
    """A role that a contact had from a day to a day, None where unknown."""

    contact_id: str
    role: str
    since: date | None
    until: date | None


@dataclass(frozen=True)
class Departure:
    """Somebody with a say in the renewal who left, and who took over; None where nobody is known to have."""

    person: Person
    role: str
    left_on: date
    successor: Person | None
    since: date | None


def people(session: Session, account_id: str, filters: Slice) -> list[Person]:
    """Give the contacts of an account by id; stubs are nobody yet."""
    rows = session.execute(_PEOPLE, {"account": account_id, "as_of": filters.as_of})
    return [Person(*row) for row in rows]


def role_spans(session: Session, account_id: str) -> list[RoleSpan]:
    """Give which roles the deciders of an account had, and when."""
    rows = session.execute(_SPANS, {"account": account_id})
    return [RoleSpan(*row) for row in rows]


def departures(found: Iterable[Person], spans: Iterable[RoleSpan], as_of: date) -> list[Departure]:
    """Find the deciders who left in the year to `as_of`, the last first, each with who has the role since."""
    by_id = {one.contact_id: one for one in found}
    roles = list(spans)
    gone = []
    for one in by_id.values():
        if one.left_on is None or not as_of - CHANGE_LOOKBACK < one.left_on <= as_of:
            continue
        own = [span for span in roles if span.contact_id == one.contact_id and _until(span, one.left_on)]
        role = own[-1].role if own else one.role
        if role in DECIDERS:
            heir = _successor(one, role, roles, by_id, as_of)
            person = None if heir is None else by_id[heir.contact_id]
            gone.append(Departure(one, role, one.left_on, person, None if heir is None else heir.since))
    return sorted(gone, key=lambda one: (one.left_on, one.person.contact_id), reverse=True)


def _until(span: RoleSpan, left: date) -> bool:
    """Whether somebody had the role to the end."""
    return span.until is None or span.until >= left - timedelta(days=1)


def _successor(
    gone: Person, role: str, roles: list[RoleSpan], by_id: dict[str, Person], as_of: date
) -> RoleSpan | None:
    left = gone.left_on
    if left is None:
        return None
    heirs = [
        span
        for span in roles
        if span.role == role
        and span.contact_id != gone.contact_id
        and span.contact_id in by_id
        and span.since is not None
        and left - SUCCEEDS_WITHIN <= span.since <= min(as_of, left + SUCCEEDS_WITHIN)
    ]
    return min(heirs, key=lambda span: (span.since or left, span.contact_id), default=None)


def account_coverage(
    found: Iterable[Person], answers: Iterable[Answer], account: AccountRevenue, as_of: date
) -> Coverage:
    """Say which roles of an account answered in the window; those who had left by `as_of` are not asked for."""
    heard = {one.contact_id for one in answers if one.named}
    there = [one for one in found if one.left_on is None or one.left_on > as_of]
    known = Counter(one.role for one in there)
    now = Counter(one.role for one in there if one.contact_id in heard)
    ever = Counter(one.role for one in there if one.ever_answered)
    roles = [RoleContacts(account.account_id, role, n, now[role], ever[role]) for role, n in sorted(known.items())]
    return coverage(roles, [account])


def staff(
    session: Session, account_id: str, on: date, *, also: Sequence[str] = ()
) -> tuple[list[StaffMember], dict[str, str]]:
    """Give the vendor's people who serve an account on a day, themselves or as for all accounts.

    Beside them the names, by id, of these and of those in `also`, wherever and whenever they serve.
    """
    rows = session.execute(_STAFF, {"account": account_id, "also": sorted(set(also))})
    found = [StaffMember(*row) for row in rows]
    return [one for one in found if _serves(one, account_id, on)], {one.staff_id: one.name for one in found}


def _serves(one: StaffMember, account_id: str, on: date) -> bool:
    began = one.valid_from is None or one.valid_from <= on
    return began and (one.valid_to is None or one.valid_to >= on) and one.account_id in (None, account_id)


def latest_health(session: Session, account_id: str, on: date) -> Health | None:
    """Give the vendor's newest view of an account by a day."""
    row: Any = session.execute(_HEALTH, {"account": account_id, "on": on}).first()
    return None if row is None else Health(row[0], row[1])
