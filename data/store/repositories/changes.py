"""Themes as people changed them: the model's or the shipped columns are kept in `base`, and folded with the changes."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from cx.corrected import CHANGEABLE, folded
from data.store.models import Correction, Theme
from data.store.repositories.effective import live_merges

# Corrections that change a theme's own columns.
THEME_ACTIONS = ("create", "rename", "define", "move", "hide", "unhide", "merge")
OWN_PREFIX = "own-"


def refold(session: Session, *, now: datetime) -> None:
    """Bring every changed theme in step with what the model says and what people decided; the others are left alone."""
    changes = _changes(session)
    merged = {merge.theme_key: merge.into for merge in live_merges(session)}
    wanted = or_(Theme.base.is_not(None), Theme.theme_key.in_({*changes, *merged, *merged.values()}))
    for theme in session.scalars(select(Theme).where(wanted).order_by(Theme.theme_key)):
        own = changes.get(theme.theme_key, [])
        if theme.theme_key in merged.values():
            own = [("hold", {}), *own]
        if theme.theme_key in merged and not any(action == "merge" for action, _ in own):
            own = [*own, ("merge", {})]
        _fold(theme, own, now=now)
    session.flush()
    _settle_parents(session, merged, now=now)


def _fold(theme: Theme, own: list[tuple[str, Mapping[str, Any]]], *, now: datetime) -> None:
    base = theme.base or {name: getattr(theme, name) for name in CHANGEABLE}
    values = folded(base, own)
    theme.base = dict(base) if own else None
    if any(getattr(theme, name) != value for name, value in values.items()):
        for name, value in values.items():
            setattr(theme, name, value)
        theme.updated_at = now


def _settle_parents(session: Session, merged: Mapping[str, str], *, now: datetime) -> None:
    """A theme under a merged parent stands under its target; one moved under a parent that ended goes back."""
    states = {key: state for key, state in session.execute(select(Theme.theme_key, Theme.state))}
    for theme in session.scalars(select(Theme).where(Theme.parent_key.is_not(None)).order_by(Theme.theme_key)):
        parent, seen = theme.parent_key, set()
        while parent is not None and parent in merged and parent not in seen:
            seen.add(parent)
            parent = merged[parent]
        if theme.base is not None and states.get(parent or "") not in ("active", "hidden"):
            parent = theme.base.get("parent_key")
        if parent != theme.parent_key:
            if theme.base is None:
                theme.base = {name: getattr(theme, name) for name in CHANGEABLE}
            theme.parent_key, theme.updated_at = parent, now
    session.flush()


def _changes(session: Session) -> dict[str, list[tuple[str, Mapping[str, Any]]]]:
    rows = session.execute(
        select(Correction.theme_key, Correction.action, Correction.payload)
        .where(Correction.action.in_(THEME_ACTIONS), Correction.undone_at.is_(None), Correction.theme_key.is_not(None))
        .order_by(Correction.id)
    )
    found: dict[str, list[tuple[str, Mapping[str, Any]]]] = defaultdict(list)
    for key, action, payload in rows:
        found[key].append((action, payload))
    return found


def drop_theme(session: Session, key: str) -> None:
    """Delete a theme that a person made, once its making is undone; nothing speaks of it any more."""
    session.execute(delete(Theme).where(Theme.theme_key == key))
