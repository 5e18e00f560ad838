"""What a person's corrections make of the model's output: passages' themes, and themes' names and places.

Pure and repeatable: the same output and the same corrections give the same result, in whatever order corrections are
undone. Corrections apply in the order they were made, each to what the ones before it left. A decision about this very
passage goes before one that only reaches it because its words are near; of those the nearest counts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

# A comment's polarity on a theme is negative when any of its passages is; so is a passage's when two themes become one.
_WORST = {"negative": 2, "positive": 1, "neutral": 0}
TAG_ACTIONS = ("tag", "untag", "polarity")


@dataclass(frozen=True)
class Spoken:
    """A passage speaks of a theme; `correction_id` None is the model's own row."""

    theme_key: str
    kind: str
    polarity: str
    confidence: float
    said_by: str
    correction_id: int | None = None


@dataclass(frozen=True)
class Decision:
    """A correction as it reaches one passage.

    Attributes:
        correction_id: Its place in the order.
        action: tag, untag, polarity, merge (`theme_key` into `into`) or split (out of `theme_key`, to `into`).
        theme_key: The theme that it is about.
        kind: That theme's kind.
        into: Where a merge or a split leads.
        polarity: Of the tag; for merge and split what the passage has where no row says one.
        similarity: None for the passage itself, else the cosine to the corrected words.
        pinned: The passage was in the theme when it was merged or split, so it stays with the target whatever a later
            fit makes of it.
    """

    correction_id: int
    action: str
    theme_key: str
    kind: str
    into: str | None = None
    polarity: str = "neutral"
    similarity: float | None = None
    pinned: bool = False


def corrected(rows: Iterable[Spoken], decisions: Iterable[Decision]) -> list[Spoken]:
    """Give what a passage speaks of, by theme key, from the model's rows and the decisions that reach it."""
    spoken = {row.theme_key: row for row in rows}
    for decision in sorted(_in_force(list(decisions)), key=lambda one: one.correction_id):
        if decision.action in TAG_ACTIONS:
            _retag(spoken, decision)
        elif decision.into is not None:
            _move(spoken, decision)
    return [spoken[key] for key in sorted(spoken)]


def _in_force(decisions: Sequence[Decision]) -> list[Decision]:
    """Leave out learned decisions on a theme that the passage has a decision of its own on, and all but the nearest."""
    own = [one for one in decisions if one.similarity is None]
    settled = {one.theme_key for one in own if one.action in TAG_ACTIONS}
    nearest: dict[str, Decision] = {}
    for one in decisions:
        if one.similarity is None or one.theme_key in settled:
            continue
        best = nearest.get(one.theme_key)
        if best is None or (one.similarity, one.correction_id) > (best.similarity or 0.0, best.correction_id):
            nearest[one.theme_key] = one
    return own + list(nearest.values())


def _retag(spoken: dict[str, Spoken], decision: Decision) -> None:
    key, by = decision.theme_key, "person" if decision.similarity is None else "rule"
    if decision.action == "untag":
        spoken.pop(key, None)
    elif decision.action == "tag":
        sure = 1.0 if decision.similarity is None else round(decision.similarity, 4)
        spoken[key] = Spoken(key, decision.kind, decision.polarity, sure, by, decision.correction_id)
    elif key in spoken:
        changed = replace(spoken[key], polarity=decision.polarity, said_by=by, correction_id=decision.correction_id)
        spoken[key] = changed


def _move(spoken: dict[str, Spoken], decision: Decision) -> None:
    into = decision.into or decision.theme_key
    source = spoken.pop(decision.theme_key, None)
    if source is None and decision.pinned:
        if into in spoken:
            return
        source = _stand_in(spoken, decision)
    if source is None:
        return
    moved = replace(source, theme_key=into, correction_id=decision.correction_id)
    there = spoken.get(into)
    if there is not None:
        worst = max(moved.polarity, there.polarity, key=_WORST.__getitem__)
        moved = replace(moved, polarity=worst, confidence=max(moved.confidence, there.confidence))
    spoken[into] = moved


def _stand_in(spoken: dict[str, Spoken], decision: Decision) -> Spoken:
    """A later fit put the passage elsewhere: a discovered theme is taken from there; a taxonomy's tag is added."""
    elsewhere = [key for key, row in spoken.items() if row.kind == "discovered" and row.correction_id is None]
    if decision.kind == "discovered" and elsewhere:
        return spoken.pop(min(elsewhere))
    return Spoken(decision.theme_key, decision.kind, decision.polarity, 1.0, "person")


# What a person may change of a theme; the rest is the model's.
CHANGEABLE = ("name", "named_by", "definition", "owner", "action", "parent_key", "level", "state")


def folded(base: Mapping[str, Any], changes: Iterable[tuple[str, Mapping[str, Any]]]) -> dict[str, Any]:
    """Give a theme's changeable columns from what the model says of it and the (action, payload) changes, in order."""
    theme = {name: base.get(name) for name in CHANGEABLE}
    state = theme["state"]
    for action, payload in changes:
        if action == "rename":
            theme |= {"name": payload["name"], "named_by": "person"}
        elif action == "define":
            theme |= {name: payload[name] for name in ("definition", "owner", "action") if name in payload}
        elif action == "create":
            # Should a later version ship a theme of this key, the user's words stay.
            told = {name: payload[name] for name in ("definition", "owner", "action") if payload.get(name)}
            theme |= {"name": payload["name"], "named_by": "person", "parent_key": payload.get("parent_key"), **told}
        elif action == "move":
            theme["parent_key"] = payload["parent_key"]
        elif action == "merge":
            state = "merged"
        elif action == "hold" and state in ("gone", "merged", "split"):
            # Other themes were merged into it: it stays, whatever a later fit finds.
            state = "active"
        elif action in ("hide", "unhide") and state != "merged":
            state = "hidden" if action == "hide" else ("active" if base.get("state") == "hidden" else base.get("state"))
    theme["state"] = state
    return theme
