"""Jira and Jira Service Management CSV: a column a value, so that headers repeat; comments as "date;author;text".

Headers, dates ("25/Feb/26 4:38 PM") and comments with the author's account id as in an export of a cloud site that
stands in a public demo (Reporter and "Reporter Id" side by side); servers write user names instead. "Satisfaction
rating" and "Custom field (Satisfaction date)" as in exports of service projects.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pipelines.coerce import to_text, to_words
from pipelines.readers.export import Declared, Export, Part
from pipelines.readers.table import RawRow, Table, is_blank
from pipelines.times import is_time

SOURCE = "Jira"
_ALWAYS = {"Summary", "Issue key", "Issue id"}
_RATINGS = ("Satisfaction rating", "Custom field (Satisfaction rating)", "Custom field (Satisfaction)")
_RATED_AT = "Custom field (Satisfaction date)"
_COMPANIES = ("Custom field (Organizations)", "Organizations", "Custom field (Organization)")
_PARTICIPANTS = ("Custom field (Request participants)", "Request participants")
_REPEATED = re.compile(r" \(\d+\)$")
# A comment begins with when and who: neither holds a line break, and both are short.
_COMMENT = re.compile(r"^(?P<at>[^;\n]{6,40});(?P<author>[^;\n]{0,200});(?P<text>.*)$", re.DOTALL)
_SURVEY = Declared("csat-jira-service-management", "Jira Service Management satisfaction", "csat", 1, 5, True)
_NOTE = "whoever reported an issue, or takes part in the request, is taken for the customer; all others for your people"


@dataclass(frozen=True)
class _Columns:
    """The file's columns by name; a name that repeats has several."""

    of: Mapping[str, tuple[str, ...]]

    def one(self, *names: str) -> str | None:
        return next((self.of[name][0] for name in names if name in self.of), None)

    def cell(self, raw: RawRow, *names: str) -> object:
        """Give the first filled cell of columns with these names."""
        filled = (raw.cells.get(column) for name in names for column in self.of.get(name, ()))
        return next((cell for cell in filled if not is_blank(cell)), None)


def recognise(table: Table) -> Export | None:
    """Take a table with Jira's issue keys and numbers."""
    if not set(table.columns) >= _ALWAYS:
        return None
    names: dict[str, tuple[str, ...]] = {}
    for column in table.columns:
        plain = _REPEATED.sub("", column)
        key = plain if plain in table.columns else column
        names[key] = (*names.get(key, ()), column)
    columns = _Columns(names)
    parts = [_tickets(table, columns)]
    # Without a single rating there is no survey to speak of.
    if any(not is_blank(columns.cell(raw, *_RATINGS)) for raw in _rated(table, columns)):
        parts.append(_ratings(table, columns))
    return Export(SOURCE, tuple(parts), notes=(_NOTE,))


def _tickets(table: Table, columns: _Columns) -> Part:
    sources = {
        "ticket_id": "Issue key",
        "subject": "Summary",
        "agent_id": columns.one("Assignee Id", "Assignee"),
        "opened_at": columns.one("Created"),
        "solved_at": columns.one("Resolved"),
        "status": columns.one("Status"),
        "priority": columns.one("Priority"),
        **_party_sources(columns),
        "messages": " / ".join(name for name in ("Description", "Comment") if name in columns.of),
    }
    told = {field: column for field, column in sources.items() if column}
    read = set(told.values()) | set(columns.of.get("Comment", ())) | {"Description"}
    read |= {column for name in _PARTICIPANTS for column in columns.of.get(name, ())}
    read |= {column for name in (*_RATINGS, _RATED_AT, "Reporter") for column in columns.of.get(name, ())}
    unused = tuple(name for name in columns.of if name not in read)

    def cells(raw: RawRow) -> dict[str, Any]:
        own = {field: raw.cells.get(column) for field, column in told.items() if field != "messages"}
        return {**own, **_party(raw, columns), "messages": _messages(raw, columns)}

    rows = _each(table, cells, lambda _: None)
    return Part("tickets", replace(table, columns=tuple(told), read=rows, total=None), sources=told, unused=unused)


def _rated(table: Table, columns: _Columns) -> Iterator[RawRow]:
    return table.read() if columns.one(*_RATINGS) else iter(())


def _ratings(table: Table, columns: _Columns) -> Part:
    sources = {
        "response_id": "Issue key",
        "ticket_id": "Issue key",
        "agent_id": columns.one("Assignee Id", "Assignee"),
        "responded_at": columns.one(_RATED_AT, "Resolved", "Updated", "Created"),
        "score": columns.one(*_RATINGS),
        **_party_sources(columns),
    }
    told = {field: column for field, column in sources.items() if column}

    def cells(raw: RawRow) -> dict[str, Any]:
        own = {field: raw.cells.get(column) for field, column in told.items()}
        own["response_id"] = f"{to_words(own['ticket_id'])}/satisfaction"
        own["responded_at"] = columns.cell(raw, _RATED_AT, "Resolved", "Updated", "Created")
        return {**own, **_party(raw, columns), "score": columns.cell(raw, *_RATINGS)}

    rows = _each(table, cells, lambda found: "not rated" if is_blank(found["score"]) else None)
    inner = replace(table, columns=tuple(told), read=rows, total=None, notes=())
    return Part("responses", inner, (_SURVEY,), _SURVEY.survey_id, told)


def _each(
    table: Table, cells: Callable[[RawRow], dict[str, Any]], left_out: Callable[[Mapping[str, Any]], str | None]
) -> Callable[[], Iterator[RawRow]]:
    def read() -> Iterator[RawRow]:
        for raw in table.read():
            if raw.problem is not None:
                yield raw
            else:
                found = cells(raw)
                yield replace(raw, cells=found, left_out=left_out(found))

    return read


def _party_sources(columns: _Columns) -> dict[str, str | None]:
    return {
        "contact_id": columns.one("Reporter Id", "Reporter"),
        "contact_name": columns.one("Reporter"),
        "email": columns.one("Reporter Email") or columns.one("Reporter"),
        "account_name": columns.one(*_COMPANIES),
    }


def _party(raw: RawRow, columns: _Columns) -> dict[str, Any]:
    """Give who reported: by account id or user name, by address where that is what stands there."""
    name = to_words(columns.cell(raw, "Reporter") or "")
    email = columns.cell(raw, "Reporter Email") or (name if "@" in name else None)
    found = {"contact_id": columns.cell(raw, "Reporter Id") or (None if email else name or None)}
    found |= {"contact_name": None if "@" in name else name or None, "email": email}
    company = columns.cell(raw, *_COMPANIES)
    return {**found, "account_name": company} if columns.one(*_COMPANIES) else found


def _messages(raw: RawRow, columns: _Columns) -> list[dict[str, Any]]:
    key = to_words(raw.cells.get("Issue key") or "")
    customers = _customers(raw, columns)
    author = next(iter(customers), None)
    messages: list[dict[str, Any]] = []
    described = columns.cell(raw, "Description")
    if not is_blank(described):
        opened = columns.cell(raw, "Created")
        first = {"message_id": f"{key}/description", "author_side": "customer", "author_id": author}
        messages.append({**first, "sent_at": opened, "body": described})
    seen: Counter[str] = Counter()
    for column in columns.of.get("Comment", ()):
        cell = raw.cells.get(column)
        if not is_blank(cell):
            messages.append(_comment(to_text(cell), key, customers, seen))
    return [message for message in messages if not is_blank(message["body"])]


def _customers(raw: RawRow, columns: _Columns) -> list[str]:
    """Give who speaks for the customer: the reporter, by id and by name, and those who take part in the request."""
    said = [columns.cell(raw, "Reporter Id"), columns.cell(raw, "Reporter")]
    said += [raw.cells.get(column) for name in _PARTICIPANTS for column in columns.of.get(name, ())]
    return list(dict.fromkeys(word for cell in said for word in _names(cell)))


def _names(cell: object) -> Sequence[str]:
    return [] if is_blank(cell) else [name for part in to_words(cell).split(",") if (name := part.strip())]


def _comment(cell: str, key: str, customers: Sequence[str], seen: Counter[str]) -> dict[str, Any]:
    """Read a comment; one without its author is nobody's words."""
    match = _COMMENT.match(cell)
    if match is None or not is_time(match["at"]):
        return {"message_id": _id(key, cell, seen), "author_side": "system", "body": cell}
    author = match["author"].strip()
    side = "customer" if author in customers else "vendor"
    own = {"message_id": _id(key, f"{match['at']};{author}", seen), "author_side": side, "author_id": author or None}
    return {**own, "sent_at": match["at"].strip(), "body": match["text"].strip()}


def _id(key: str, said: str, seen: Counter[str]) -> str:
    """Make an id that stays when comments are added: when, who, and the how manieth of them."""
    seen[said] += 1
    made = hashlib.sha256(f"{said}\x1f{seen[said]}".encode("utf-8", "replace")).hexdigest()[:12]
    return f"{key}/{made}"
