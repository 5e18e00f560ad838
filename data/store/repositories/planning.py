"""Append a correction and say what it reaches: which comments to rebuild, which themes change. See `corrections`."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cx.corrected import TAG_ACTIONS
from data.errors import NotFoundError
from data.store.models import Comment, CorrectedPassage, Correction, Lineage, Mention, Passage, Theme
from data.store.repositories.bulk import chunks, insert_ignore
from data.store.repositories.changes import OWN_PREFIX
from data.store.repositories.corrections import (
    CorrectionConflictError,
    CorrectionError,
    Planned,
    by_words,
    children,
    set_empty,
    speaking,
)

ACTIONS = (*TAG_ACTIONS, "rename", "define", "move", "hide", "unhide", "merge", "split", "create")


def plan(
    session: Session,
    action: str,
    *,
    actor: str,
    now: datetime,
    theme_key: str | None = None,
    comment_pk: int | None = None,
    position: int | None = None,
    payload: Mapping[str, Any] | None = None,
) -> Planned:
    """Append a correction. `payload` by action:

    tag: polarity · polarity: polarity · rename: name · define: definition, owner, action · move: parent_key (None: to
    the top) · merge: into · split: name, and comments (primary keys) or by_theme · create: name, definition, owner,
    action, parent_key, examples.

    Raises:
        NotFoundError: No such theme, comment or passage.
        CorrectionError: It makes no sense: another kind of theme, nothing to split off.
        CorrectionConflictError: The theme was merged or hidden by somebody else.
    """  # noqa: D415
    if action not in ACTIONS:
        raise CorrectionError(f"action {action!r} is not known: use {', '.join(ACTIONS)}")
    row = Correction(
        action=action,
        comment_pk=comment_pk,
        theme_key=theme_key,
        payload=dict(payload or {}),
        text_key=None,
        made_by=actor,
        made_at=now,
        undone_at=None,
        undone_by=None,
        waits=None,
    )
    if action in TAG_ACTIONS:
        return _plan_tag(session, row, position)
    makers: dict[str, Callable[[Session, Correction], Planned]] = {"merge": _plan_merge, "split": _plan_split}
    makers |= {"create": _plan_create, "move": _plan_move}
    return makers.get(action, _plan_change)(session, row)


def _theme(session: Session, key: str | None, *, hidden: bool = False) -> Theme:
    theme = session.get(Theme, key) if key else None
    if theme is None:
        raise NotFoundError(f"no theme {key!r}: GET /v1/themes and GET /v1/taxonomy list them")
    if theme.state in ("gone", "merged", "split") or (theme.state == "hidden" and not hidden):
        raise CorrectionConflictError(
            f"theme {key!r} is {theme.state}: undo that first, or take the theme that it went to"
        )
    return theme


def _plan_tag(session: Session, row: Correction, position: int | None) -> Planned:
    theme = _theme(session, row.theme_key)
    if theme.kind == "discovered" and theme.level == 0 and children(session, theme.theme_key):
        raise CorrectionError(f"{theme.theme_key!r} is a group of themes: correct the tag of one of them")
    passages = session.execute(
        select(Passage.position, Passage.text_key, Passage.id, Passage.end - Passage.start)
        .where(Passage.comment_pk == row.comment_pk)
        .order_by(Passage.position)
    ).all()
    if not passages:
        raise CorrectionError("this comment has no passages (it is not analysed yet, or in a language not covered)")
    chosen = [one for one in passages if position is None or one[0] == position]
    if not chosen:
        raise NotFoundError(f"the comment has no passage {position}: it has {len(passages)}, counted from 0")
    tagged = {pk for pk in session.scalars(_speaks(row.comment_pk or 0, theme.theme_key))}
    having = [one for one in chosen if one[2] in tagged]
    if row.action != "tag" and not having:
        raise CorrectionConflictError(f"the comment is not tagged with {theme.theme_key!r} there: nothing to change")
    row.text_key = chosen[0][1] if position is not None else None
    _clear_empty(session, row)
    session.add(row)
    session.flush()
    words = having or [max(chosen, key=lambda one: (one[3], -one[2]))]
    insert_ignore(session, CorrectedPassage, [{"correction_id": row.id, "text_key": one[1]} for one in words])
    return Planned(row, (theme.theme_key,), [row.comment_pk or 0])


def _speaks(comment_pk: int, theme_key: str) -> Any:  # noqa: ANN401 - a select
    return select(Mention.passage_id).where(Mention.comment_pk == comment_pk, Mention.theme_key == theme_key)


def _clear_empty(session: Session, row: Correction) -> None:
    """What a person tags is no empty talk."""
    reason = session.scalar(select(Comment.empty_reason).where(Comment.id == row.comment_pk))
    if row.action == "tag" and row.comment_pk is not None and reason:
        row.payload = {**row.payload, "empty_reason": reason}
        set_empty(session, row.comment_pk, None)


def _plan_change(session: Session, row: Correction) -> Planned:
    theme = _theme(session, row.theme_key, hidden=row.action in ("hide", "unhide", "rename", "define"))
    if row.action in ("hide", "unhide") and (theme.state == "hidden") is (row.action == "hide"):
        raise CorrectionConflictError(f"theme {theme.theme_key!r} is {theme.state} already")
    session.add(row)
    session.flush()
    return Planned(row, (theme.theme_key,))


def _plan_move(session: Session, row: Correction) -> Planned:
    theme, key = _theme(session, row.theme_key), row.payload["parent_key"]
    if key is not None:
        parent = _theme(session, key)
        deep = parent.parent_key is not None or children(session, theme.theme_key)
        if parent.kind != theme.kind or parent.theme_key == theme.theme_key or deep:
            raise CorrectionError(
                f"{theme.theme_key!r} can't stand under {key!r}: a parent is another theme of the same kind, and there "
                "are two levels"
            )
    session.add(row)
    session.flush()
    keys = tuple(one for one in (theme.theme_key, theme.parent_key, key) if one)
    return Planned(row, keys, accounts=speaking(session, [theme.theme_key]))


def _plan_merge(session: Session, row: Correction) -> Planned:
    theme, target = _theme(session, row.theme_key), _theme(session, row.payload["into"])
    if theme.theme_key == target.theme_key or (theme.kind, theme.level) != (target.kind, target.level):
        raise CorrectionError(
            f"{theme.theme_key!r} can't be merged into {target.theme_key!r}: take two of one kind and level"
        )
    session.add(row)
    session.flush()
    comments = list(session.scalars(select(Mention.comment_pk).where(Mention.theme_key == theme.theme_key).distinct()))
    if theme.kind == "discovered":
        _pin(session, row.id, theme.theme_key, comments)
    _note_lineage(session, row, "merged", target.theme_key)
    accounts = speaking(session, children(session, theme.theme_key))
    return Planned(row, (theme.theme_key, target.theme_key), sorted(comments), accounts=accounts)


def _plan_split(session: Session, row: Correction) -> Planned:
    theme = _theme(session, row.theme_key)
    named = row.payload.pop("comments", None)
    inside = select(Mention.comment_pk).where(Mention.theme_key == theme.theme_key)
    if named is not None:
        inside = inside.where(Mention.comment_pk.in_(named))
    else:
        other = _theme(session, row.payload.get("by_theme"))
        spoken = select(Mention.comment_pk).where(Mention.theme_key == other.theme_key)
        inside = inside.where(Mention.comment_pk.in_(spoken))
    chosen = sorted(set(session.scalars(inside)))
    if not chosen:
        raise CorrectionError(f"none of these comments speaks of {theme.theme_key!r}: there is nothing to split off")
    row.payload = {**row.payload, "into": ""}
    session.add(row)
    session.flush()
    made = own_key(theme.theme_key, row.payload["name"], row.id)
    row.payload = {**row.payload, "into": made}
    like = {"kind": theme.kind, "level": theme.level, "parent_key": theme.parent_key, "owner": theme.owner}
    add_theme(session, made, row, **like)
    _pin(session, row.id, theme.theme_key, chosen)
    _note_lineage(session, row, "split", made)
    # The same words in another comment go along: they were one passage to the model.
    reached = sorted(by_words(session, row.id, theme.theme_key))
    return Planned(row, (theme.theme_key, made), reached)


def _plan_create(session: Session, row: Correction) -> Planned:
    key = row.theme_key or ""
    if session.get(Theme, key) is not None:
        raise CorrectionConflictError(f"there is a theme {key!r} already: take another key")
    parent = row.payload.get("parent_key")
    if parent is not None and _theme(session, parent).kind != "taxonomy":
        raise CorrectionError(f"{parent!r} is no theme of the taxonomy: a parent must be one")
    session.add(row)
    session.flush()
    add_theme(session, key, row, kind="taxonomy", parent_key=parent)
    return Planned(row, (key,))


def add_theme(session: Session, key: str, row: Correction, **columns: Any) -> None:  # noqa: ANN401
    """Add a theme that a person made, with what the correction's payload says of it."""
    said = {name: row.payload[name] for name in ("definition", "owner", "action") if row.payload.get(name)}
    values = {**columns, **said}
    session.add(
        Theme(theme_key=key, name=row.payload["name"], named_by="person", updated_at=row.made_at, base=None, **values)
    )
    session.flush()


def own_key(parent: str, name: str, number: int) -> str:
    """Make a durable key for a theme that a person split off."""
    return OWN_PREFIX + hashlib.sha256(f"{parent}|{name}|{number}".encode()).hexdigest()[:12]


def _note_lineage(session: Session, row: Correction, event: str, to_key: str) -> None:
    session.add(
        Lineage(
            run_id=None,
            correction_id=row.id,
            happened_at=row.made_at,
            event=event,
            from_key=row.theme_key,
            to_key=to_key,
            share=None,
        )
    )


def _pin(session: Session, correction_id: int, theme_key: str, comments: Sequence[int]) -> None:
    """Hold the words that speak of a theme in these comments, whatever a later fit makes of them."""
    for part in chunks(comments):
        words = session.scalars(
            select(Passage.text_key)
            .join(Mention, Mention.passage_id == Passage.id)
            .where(Mention.theme_key == theme_key, Mention.comment_pk.in_(part))
            .distinct()
        )
        rows = [{"correction_id": correction_id, "text_key": key} for key in words]
        insert_ignore(session, CorrectedPassage, rows)
