"""One raw row into one canonical row with its id, or the reason why not."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import ValidationError

from data.store.repositories.imports import Incoming
from data.store.vault import Vault
from pipelines.canonical import MODELS, reason_of
from pipelines.cells import MESSAGE_TYPES, PLAIN, read_cell
from pipelines.coerce import to_text
from pipelines.fields import FIELD, ID_FIELD, TEXT_FIELD, TIME_FIELD
from pipelines.mapping import text_preview
from pipelines.plan import Plan
from pipelines.readers.table import RawRow
from pipelines.seen import SeenRows

# An id made from a row's content: 160 bits of a keyed hash.
MADE_ID_CHARS = 40
_PERSONAL = ("email", "contact_name", "subject", "messages", "commitments")
# When something was said or done: never after now.
_SAID_AT = ("responded_at", "commented_at", "noted_at", "opened_at", "solved_at")
# Fields that can't be null in a row: an empty cell is a missing value.
_NEEDED_IN_ROW = {
    "accounts": {"name"},
    "staff": {"staff_id", "name", "function"},
    "surveys": {"survey_id", "type"},
    "responses": {"survey_id"},
    "tickets": {"ticket_id"},
    "usage": {"week_start", "active_users"},
    "revenue": {"occurred_on", "kind", "amount"},
    "health": {"scored_on"},
    "handoffs": {"handed_over_on"},
}


@dataclass(frozen=True)
class Broken:
    """Why a row stays out: the cell that is wrong, as the file calls it."""

    column: str | None
    value: str | None
    reason: str
    # Another row of the file has the same id: trying again as it stands would only swap the two.
    conflict: bool = False


def read_row(plan: Plan, raw: RawRow) -> dict[str, Any] | Broken:
    """Read a row's cells and check them; gives the fields that the row speaks of."""
    values: dict[str, Any] = {}
    fields = FIELD[plan.kind]
    needed = _NEEDED_IN_ROW.get(plan.kind, set())
    for name, column in plan.columns.items():
        if column not in raw.cells:
            continue
        cell = raw.cells[column]
        try:
            value = read_cell(cell, fields[name].type, name, form=plan.formats.get(name, PLAIN))
        except ValueError as error:
            return broken(plan, name, cell, f"{error}: correct it in the file and import the file again")
        except (OverflowError, RecursionError):
            return broken(plan, name, cell, "out of range: correct it in the file and import the file again")
        if value is not None or name not in needed:
            values[name] = value
    if plan.survey and plan.kind == "responses":
        values["survey_id"] = plan.survey
    empty = _empty_key(plan, values)
    if empty:
        return broken(plan, empty, None, "empty, but needed: fill it in and import the file again")
    values = _with_message(values) if plan.kind == "tickets" else values
    return _checked(plan, values)


def _empty_key(plan: Plan, values: dict[str, Any]) -> str | None:
    """Give an id or date column that has no value in this row, though the file has the column."""
    keys = (ID_FIELD.get(plan.kind), TIME_FIELD.get(plan.kind))
    return next(
        (name for name in keys if name and name in values and values[name] is None and not _spared(name, values)), None
    )


def _spared(name: str, values: dict[str, Any]) -> bool:
    # A contact is known by its address, an account by its name, a ticket opens with its first message.
    return name in ("account_id", "opened_at") or (name == "contact_id" and bool(values.get("email")))


def _with_message(values: dict[str, Any]) -> dict[str, Any]:
    """Gather the columns of a CSV row's message."""
    if values.get("messages") is not None:
        return {name: value for name, value in values.items() if name not in MESSAGE_TYPES}
    message = {name: values.pop(name) for name in MESSAGE_TYPES if name in values}
    message = {name: value for name, value in message.items() if value is not None}
    values.pop("messages", None)
    if "body" in message:
        values["messages"] = [message]
        values["partial"] = True
    return values


def _is_future(value: object) -> bool:
    """Say whether a time has yet to come; a day of grace for clocks and zones. One such row would move every window."""
    return isinstance(value, datetime) and value > datetime.now(UTC) + timedelta(days=1)


def _checked(plan: Plan, values: dict[str, Any]) -> dict[str, Any] | Broken:
    partial = values.pop("partial", False)
    if partial:
        message = values["messages"][0]
        message.setdefault("message_id", "made")
    try:
        model = MODELS[plan.kind].model_validate(values)
    except ValidationError as error:
        place, reason = reason_of(dict(error.errors(include_url=False)[0]))
        name = place.split(".")[0]
        return broken(plan, name, values.get(name), f"{reason} ({place})" if "." in place else reason)
    checked = model.model_dump(exclude_unset=True)
    late = next((name for name in _SAID_AT if _is_future(checked.get(name))), None)
    if late:
        return broken(plan, late, values.get(late), "lies in the future: correct it in the file and import it again")
    for message in checked.get("messages") or []:
        message.setdefault("author_side", "customer")
        message.setdefault("public", True)
    return {**checked, "partial": True} if partial else checked


def broken(plan: Plan, name: str | None, cell: object, reason: str) -> Broken:
    """Say what is wrong with a row in the file's own column names; words and addresses of people are not shown."""
    hidden = name in _PERSONAL or name == TEXT_FIELD.get(plan.kind)
    hidden = hidden or (name == "name" and plan.kind in ("contacts", "staff"))
    value = None if cell is None else "(not shown)" if hidden else text_preview(cell, 200)
    return Broken(plan.columns.get(name or "", name), value, reason)


def identified(plan: Plan, values: dict[str, Any], seen: SeenRows, vault: Vault) -> dict[str, Any]:
    """Give a row its id: its own, made distinct where it is a running number, or one made from its content."""
    name = ID_FIELD.get(plan.kind)
    if plan.kind == "tickets" and values.get("partial"):
        message = values["messages"][0]
        if message["message_id"] == "made":
            content = [str(message.get("sent_at")), message["author_side"], message["body"]]
            made = vault.hash(json.dumps([values["ticket_id"], *content]))
            values = {**values, "messages": [{**message, "message_id": made[:MADE_ID_CHARS]}]}
        return values
    if name is None or plan.kind in ("accounts", "contacts", "staff", "surveys", "tickets"):
        return values
    if values.get(name):
        prefixed = f"{plan.id_prefix}/{values[name]}" if plan.id_prefix else values[name]
        return {**values, name: prefixed}
    base = vault.hash(json.dumps(_content(plan, values), default=str))
    return {**values, name: vault.hash(f"{base} {seen.count(base)}")[:MADE_ID_CHARS]}


def _content(plan: Plan, values: dict[str, Any]) -> list[Any]:
    """Give what a row without an id is known again by: who, when, what; the file too where it says neither."""
    if plan.kind not in TEXT_FIELD:
        return [plan.kind, sorted(values.items(), key=lambda item: item[0])]
    who = values.get("contact_id") or values.get("email") or values.get("account_id") or values.get("account_name")
    when = values.get(TIME_FIELD[plan.kind])
    where = None if who or when else plan.stem
    return [plan.kind, values.get("survey_id"), who, when, values.get(TEXT_FIELD[plan.kind]), where]


def row_key(plan: Plan, values: dict[str, Any]) -> str:
    """Give what may stand in a file once."""
    account = values.get("account_id") or " ".join(str(values.get("account_name")).casefold().split())
    kind = plan.kind
    if kind == "contacts":
        start = values.get("role_from") if values.get("role") else None
        return f"{values.get('contact_id') or values.get('email')}\x1f{start}"
    if kind == "accounts":
        return str(values.get("account_id") or f"name {values['name'].casefold()}")
    if kind == "staff":
        return f"{values['staff_id']}\x1f{account}"
    if kind == "usage":
        return f"{account}\x1f{values['week_start']}"
    if kind == "health":
        return f"{account}\x1f{values['scored_on']}"
    if kind == "handoffs":
        return f"{account}\x1f{values['handed_over_on']}"
    return str(values[ID_FIELD[kind]])


def content_hash(values: dict[str, Any], vault: Vault) -> str:
    """Give the keyed hash of a canonical row."""
    return vault.hash(json.dumps(values, default=str, sort_keys=True))


def incoming(plan: Plan, values: dict[str, Any], file: str, row_hash: str) -> Incoming:
    """Make what the store takes."""
    key = row_key(plan, values).replace("\x1f", " ")
    return Incoming(values, f"{file}#{key}", row_hash)


def raw_json(raw: RawRow) -> str:
    """Give a raw row as JSON, to be kept encrypted; cells of a row that could not be cut are cut short."""
    limit = 10_000 if raw.problem else None
    cells = {name: _keepable(cell, limit) for name, cell in raw.cells.items()}
    return json.dumps(cells, ensure_ascii=True, default=to_text)


def _keepable(cell: Any, limit: int | None) -> Any:  # noqa: ANN401 - a cell may be anything JSON knows
    return cell[:limit] if isinstance(cell, str) else cell
