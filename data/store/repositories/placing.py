"""Where a text stands: its account, role, stage and score band, derived from what its row said and what is stored."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cx.journey import AccountDates, derive_stage, stage_of_source
from cx.scores import Scale, score_band
from data.store.models import Account, Contact, ContactRole, Survey
from data.store.repositories.bulk import chunks


@dataclass(frozen=True)
class SurveyFacts:
    """What placing needs of a survey."""

    type: str
    scale: Scale
    stage: str | None
    anonymous: bool


@dataclass(frozen=True)
class RoleSpan:
    """A role from a day to a day; None where it is open."""

    role: str
    first: date | None
    last: date | None


@dataclass
class ContactFacts:
    """What placing needs of a contact."""

    account_id: str | None
    role: str
    spans: list[RoleSpan] = field(default_factory=list)

    def role_on(self, day: date) -> str:
        """Give the role on a day: of the spans that hold it, the one that began last; "unknown" outside of all."""
        if not self.spans:
            return self.role
        holding = [s for s in self.spans if (s.first is None or s.first <= day) and (s.last is None or day <= s.last)]
        return max(holding, key=lambda s: s.first or date.min).role if holding else "unknown"


@dataclass(frozen=True)
class Surroundings:
    """The surveys, contacts and accounts around a batch of texts."""

    surveys: Mapping[str, SurveyFacts]
    contacts: Mapping[str, ContactFacts]
    accounts: Mapping[str, AccountDates]


def surroundings(
    session: Session,
    *,
    surveys: Iterable[str | None],
    contacts: Iterable[str | None],
    accounts: Iterable[str | None],
) -> Surroundings:
    """Load what a batch needs. The accounts of the contacts come with them."""
    people = load_contacts(session, contacts)
    wanted = {*accounts, *(person.account_id for person in people.values())}
    return Surroundings(load_surveys(session, surveys), people, _load_dates(session, wanted))


def load_surveys(session: Session, ids: Iterable[str | None]) -> dict[str, SurveyFacts]:
    """Give the surveys by id."""
    found = {}
    for part in chunks(sorted({item for item in ids if item})):
        for s in session.scalars(select(Survey).where(Survey.survey_id.in_(part))):
            scale = Scale(s.type, s.scale_min, s.scale_max, s.high_is_good, s.flag_line)
            found[s.survey_id] = SurveyFacts(s.type, scale, s.stage, s.anonymous)
    return found


def load_contacts(session: Session, ids: Iterable[str | None]) -> dict[str, ContactFacts]:
    """Give the contacts by id, with their role history."""
    found: dict[str, ContactFacts] = {}
    wanted = sorted({item for item in ids if item})
    for part in chunks(wanted):
        of_part = select(Contact.contact_id, Contact.account_id, Contact.role).where(Contact.contact_id.in_(part))
        for contact_id, account_id, role in session.execute(of_part):
            found[contact_id] = ContactFacts(account_id, role)
        spans = select(ContactRole.contact_id, ContactRole.role, ContactRole.role_from, ContactRole.role_to)
        for contact_id, role, first, last in session.execute(
            spans.where(ContactRole.contact_id.in_(part)).order_by(ContactRole.id)
        ):
            found[contact_id].spans.append(RoleSpan(role, first, last))
    return found


def _load_dates(session: Session, ids: Iterable[str | None]) -> dict[str, AccountDates]:
    found = {}
    for part in chunks(sorted({item for item in ids if item})):
        rows = session.execute(
            select(Account.account_id, Account.contract_start, Account.first_value_date, Account.renewal_date).where(
                Account.account_id.in_(part)
            )
        )
        found.update({account_id: AccountDates(*dates) for account_id, *dates in rows})
    return found


def place(
    around: Surroundings,
    *,
    source: str,
    given: Mapping[str, Any],
    account_id: str | None,
    contact_id: str | None,
    survey_id: str | None,
    ticket_id: str | None,
    said_at: datetime,
) -> dict[str, Any]:
    """Derive account, role and stage: what the row said wins, then its contact and survey, then the account's dates."""
    day = said_at.date()
    person = around.contacts.get(contact_id or "")
    survey = around.surveys.get(survey_id or "")
    if not given.get("account") and person is not None:
        account_id = person.account_id
    stage = given.get("stage") or (survey.stage if survey else None)
    if stage is None:
        # An answer about a ticket is about support, whatever kind of survey asked.
        stage = "support" if survey and ticket_id else stage_of_source(source)
    derived = None if stage else derive_stage(day, around.accounts.get(account_id or "", AccountDates()))
    return {
        "account_id": account_id,
        "role": given.get("role") or (person.role_on(day) if person else "unknown"),
        "stage": stage or derived,
        "stage_derived": derived is not None,
    }


def band(around: Surroundings, survey_id: str | None, score: float | None) -> int | None:
    """Place a score on its survey's scale; None without one."""
    survey = around.surveys.get(survey_id or "")
    return None if survey is None or score is None else score_band(score, survey.scale)
