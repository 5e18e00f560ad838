"""Write down everything that is held on one person, for a request for access."""

from typing import Any

from data.store.personal.person import find_contacts, held_of
from data.store.personal.plans import contact_mark
from data.store.personal.told import told_of
from data.store.repositories.audit import record
from pipelines.stage import COMMAND_LINE, Bench


def export_person(bench: Bench, *, contact_id: str | None = None, email: str | None = None) -> dict[str, Any]:
    """Give all rows of a person as JSON; noted in the audit trail, without their name.

    Raises:
        NotFoundError: Nobody has this id or address.
    """
    now = bench.clock()
    with bench.store.read() as session:
        contacts = find_contacts(session, contact_id=contact_id, email=email)
        told = told_of(session, bench.vault, held_of(session, bench.vault, contacts))
    with bench.store.write() as session:
        detail = {"contact_hash": contact_mark(bench.vault, contacts[0])}
        record(session, actor=COMMAND_LINE, action="export person", detail=detail, now=now)
    return {"made_at": now.isoformat(), **told}
