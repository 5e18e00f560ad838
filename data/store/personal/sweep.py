"""Take a person's name, addresses and words out of all other rows: notes, saved searches, the audit trail, jobs."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Column, Table, and_, delete, select, update
from sqlalchemy.orm import Session

from data.store.models import Comment, Mention, Original, Passage
from data.store.personal.erase import delete_orphans
from data.store.personal.needles import GONE, GONE_IN_WORDS, Needles, leaves, scrubbed
from data.store.personal.person import Held
from data.store.personal.walk import Row, batches, closed, tables, wordy
from data.store.repositories.preparation import mark_stale
from data.store.unit_of_work import Store
from data.store.vault import Vault

# Who somebody is: a row here that bears the same name or address is somebody else, or is to be forgotten too.
PEOPLE = frozenset({"contacts", "contact_roles", "staff", "persons", "accounts", "surveys"})
# Other people's words: only names and addresses go, for two people may say the same.
SPOKEN = frozenset({"comments", "originals", "passage_texts", "ticket_messages", "tickets"})
# Handled by whoever holds the comment.
_DERIVED = frozenset({"passage_texts"})


def sweep(
    store: Store,
    vault: Vault,
    held: Held,
    needles: Needles,
    *,
    scrub_own: Callable[[str, str], str],
    begin: Any,  # noqa: ANN401
) -> dict[str, int]:
    """Go through every table, a batch a commit; done twice it changes nothing more.

    Args:
        store: The store.
        vault: Opens and closes what is encrypted.
        held: Whose rows they were.
        needles: What to look for everywhere.
        scrub_own: (text, what to put there) -> the text of their own account without the person: a first name alone
            is theirs there.
        begin: Gives a session that writes and leaves no traces of what it deletes.

    Returns:
        Rows changed, by table.
    """
    changed: dict[str, int] = {}
    for table in tables():
        columns = wordy(table)
        if table.name in PEOPLE | _DERIVED or not columns:
            continue
        sweeper = _Sweeper(table, columns, held, needles, scrub_own)
        with store.read() as reading:
            for batch in batches(reading, vault, table, columns):
                rows = [(row, change) for row in batch if (change := sweeper.change(row))]
                if rows:
                    with begin() as session:
                        for row, change in rows:
                            _apply(session, vault, table, row.key, change)
                    changed[table.name] = changed.get(table.name, 0) + len(rows)
    return changed


class _Sweeper:
    """Says what has to change in the rows of one table."""

    def __init__(
        self,
        table: Table,
        columns: list[Column[Any]],
        held: Held,
        needles: Needles,
        scrub_own: Callable[[str, str], str],
    ) -> None:
        self._table, self._columns = table, columns
        self._held, self._needles, self._scrub_own = held, needles, scrub_own
        spoken = table.name in SPOKEN
        self._gone = GONE_IN_WORDS if spoken else GONE
        self._anywhere = Needles(needles.names, needles.emails) if spoken else needles
        self._fixed = {key.name for key in table.primary_key.columns} | {"comment_id", "origin_id", "signal_key"}

    def change(self, row: Row) -> dict[str, Any] | None:
        """Give the columns to set; an empty key alone means that the row goes."""
        if self._table.name == "quarantine" and self._is_theirs(row):
            return {"": None}
        own = row.account is not None and row.account in self._held.accounts
        found = {}
        for column in self._columns:
            value = row.values[column.name]
            if value is None or column.name in self._fixed:
                continue
            if column.name == "payload_encrypted" and isinstance(value, list):
                new: Any = [one for one in value if not self._names(one)]
            else:
                new = scrubbed(value, lambda text: self._scrub(text, own))
            if new != value:
                found[column.name] = new
        return found or None

    def _scrub(self, text: str, own: bool) -> str:
        text = self._anywhere.scrub(text, gone=self._gone)
        return self._scrub_own(text, self._gone) if own else text

    def _is_theirs(self, row: Row) -> bool:
        """Say whether a row that was set aside bears a key of theirs where its file has such keys, or their name."""
        cells, plan = row.values["row_encrypted"] or {}, row.values["mapping"] or {}
        return self._names(cells) or self._bears(cells, plan.get("columns") or {})

    def _bears(self, cells: Mapping[str, Any], columns: Mapping[str, str]) -> bool:
        contacts = {str(cells.get(columns.get(name, ""))) for name in ("contact_id", "author_id")}
        return bool(contacts & set(self._held.contacts))

    def _names(self, value: object) -> bool:
        """Say whether a JSON value holds any key, name, address or words of theirs."""
        if isinstance(value, dict) and isinstance(value.get("values"), dict):
            row = value["values"]
            if any(str(row.get(name)) in self._needles.keys.get(name, ()) for name in row):
                return True
        return any(self._needles.scrub(leaf) != leaf for leaf in leaves(value))


def _apply(session: Session, vault: Vault, table: Table, key: Mapping[str, Any], change: Mapping[str, Any]) -> None:
    here = and_(*(table.c[name] == value for name, value in key.items()))
    if "" in change:
        session.execute(delete(table).where(here))
        return
    values = {name: closed(vault, name, value) for name, value in change.items()}
    session.execute(update(table).where(here).values(**values))
    if table.name == "comments" and "text" in change:
        _send_back(session, vault, key["id"])


def _send_back(session: Session, vault: Vault, pk: Any) -> None:  # noqa: ANN401 - a primary key
    """Have a comment of somebody else read again, whose words were changed; its passages held the name too."""
    comment = session.get_one(Comment, pk)
    keys = list(session.scalars(select(Passage.text_key).where(Passage.comment_pk == pk)))
    session.execute(delete(Mention).where(Mention.comment_pk == pk))
    session.execute(delete(Passage).where(Passage.comment_pk == pk))
    if session.get(Original, pk) is None:
        # Originals are not kept: its redacted words are what it is read again from.
        session.add(Original(comment_pk=pk, body_encrypted=vault.encrypt(comment.text or "")))
    comment.prepared_with = comment.tagged_with = comment.sentiment = comment.content_key = None
    session.flush()
    delete_orphans(session, keys)
    mark_stale(session, [comment.account_id or ""])
