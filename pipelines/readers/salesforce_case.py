"""Salesforce cases as CSV with the object's field names: what SOQL, Data Loader and the weekly export write.

Field names as the object has them (dbt and SOQL in public repositories: CaseNumber, SuppliedEmail, SuppliedCompany,
ContactEmail, ...). The labels of a report ("Case Number") are not confirmed: the generic reader takes those.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from pipelines.coerce import to_words
from pipelines.readers.export import Export, Part
from pipelines.readers.table import RawRow, Table, is_blank

SOURCE = "Salesforce"
# Field -> the object's fields, the first filled one counts. Case does not matter: Data Loader writes capitals.
_FIELDS = {
    "ticket_id": ("CaseNumber",),
    "account_id": ("AccountId",),
    "account_name": ("Account.Name", "SuppliedCompany"),
    "contact_id": ("ContactId",),
    "email": ("ContactEmail", "Contact.Email", "SuppliedEmail"),
    "contact_name": ("Contact.Name", "SuppliedName"),
    "subject": ("Subject",),
    "agent_id": ("OwnerId",),
    "opened_at": ("CreatedDate",),
    "solved_at": ("ClosedDate",),
    "status": ("Status",),
    "priority": ("Priority",),
}
_OF_THE_OBJECT = {"id", "accountid", "contactid", "ownerid", "createddate", "closeddate", "suppliedemail", "isclosed"}
_NOTE = "a case's description is taken for the customer's words; comments on cases are another object's rows"


def recognise(table: Table) -> Export | None:
    """Take a table with CaseNumber, the description, and two more fields that only the object has."""
    by_lower = {column.lower(): column for column in table.columns}
    if not {"casenumber", "description"} <= by_lower.keys() or len(_OF_THE_OBJECT & by_lower.keys()) < 2:
        return None
    columns = {
        field: tuple(by_lower[name.lower()] for name in names if name.lower() in by_lower)
        for field, names in _FIELDS.items()
    }
    columns = {field: found for field, found in columns.items() if found}
    description, deleted = by_lower["description"], by_lower.get("isdeleted")

    def rows() -> Iterator[RawRow]:
        for raw in table.read():
            yield raw if raw.problem is not None else _row(raw, columns, description, deleted)

    sources = {**{field: " / ".join(found) for field, found in columns.items()}, "messages": description}
    used = {column for found in columns.values() for column in found} | {description, deleted}
    unused = tuple(column for column in table.columns if column not in used)
    inner = replace(table, columns=(*columns, "messages"), read=rows, total=None)
    return Export(SOURCE, (Part("tickets", inner, sources=sources, unused=unused),), notes=(_NOTE,))


def _row(raw: RawRow, columns: dict[str, tuple[str, ...]], description: str, deleted: str | None) -> RawRow:
    cells: dict[str, Any] = {
        field: next((cell for column in found if not is_blank(cell := raw.cells.get(column))), None)
        for field, found in columns.items()
    }
    body = raw.cells.get(description)
    message = {
        "message_id": f"{to_words(cells['ticket_id'] or '')}/description",
        "author_side": "customer",
        "author_id": cells.get("contact_id"),
        "sent_at": cells.get("opened_at"),
        "body": body,
    }
    gone = deleted is not None and to_words(raw.cells.get(deleted) or "").lower() in ("true", "1")
    messages = [] if is_blank(body) else [message]
    return replace(raw, cells={**cells, "messages": messages}, left_out="deleted in Salesforce" if gone else None)
