"""The tables as values that can be compared: no running numbers, no import times, encrypted cells opened."""

from typing import Any

from sqlalchemy import select

from data.store.models import Base, Comment, Original
from data.store.unit_of_work import Store
from data.store.vault import Vault

TABLES = (
    "accounts staff contacts contact_roles surveys responses tickets ticket_messages comments weekly_usage "
    "revenue_events health_scores opportunities handoffs commitments quarantine stale_accounts"
).split()
LEFT_OUT = {"id", "imported_at", "origin", "row_hash", "set_aside_at", "settled_at", "stamp"}


def dump(store: Store, vault: Vault) -> dict[str, list[dict[str, Any]]]:
    """Give every table's rows, sorted."""
    found: dict[str, list[dict[str, Any]]] = {}
    with store.read() as session:
        for name in TABLES:
            rows = [dict(row) for row in session.execute(select(Base.metadata.tables[name])).mappings()]
            found[name] = sorted((_plain(row, vault) for row in rows), key=repr)
        texts = session.execute(
            select(Comment.comment_id, Original.body_encrypted).join(Comment, Comment.id == Original.comment_pk)
        )
        found["originals"] = sorted(({"id": i, "body": vault.decrypt(body)} for i, body in texts), key=repr)
    return found


def _plain(row: dict[str, Any], vault: Vault) -> dict[str, Any]:
    kept = {key: value for key, value in row.items() if key not in LEFT_OUT}
    return {k: vault.decrypt(v) if k.endswith("_encrypted") and v is not None else v for k, v in kept.items()}


def comments(store: Store) -> dict[str, Comment]:
    """Give the comments by comment_id."""
    with store.read() as session:
        found = {comment.comment_id: comment for comment in session.scalars(select(Comment))}
        session.expunge_all()
    return found
