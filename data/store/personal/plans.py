"""What is to be erased, kept encrypted until nothing of it is found: a forgetting that was killed goes on from it."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.store.models import AuditEntry, Contact, Forgetting, Staff
from data.store.personal.person import Held
from data.store.personal.tombstones import key_hash
from data.store.vault import Vault


def begin_plan(session: Session, vault: Vault, held: Held, *, now: datetime) -> int:
    """Keep the plan. Returns the forgetting's id; one of the same contact that was done is opened again."""
    mark = contact_mark(vault, held.contacts[0])
    row = session.scalar(select(Forgetting).where(Forgetting.contact_hash == mark))
    if row is None:
        row = Forgetting(contact_hash=mark, begun_at=now, counts={}, plan_encrypted=None, done_at=None)
        session.add(row)
    row.plan_encrypted = vault.encrypt(json.dumps(held.to_dict()))
    row.begun_at, row.done_at = now, None
    session.flush()
    return row.id


def contact_mark(vault: Vault, contact_id: str) -> str:
    """Give the keyed hash that stands for a contact: in the audit trail, too."""
    return key_hash(vault, ("contact", contact_id))


def open_plan(
    session: Session, vault: Vault, *, contact_id: str | None = None, email: str | None = None
) -> tuple[int, Held] | None:
    """Give the forgetting of this person that was begun and not ended."""
    for row in session.scalars(select(Forgetting).where(Forgetting.plan_encrypted.is_not(None))):
        held = Held(**json.loads(vault.decrypt(row.plan_encrypted or b"")))
        if contact_id in held.contacts or (email and email.strip().lower() in held.emails):
            return row.id, held
    return None


def end_plan(session: Session, forgetting_id: int, *, counts: dict[str, int], now: datetime) -> None:
    """Wipe the plan: nothing of it was found any more."""
    row = session.get_one(Forgetting, forgetting_id)
    row.plan_encrypted, row.done_at, row.counts = None, now, counts


def namesakes(session: Session, held: Held) -> set[str]:
    """Give the names (folded) of the person that a contact or one of the vendor's people bears as well."""
    wanted = [one.lower() for one in held.names]
    others = select(Contact.name).where(func.lower(Contact.name).in_(wanted), Contact.contact_id.not_in(held.contacts))
    staff = select(Staff.name).where(func.lower(Staff.name).in_(wanted))
    return {str(one).casefold() for one in (*session.scalars(others), *session.scalars(staff))}


@dataclass(frozen=True)
class ExportRow:
    """An export that may have held a person's rows: when, by which key, which list, narrowed by what."""

    at: datetime
    actor: str
    listed: str
    path: str
    parameters: list[Any]


def exports_of(session: Session, accounts: Sequence[str], *, since: datetime | None) -> list[ExportRow]:
    """Give the exports that covered any of these accounts, oldest first; what a key may see decides, and `account=`."""
    statement = select(AuditEntry).where(AuditEntry.action == "export").order_by(AuditEntry.id)
    if since is not None:
        statement = statement.where(AuditEntry.at >= since)
    return [row for entry in session.scalars(statement) for row in _covering(entry, set(accounts))]


def _covering(entry: AuditEntry, accounts: set[str]) -> Iterator[ExportRow]:
    detail = entry.detail
    path, parameters = str(detail.get("path", "")), list(detail.get("parameters") or [])
    seen = detail.get("accounts")
    asked = {str(value) for name, value in parameters if name == "account"}
    _, _, one = path.partition("/v1/accounts/")
    asked |= {one.split("/")[0]} if one else set()
    if (seen is None or accounts & set(seen)) and (not asked or accounts & asked):
        yield ExportRow(entry.at, entry.actor, str(detail.get("list", "")), path, parameters)
