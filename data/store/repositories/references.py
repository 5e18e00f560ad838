"""Match the accounts and contacts that rows speak of; one that is not known yet gets a stub."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from data.store.models import Account, Contact
from data.store.repositories.bulk import chunks, insert_ignore
from data.store.repositories.incoming import ImportContext

# Mail hosts whose domain says nothing of the company.
FREE_MAIL = frozenset(
    "gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com ymail.com icloud.com me.com aol.com "
    "proton.me protonmail.com gmx.com gmx.de gmx.net web.de mail.com mail.ru yandex.ru zoho.com qq.com 163.com "
    "fastmail.com hey.com t-online.de orange.fr free.fr".split()
)


@dataclass(frozen=True)
class Reference:
    """What a row says of its account and its person."""

    account_id: str | None = None
    account_name: str | None = None
    contact_id: str | None = None
    email: str | None = None
    contact_name: str | None = None

    @classmethod
    def of(cls, values: dict[str, Any]) -> "Reference":
        """Take it from a row's values."""
        return cls(**{name: values.get(name) for name in cls.__dataclass_fields__})


@dataclass(frozen=True)
class Found:
    """The account that the row itself names, and its person; None where it names none."""

    account_id: str | None
    contact_id: str | None


def name_key(name: str) -> str:
    """Give a name as it is matched: lower case, single blanks."""
    return " ".join(name.casefold().split())[:300]


def mail_domain(email: str | None) -> str | None:
    """Give the company's domain of an e-mail address; None for free mail."""
    domain = (email or "").rpartition("@")[2].lower()
    return domain if "." in domain and domain not in FREE_MAIL and len(domain) <= 120 - len("domain:") else None


def account_id_of_name(name: str, context: ImportContext) -> str:
    """Make the id of an account that is known by name only."""
    made = f"name:{name_key(name)}"
    return made if len(made) <= 120 else f"name:{context.vault.hash(made)[:40]}"


def contact_id_of_email(email: str, context: ImportContext) -> str:
    """Make the id of a contact who is known by e-mail address only: it does not show the address."""
    return f"email:{context.vault.hash(email.lower())[:40]}"


def resolve(
    session: Session, references: Sequence[Reference], context: ImportContext, *, new_contacts: bool = True
) -> list[Found]:
    """Match each reference by id, name or domain; make stubs for what is not there.

    Args:
        session: The batch's session.
        references: One a row.
        context: Counts ambiguous names.
        new_contacts: False where answers are anonymous: contacts are looked up, never made.
    """
    accounts = _Accounts(session, references, context)
    stated = [accounts.find(reference) for reference in references]
    contacts = _Contacts(session, references, context)
    found = []
    for reference, account_id in zip(references, stated, strict=True):
        contact_id = contacts.find(reference)
        if contact_id is None and new_contacts and (reference.contact_id or reference.email):
            contact_id = contacts.make(reference, account_id or accounts.of_domain(reference.email))
        found.append(Found(account_id, contact_id))
    insert_ignore(session, Account, list(accounts.stubs.values()))
    insert_ignore(session, Contact, list(contacts.stubs.values()))
    return found


def _lookup(session: Session, value: Any, key: Any, wanted: Iterable[str | None]) -> dict[str, list[str]]:  # noqa: ANN401
    found: dict[str, list[str]] = {}
    for part in chunks(sorted({item for item in wanted if item})):
        for matched, item in session.execute(select(key, value).where(key.in_(part)).order_by(value)):
            found.setdefault(matched, []).append(item)
    return found


class _Accounts:
    """The accounts that a batch speaks of."""

    def __init__(self, session: Session, references: Sequence[Reference], context: ImportContext) -> None:
        self._context = context
        self.stubs: dict[str, dict[str, Any]] = {}
        said = [word for r in references for word in (r.account_id, r.account_name) if word]
        self._ids = set(_lookup(session, Account.account_id, Account.account_id, said))
        rest = [word for word in said if word not in self._ids]
        self._by_name = _lookup(session, Account.account_id, Account.name_key, map(name_key, rest))
        domains = [word.lower() for word in rest if "." in word]
        domains += [domain for r in references if (domain := mail_domain(r.email))]
        self._by_domain = _lookup(session, Account.account_id, Account.domain, domains)

    def find(self, reference: Reference) -> str | None:
        """Give the account that the row names, made where it is not there; None where the name fits several."""
        if reference.account_id:
            return self._match(reference.account_id) or self._stub(
                reference.account_id, reference.account_name or reference.account_id
            )
        if not reference.account_name:
            return None
        name = reference.account_name
        if len(self._by_name.get(name_key(name), [])) > 1:
            self._context.ambiguous += 1
            return None
        return self._match(name) or self._stub(account_id_of_name(name, self._context), name)

    def of_domain(self, email: str | None) -> str | None:
        """Give the account of an e-mail address, made where its domain is a company's."""
        domain = mail_domain(email)
        if domain is None:
            return None
        known = self._by_domain.get(domain, [])
        if known:
            return known[0] if len(known) == 1 else None
        return self._stub(f"domain:{domain}", domain, domain=domain)

    def _match(self, word: str) -> str | None:
        if word in self._ids:
            return word
        for known in (self._by_name.get(name_key(word)), self._by_domain.get(word.lower())):
            if known and len(known) == 1:
                return known[0]
        return None

    def _stub(self, account_id: str, name: str, domain: str | None = None) -> str:
        if account_id not in self._ids and account_id not in self.stubs:
            self.stubs[account_id] = {
                "account_id": account_id,
                "name": name[:300],
                "name_key": name_key(name),
                "domain": domain,
                "is_stub": True,
                "origin": "referred to by another row",
                "row_hash": "",
                "imported_at": self._context.now,
            }
        return account_id


class _Contacts:
    """The contacts that a batch speaks of."""

    def __init__(self, session: Session, references: Sequence[Reference], context: ImportContext) -> None:
        self._context = context
        self.stubs: dict[str, dict[str, Any]] = {}
        self._ids = set(_lookup(session, Contact.contact_id, Contact.contact_id, (r.contact_id for r in references)))
        self._by_email = _lookup(session, Contact.contact_id, Contact.email, (r.email for r in references))

    def find(self, reference: Reference) -> str | None:
        """Give the contact with this id, else the one with this e-mail address."""
        if reference.contact_id in self._ids or reference.contact_id in self.stubs:
            return reference.contact_id
        known = self._by_email.get(reference.email or "", [])
        return known[0] if known else None

    def make(self, reference: Reference, account_id: str | None) -> str:
        """Make a stub for the person."""
        contact_id = reference.contact_id or contact_id_of_email(reference.email or "", self._context)
        self.stubs[contact_id] = {
            "contact_id": contact_id,
            "account_id": account_id,
            "name": reference.contact_name,
            "email": reference.email,
            "role": "unknown",
            "is_stub": True,
            "origin": "referred to by another row",
            "row_hash": "",
            "imported_at": self._context.now,
        }
        if reference.email:
            self._by_email.setdefault(reference.email, []).append(contact_id)
        return contact_id


def resolve_accounts(session: Session, rows: Sequence[dict[str, Any]], context: ImportContext) -> list[str | None]:
    """Match the accounts of rows that have no person."""
    references = [Reference(values.get("account_id"), values.get("account_name")) for values in rows]
    return [found.account_id for found in resolve(session, references, context)]


def employers(session: Session, references: Sequence[Reference], context: ImportContext) -> list[str | None]:
    """Match the accounts of contacts: the one that the row names, else the one of the e-mail domain."""
    accounts = _Accounts(session, references, context)
    found = [accounts.find(reference) or accounts.of_domain(reference.email) for reference in references]
    insert_ignore(session, Account, list(accounts.stubs.values()))
    return found


def count_stubs(session: Session) -> tuple[int, int]:
    """Count the accounts and the contacts that other rows speak of but no import has described."""

    def count(of: ColumnElement[bool]) -> int:
        return session.scalar(select(func.count()).where(of)) or 0

    return count(Account.is_stub.is_(True)), count(Contact.is_stub.is_(True))
