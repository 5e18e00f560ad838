"""Store accounts, the vendor's people, and contacts with their role history."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.store.models import Account, Contact, ContactRole, Staff
from data.store.repositories.absorbing import absorb_accounts, absorb_contacts, known_ids
from data.store.repositories.bulk import chunks
from data.store.repositories.incoming import (
    ImportContext,
    Incoming,
    Outcome,
    Status,
    differs,
    insert_rows,
    load_rows,
    update_rows,
    upsert,
)
from data.store.repositories.references import (
    Reference,
    account_id_of_name,
    contact_id_of_email,
    employers,
    name_key,
    resolve_accounts,
)
from data.store.repositories.refreshing import refresh

# The dates of an account that place its texts on the journey.
_JOURNEY = ("contract_start", "first_value_date", "renewal_date")


def write_accounts(session: Session, rows: Sequence[Incoming], context: ImportContext) -> list[Outcome]:
    """Store accounts. One without an id is matched by its name; stubs known by name or domain are taken over."""
    nameless = [row.values for row in rows if not row.values.get("account_id")]
    by_name = _accounts_by_name(session, [values["name"] for values in nameless])
    prepared = []
    for row in rows:
        values = dict(row.values)
        values["name_key"] = name_key(values["name"])
        values["account_id"] = (
            values.get("account_id") or by_name.get(values["name_key"]) or account_id_of_name(values["name"], context)
        )
        prepared.append((row, {**values, "is_stub": False}))
    outcomes, before = upsert(session, Account, ("account_id",), prepared, context)
    outcomes = _completed(outcomes, [before.get((values["account_id"],)) for _, values in prepared])
    absorb_accounts(session, known_ids(session, Account, _stub_ids(prepared, context)))
    moved = [
        values["account_id"]
        for _, values in prepared
        if (old := before.get((values["account_id"],)))
        and any(name in values and values[name] != old[name] for name in _JOURNEY)
    ]
    absorbed = [v["account_id"] for (_, v), outcome in zip(prepared, outcomes, strict=True) if outcome == "new"]
    refresh(session, accounts={*moved, *absorbed})
    return outcomes


def _accounts_by_name(session: Session, names: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in chunks(sorted({name_key(name) for name in names})):
        rows = session.execute(
            select(Account.name_key, Account.account_id)
            .where(Account.name_key.in_(part))
            .order_by(Account.account_id.desc())
        )
        found.update({key: account_id for key, account_id in rows if key})
    return found


def _stub_ids(prepared: Sequence[tuple[Incoming, dict[str, Any]]], context: ImportContext) -> dict[str, str]:
    """Give the ids that these accounts would have had as stubs."""
    ids: dict[str, str] = {}
    for _, values in prepared:
        ids[account_id_of_name(values["name"], context)] = values["account_id"]
        # Files whose "account" column holds ids were taken for names while the account was not known.
        ids[account_id_of_name(values["account_id"], context)] = values["account_id"]
        if values.get("domain"):
            ids[f"domain:{values['domain']}"] = values["account_id"]
    return ids


def _completed(outcomes: Sequence[Outcome], before: Sequence[dict[str, Any] | None]) -> list[Outcome]:
    """Call a stub that was described at last new, not changed."""
    return [
        "new" if outcome == "changed" and stored and stored["is_stub"] else outcome
        for outcome, stored in zip(outcomes, before, strict=True)
    ]


def write_staff(session: Session, rows: Sequence[Incoming], context: ImportContext) -> list[Outcome]:
    """Store the vendor's people."""
    accounts = resolve_accounts(session, [row.values for row in rows], context)
    prepared = []
    for row, account_id in zip(rows, accounts, strict=True):
        values = {name: value for name, value in row.values.items() if name != "account_name"}
        if "account_id" in row.values or "account_name" in row.values:
            values["account_id"] = account_id
        prepared.append((row, {**values, "account_key": values.get("account_id") or ""}))
    return upsert(session, Staff, ("staff_id", "account_key"), prepared, context)[0]


def write_contacts(session: Session, rows: Sequence[Incoming], context: ImportContext) -> list[Outcome]:
    """Store contacts: what the row with the newest role says of the person holds; every row is a piece of history."""
    accounts = employers(session, [Reference.of(row.values) for row in rows], context)
    people = _People(session, _contact_ids(session, rows, context), context)
    outcomes: list[Outcome] = [
        people.take(contact_id, row, account_id)
        for contact_id, row, account_id in zip(people.ids, rows, accounts, strict=True)
    ]
    changed = people.store(session)
    emails: dict[str, str] = {}
    for contact_id, row in zip(people.ids, rows, strict=True):
        if row.values.get("email"):
            made = contact_id_of_email(row.values["email"], context)
            emails[made] = min(contact_id, emails.get(made, contact_id))
    pairs = known_ids(session, Contact, emails)
    absorb_contacts(session, pairs)
    refresh(session, contacts={*changed, *pairs.values()})
    return outcomes


def _contact_ids(session: Session, rows: Sequence[Incoming], context: ImportContext) -> list[str]:
    emails = {row.values["email"] for row in rows if row.values.get("email") and not row.values.get("contact_id")}
    known: dict[str, str] = {}
    for part in chunks(sorted(emails)):
        found = session.execute(
            select(Contact.email, Contact.contact_id).where(Contact.email.in_(part)).order_by(Contact.contact_id.desc())
        )
        known.update({email: contact_id for email, contact_id in found if email})
    for row in rows:
        # Rows of the same file that do have an id; of several the first one by id, as in the store.
        email, contact_id = row.values.get("email"), row.values.get("contact_id")
        if email and contact_id:
            made = known.get(email, "")
            known[email] = min(contact_id, made) if made and not made.startswith("email:") else contact_id
    return [
        row.values.get("contact_id")
        or known.get(row.values["email"])
        or contact_id_of_email(row.values["email"], context)
        for row in rows
    ]


class _People:
    """The contacts of a batch with their histories, changed in memory and stored at the end."""

    def __init__(self, session: Session, ids: Sequence[str], context: ImportContext) -> None:
        self.ids = ids
        self._context = context
        stored = load_rows(session, Contact, ("contact_id",), [(item,) for item in ids])
        self._before = {key: row for (key,), row in stored.items()}
        self._now = {key: dict(row) for key, row in self._before.items()}
        self._spans: dict[str, dict[date | None, dict[str, Any]]] = {}
        for part in chunks(sorted(set(ids))):
            rows = session.execute(select(*ContactRole.__table__.c).where(ContactRole.contact_id.in_(part)))
            for span in rows.mappings():
                self._spans.setdefault(span["contact_id"], {})[span["role_from"]] = dict(span)
        self._new_spans: list[dict[str, Any]] = []
        self._changed_spans: dict[int, dict[str, Any]] = {}
        self._changed: set[str] = set()

    def take(self, contact_id: str, row: Incoming, account_id: str | None) -> Status:
        """Take one row in."""
        known = self._now.get(contact_id)
        own = ("name", "email", "title", "left_on")
        fields: dict[str, Any] = {name: row.values[name] for name in own if name in row.values}
        if {"account_id", "account_name", "email"} & row.values.keys():
            fields["account_id"] = account_id
        span = self._take_span(contact_id, row)
        newest = self._newest(contact_id)
        if newest is not None:
            fields["role"] = newest["role"]
        if known is None or known["is_stub"]:
            base = known or {"contact_id": contact_id, "role": "unknown", "account_id": None}
            self._now[contact_id] = {**base, **fields, "is_stub": False, **self._context.stamp(row)}
            self._changed.add(contact_id)
            return "new"
        has_role, silent = "role" in row.values, "role" in row.values and row.values["role"] is None
        if newest is not None and (silent or (has_role and row.values.get("role_from") != newest["role_from"])):
            # An older piece of the history, or one without a role, says nothing of the person as they are now.
            fields = {"role": newest["role"]}
        else:
            fields = {name: value for name, value in fields.items() if value is not None or name == "left_on"}
        if differs({**dict.fromkeys(fields), **known}, fields):
            self._now[contact_id] = {**known, **fields, **self._context.stamp(row)}
            self._changed.add(contact_id)
            return "new" if span == "new" else "changed"
        if span != "same":
            self._changed.add(contact_id)
        return span

    def _take_span(self, contact_id: str, row: Incoming) -> Status:
        if row.values.get("role") is None:
            return "same"
        start, end = row.values.get("role_from"), row.values.get("role_to")
        spans = self._spans.setdefault(contact_id, {})
        span = {"contact_id": contact_id, "role": row.values["role"], "role_from": start, "role_to": end}
        stored = spans.get(start)
        if stored is None:
            spans[start] = span
            self._new_spans.append(span)
            return "new"
        if not differs(stored, span):
            return "same"
        stored.update(span)
        if "id" in stored:
            self._changed_spans[stored["id"]] = stored
        return "changed"

    def _newest(self, contact_id: str) -> dict[str, Any] | None:
        spans = self._spans.get(contact_id)
        return spans[max(spans, key=lambda start: start or date.min)] if spans else None

    def store(self, session: Session) -> set[str]:
        """Write what changed. Returns the contacts whose texts must be looked at again."""
        insert_rows(session, Contact, [self._now[key] for key in sorted(self._changed) if key not in self._before])
        update_rows(session, Contact, [self._now[key] for key in sorted(self._changed) if key in self._before])
        insert_rows(session, ContactRole, self._new_spans)
        update_rows(session, ContactRole, list(self._changed_spans.values()))
        return {key for key in self._changed if key in self._before}
