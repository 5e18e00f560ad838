"""Everything that is held on one person, as plain JSON: every row that is theirs, encrypted values opened."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import LargeBinary, select
from sqlalchemy.orm import Session

from data.store.models import Comment, Theme
from data.store.personal.links import LINKS, Keys, Link, keys_of
from data.store.personal.needles import Needles
from data.store.personal.person import Held
from data.store.personal.search import KEY, search_tables
from data.store.personal.walk import SEALED
from data.store.vault import Vault

# Says nothing of the person: how a row is known again.
_LEFT_OUT = frozenset({"row_hash", "original_hash", "body_hash", "content_key"})


def told_of(session: Session, vault: Vault, held: Held) -> dict[str, Any]:
    """Give the person's rows by table, and where else their name, address or words stand.

    Other people's words that speak of them are not theirs to get: their places are counted, not shown.
    """
    keys = keys_of(session, held)
    rows = {link.table.name: _rows(session, vault, link, keys) for link in LINKS}
    themes = dict(session.execute(select(Theme.theme_key, Theme.name)).all())
    for row in (*rows["mentions"], *rows["overruled_mentions"]):
        row["theme"] = themes.get(row["theme_key"])
    return {
        "contacts": held.contacts,
        "names": held.names,
        "emails": held.emails,
        "accounts": [one for one in held.accounts if one],
        "held": rows,
        "named_elsewhere": _elsewhere(session, vault, held),
        "not_included": (
            "answers to anonymous surveys: nothing links them to a person; vectors: numbers made of the passages here"
        ),
    }


def _rows(session: Session, vault: Vault, link: Link, keys: Keys) -> list[dict[str, Any]]:
    table = link.table
    wanted = [
        column
        for column in table.columns
        if column.name not in _LEFT_OUT and (not isinstance(column.type, LargeBinary) or column.name.endswith(SEALED))
    ]
    found = []
    for condition in link.conditions(keys):
        rows = session.execute(select(*wanted).where(condition).order_by(*table.primary_key.columns)).mappings()
        found += [{_name(name): _plain(vault, name, value) for name, value in row.items()} for row in rows]
    return found


def _name(column: str) -> str:
    return column.removesuffix(SEALED)


def _plain(vault: Vault, column: str, value: Any) -> Any:  # noqa: ANN401 - a column's value
    if value is not None and column.endswith(SEALED):
        return vault.decrypt(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _elsewhere(session: Session, vault: Vault, held: Held) -> list[dict[str, Any]]:
    """Give the places outside of their rows that hold their name, address or words, with how many rows do."""
    own = {link.table.name for link in LINKS} - {Comment.__tablename__}
    found = search_tables(session, vault, Needles.of(held))
    return [
        {"place": one.place, "what": one.what, "rows": one.count}
        for one in found
        if one.place.partition(".")[0] not in own and one.what != KEY
    ]
