"""The taxonomy in force: what ships, with the user's edits above it, and the user's own themes.

An edit is kept as corrections (rename, define, move, hide, create), so that each can be taken back, an upgrade brings
new shipped themes and wordings in, and the user's own words win.
"""

import hashlib
import json
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.store.models import Correction, Theme
from data.store.repositories.corrections import CorrectionConflictError, CorrectionError, Planned, apply
from data.store.repositories.planning import plan
from data.store.repositories.runs import get_fact, put_fact

SHIPPED, ORDER, OWN = "taxonomy_shipped", "taxonomy_order", "own_themes"
_FIELDS = ("definition", "owner", "action")


@dataclass(frozen=True)
class Entry:
    """A theme of the taxonomy. `examples` are texts that a user gave; shipped themes have their own elsewhere."""

    key: str
    name: str
    definition: str
    owner: str
    action: str
    parent_key: str | None = None
    examples: tuple[str, ...] = ()
    state: str = "active"
    shipped: bool = True
    changed: bool = False

    @property
    def mark(self) -> str:
        """Names what finding the theme depends on."""
        return hashlib.sha256(json.dumps([self.name, self.definition, self.examples]).encode()).hexdigest()[:16]


def note_shipped(session: Session, keys: Sequence[str], *, now: datetime) -> None:
    """Keep the order in which the shipped themes stand; written only when it changed."""
    if get_fact(session, SHIPPED) != {"keys": list(keys)}:
        put_fact(session, SHIPPED, {"keys": list(keys)}, now=now)


def read_taxonomy(session: Session) -> list[Entry]:
    """Give the taxonomy in its order: the user's, then what shipped since, then the rest by key."""
    made, examples = _made(session)
    entries = {
        theme.theme_key: Entry(
            key=theme.theme_key,
            name=theme.name,
            definition=theme.definition or "",
            owner=theme.owner or "",
            action=theme.action or "",
            parent_key=theme.parent_key,
            examples=tuple(examples.get(theme.theme_key, ())),
            state=theme.state,
            shipped=theme.theme_key not in made,
            changed=theme.base is not None,
        )
        for theme in session.scalars(select(Theme).where(Theme.kind == "taxonomy").order_by(Theme.theme_key))
    }
    order = [key for name in (ORDER, SHIPPED) for key in (get_fact(session, name) or {}).get("keys", ())]
    return [entries[key] for key in dict.fromkeys([*order, *entries]) if key in entries]


def version_of(entries: Sequence[Entry]) -> str:
    """Name a state of the taxonomy: two equal versions are the same list."""
    return hashlib.sha256(repr(list(entries)).encode()).hexdigest()[:16]


def own_entries(session: Session) -> list[Entry]:
    """Give the themes that the user added and that runs look for: also hidden ones, so that they come back whole."""
    created = _created(session)
    return [one for one in read_taxonomy(session) if one.key in created]


def _created(session: Session) -> set[str | None]:
    made = select(Correction.theme_key).where(Correction.action == "create", Correction.undone_at.is_(None))
    return set(session.scalars(made))


def waiting_keys(session: Session) -> list[str]:
    """Give the user's themes that the next run looks for in all comments: new ones, and those told otherwise since."""
    known = (get_fact(session, OWN) or {}).get("themes", {})
    return [one.key for one in own_entries(session) if known.get(one.key, {}).get("mark") != one.mark]


def replace_taxonomy(
    session: Session, wanted: Sequence[Entry], *, remove: Sequence[str], actor: str, now: datetime
) -> list[Planned]:
    """Bring the taxonomy to a list; each difference becomes a correction.

    Raises:
        CorrectionError: A key stands twice, a theme is left out without being named in `remove`, or a shipped theme
            gets examples.
        CorrectionConflictError: A theme that others merged, or no run brought the shipped themes yet.
    """
    current = {one.key: one for one in read_taxonomy(session)}
    if not current:
        raise CorrectionConflictError("there is no taxonomy yet: the first run brings the shipped themes; run it first")
    _check(current, wanted, remove, own=_created(session))
    made: list[Planned] = []

    def do(action: str, key: str, payload: Mapping[str, Any] | None = None) -> None:
        planned = plan(session, action, actor=actor, now=now, theme_key=key, payload=payload)
        apply(session, planned, now=now)
        made.append(planned)

    for one in sorted(wanted, key=lambda entry: entry.parent_key is not None):
        if one.key not in current:
            told = {name: getattr(one, name) for name in ("name", *_FIELDS, "parent_key")}
            do("create", one.key, {**told, "examples": list(one.examples)})
        else:
            for action, payload in _differences(current[one.key], one):
                do(action, one.key, payload)
    for key in remove:
        if current[key].state != "hidden":
            do("hide", key)
    keys = [one.key for one in wanted]
    if [key for key in current if key in keys] != keys:
        put_fact(session, ORDER, {"keys": keys}, now=now)
    return made


def _check(
    current: Mapping[str, Entry], wanted: Sequence[Entry], remove: Sequence[str], *, own: Container[str | None]
) -> None:
    keys = [one.key for one in wanted]
    doubled = sorted({key for key in keys if keys.count(key) > 1} | (set(keys) & set(remove)))
    if doubled:
        raise CorrectionError(f"keys {', '.join(doubled)} stand twice: name each once, in themes or in remove")
    unknown = sorted(set(remove) - set(current))
    if unknown:
        raise CorrectionError(f"remove names {', '.join(unknown)}, which the taxonomy does not have")
    lost = sorted(key for key, one in current.items() if one.state == "active" and key not in {*keys, *remove})
    if lost:
        raise CorrectionError(f"themes {', '.join(lost)} are left out: give them too, or name them in remove")
    for one in wanted:
        known = current.get(one.key)
        if known is not None and one.key not in own and one.examples != known.examples:
            raise CorrectionError(f"{one.key!r} has its own examples: it learns from corrected tags of comments")
        if known is not None and "merged" in (known.state, one.state) and known.state != one.state:
            raise CorrectionConflictError(f"theme {one.key!r} is {known.state}, not {one.state}: undo or merge it")
        if known is None and not (one.definition or one.examples):
            raise CorrectionError(f"{one.key!r} is new: give it a definition or examples, or no run can find it")


def _differences(old: Entry, new: Entry) -> list[tuple[str, dict[str, Any] | None]]:
    found: list[tuple[str, dict[str, Any] | None]] = []
    if old.state == "merged":
        return found
    if old.state != new.state:
        found.append(("hide" if new.state == "hidden" else "unhide", None))
    if old.name != new.name:
        found.append(("rename", {"name": new.name}))
    told: dict[str, Any] = {name: getattr(new, name) for name in _FIELDS if getattr(new, name) != getattr(old, name)}
    if old.examples != new.examples:
        told["examples"] = list(new.examples)
    if told:
        found.append(("define", told))
    if old.parent_key != new.parent_key:
        found.append(("move", {"parent_key": new.parent_key}))
    return found


def _made(session: Session) -> tuple[set[str], dict[str, list[str]]]:
    """Give the keys that a user made, and the examples in force by key."""
    rows = session.execute(
        select(Correction.theme_key, Correction.action, Correction.payload)
        .where(Correction.action.in_(("create", "define", "split")), Correction.undone_at.is_(None))
        .order_by(Correction.id)
    )
    made: set[str] = set()
    examples: dict[str, list[str]] = {}
    for key, action, payload in rows:
        if action == "create":
            made.add(key)
        if action == "split":
            made.add(payload["into"])
        if "examples" in payload:
            examples[key] = payload["examples"]
    return made, examples
