"""Saved views: kept for the key that made them, or for all keys that may see as much as it does."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from data.errors import DataError, NotFoundError
from data.store.models import SavedView
from data.store.repositories.keys import KeyInfo

# Of one key: enough for a person, too few to fill a disk with.
MOST_VIEWS = 200


class ViewLimitError(DataError, ValueError):
    """A key has as many views as it may."""


@dataclass(frozen=True)
class ViewDraft:
    """What a caller says of a view."""

    name: str
    page: str
    parameters: Mapping[str, Any]
    shared: bool = False


@dataclass(frozen=True)
class View:
    """A saved view as its reader sees it; `own`: the reader's key made it."""

    view_id: str
    name: str
    page: str
    parameters: dict[str, Any]
    shared: bool
    own: bool
    created_at: datetime
    updated_at: datetime


def list_views(session: Session, caller: KeyInfo, *, page: str | None = None) -> list[View]:
    """List the views that a key sees, by name, then by id."""
    statement = select(SavedView).where(or_(SavedView.owner == caller.key_id, SavedView.shared.is_(True)))
    if page is not None:
        statement = statement.where(SavedView.page == page)
    rows = session.scalars(statement.order_by(func.lower(SavedView.name), SavedView.view_id))
    return [_view(row, caller) for row in rows if _sees(row, caller)]


def get_view(session: Session, caller: KeyInfo, view_id: str) -> View:
    """Give one view.

    Raises:
        NotFoundError: There is none that the key sees.
    """
    return _view(_row(session, caller, view_id), caller)


def add_view(session: Session, caller: KeyInfo, draft: ViewDraft, *, now: datetime) -> View:
    """Save a view.

    Raises:
        ViewLimitError: The key has as many as it may.
    """
    own = session.scalar(select(func.count()).where(SavedView.owner == caller.key_id)) or 0
    if own >= MOST_VIEWS:
        raise ViewLimitError(f"this key has {own} views, the most there may be: delete one first")
    row = SavedView(
        view_id="view_" + secrets.token_hex(8), owner=caller.key_id, created_at=now, updated_at=now, **_said(draft)
    )
    row.accounts = _accounts(caller)
    session.add(row)
    session.flush()
    return _view(row, caller)


def replace_view(session: Session, caller: KeyInfo, view_id: str, *, draft: ViewDraft, now: datetime) -> View:
    """Replace what a view holds; only its owner may.

    Raises:
        NotFoundError: There is none of the key's own.
    """
    row = _row(session, caller, view_id, own=True)
    for name, value in _said(draft).items():
        setattr(row, name, value)
    # What a key saw when it wrote this: a name may hold what it saw.
    row.accounts, row.updated_at = _accounts(caller), now
    session.flush()
    return _view(row, caller)


def delete_view(session: Session, caller: KeyInfo, view_id: str) -> View:
    """Delete a view; its owner may, and an admin of all accounts where it is shared.

    Raises:
        NotFoundError: There is none that the key may delete.
    """
    admin = caller.role == "admin" and caller.accounts is None
    row = _row(session, caller, view_id, own=not admin)
    view = _view(row, caller)
    session.delete(row)
    session.flush()
    return view


def _row(session: Session, caller: KeyInfo, view_id: str, *, own: bool = False) -> SavedView:
    row = session.get(SavedView, view_id)
    if row is None or not _sees(row, caller):
        raise NotFoundError(f"no view {view_id!r}: GET /v1/views lists those that you may see")
    if own and row.owner != caller.key_id:
        raise NotFoundError(f"view {view_id!r} is not yours: save it under a name of your own with POST /v1/views")
    return row


def _sees(row: SavedView, caller: KeyInfo) -> bool:
    if row.owner == caller.key_id:
        return True
    if not row.shared:
        return False
    return caller.accounts is None or (row.accounts is not None and set(row.accounts) <= set(caller.accounts))


def _said(draft: ViewDraft) -> dict[str, Any]:
    return {
        "name": draft.name,
        "page": draft.page,
        "parameters": dict(draft.parameters),
        "shared": draft.shared,
    }


def _accounts(caller: KeyInfo) -> list[Any] | None:
    return None if caller.accounts is None else list(caller.accounts)


def _view(row: SavedView, caller: KeyInfo) -> View:
    return View(
        row.view_id,
        row.name,
        row.page,
        dict(row.parameters),
        row.shared,
        row.owner == caller.key_id,
        row.created_at,
        row.updated_at,
    )
