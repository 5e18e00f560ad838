"""Make a correction or take it back, and say what that changes; a preview does the same and then rolls back."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Depends, Request

from api.access import CallerDep
from api.errors import ForbiddenError
from api.schemas.corrections import (
    CommentChangeOut,
    CorrectionIn,
    CorrectionMade,
    CorrectionOut,
    ThemeChangeOut,
    ThemeReachOut,
)
from api.settings import ApiSettings
from cx.corrected import TAG_ACTIONS
from data.store.queries.corrections import (
    TaggedComment,
    ThemeReach,
    comment_pk,
    comment_pks,
    list_corrections,
    reach_of,
    tagged_comments,
    theme_reach,
)
from data.store.queries.slices import Slice
from data.store.queries.themes import theme_info
from data.store.repositories.audit import record
from data.store.repositories.corrections import Planned, apply
from data.store.repositories.keys import KeyInfo
from data.store.repositories.planning import plan
from data.store.unit_of_work import Session, Store

LEARNS = "The next run lets passages in nearly the same words follow (cosine from .85, same negations and numbers)."
_NEXT = {
    **dict.fromkeys(TAG_ACTIONS, LEARNS),
    "merge": "What later runs find of it is counted with its target.",
    "split": "Later runs keep these comments in the new theme; nearly the same words follow.",
}


# After every record: what a correction reaches does not depend on a day.
_EVER = datetime(2200, 1, 1, tzinfo=UTC)


def get_scope(request: Request, caller: CallerDep) -> Slice:
    """Give what the caller may see, of all times."""
    settings: ApiSettings = request.app.state.settings
    return Slice(
        as_of=_EVER,
        accounts=caller.accounts,
        scope=caller.accounts,
        anonymous_min_group=settings.anonymous_min_group,
    )


ScopeDep = Annotated[Slice, Depends(get_scope)]


def check_role(caller: KeyInfo, action: str) -> None:
    """Check that a key may make a correction.

    Raises:
        ForbiddenError: Viewers make none; keys of some accounts, and csm keys, correct tags and polarities only.
    """
    if caller.role == "viewer":
        raise ForbiddenError("a viewer's key changes nothing: this needs a csm, analyst or admin key")
    if action not in TAG_ACTIONS and (caller.role == "csm" or caller.accounts is not None):
        raise ForbiddenError(
            "themes are everybody's: this needs an analyst's or admin's key for all accounts; "
            "yours corrects tags and polarities of its own accounts"
        )


def planner(wanted: CorrectionIn, filters: Slice, *, actor: str, now: datetime) -> Callable[[Session], Planned]:
    """Give the function that appends a correction as it is asked for."""

    def make(session: Session) -> Planned:
        if filters.scope is not None:
            theme_info(session, wanted.theme_key, filters=filters)
        pk = None if wanted.comment_id is None else comment_pk(session, filters, wanted.comment_id)
        return plan(
            session,
            wanted.action,
            actor=actor,
            now=now,
            theme_key=wanted.theme_key,
            comment_pk=pk,
            position=wanted.passage,
            payload=_payload(session, filters, wanted),
        )

    return make


def _payload(session: Session, filters: Slice, wanted: CorrectionIn) -> dict[str, Any]:
    given = wanted.model_dump(
        include={"polarity", "name", "into", "by_theme", "definition", "owner"}, exclude_none=True
    )
    if wanted.responds_with is not None:
        given["action"] = wanted.responds_with
    if wanted.action == "move":
        given["parent_key"] = wanted.parent_key
    if wanted.comment_ids is not None:
        given["comments"] = comment_pks(session, filters, wanted.comment_ids)
    return given


def carry_out(
    store: Store,
    planned_by: Callable[[Session], Planned],
    filters: Slice,
    *,
    caller: KeyInfo,
    now: datetime,
    preview: bool = False,
) -> CorrectionMade:
    """Make a correction (or undo) in one transaction with its row in the audit trail, and say what it changed."""
    with store.write() as session:
        # Themes and counts as they stand now: the plan itself changes no count.
        planned, before = _looked(session, planned_by, filters)
        shown = tagged_comments(session, filters, planned.comments)
        done = apply(session, planned, now=now)
        changed = planned.comments if planned.waits else sorted(done.comments)
        after = {one.key: one for one in theme_reach(session, filters, planned.keys)}
        later = tagged_comments(session, filters, planned.comments)
        comments, accounts = reach_of(session, filters, changed, done.accounts)
        row = list_corrections(session, filters, only=planned.correction.id, limit=1).rows
        if preview:
            session.rollback()
        else:
            word = "undo correction" if planned.undo else "correct"
            detail = {"correction": planned.correction.id, "action": planned.correction.action}
            detail |= {"theme": planned.correction.theme_key, "comments": len(changed)}
            record(session, actor=caller.key_id, action=word, detail=detail, now=now)
        return CorrectionMade(
            preview=preview,
            correction=CorrectionOut.model_validate(row[0]) if row and not preview else None,
            comments=comments,
            accounts=accounts,
            themes=_changes(planned.keys, before, after),
            sample=_sample(shown, later),
            at_once=_at_once(planned, comments, done.uncounted),
            next_run=_next_run(planned, comments, done.uncounted),
            undo=None if preview or planned.undo else f"DELETE /v1/corrections/{planned.correction.id}",
        )


def _looked(
    session: Session, planned_by: Callable[[Session], Planned], filters: Slice
) -> tuple[Planned, dict[str, ThemeReach]]:
    """Plan, and count the themes as they stood: a plan changes no mention, and the theme that it adds is new."""
    planned = planned_by(session)
    row = planned.correction
    made = {"split": row.payload.get("into"), "create": row.theme_key}.get(row.action)
    keys = [key for key in planned.keys if planned.undo or key != made]
    return planned, {one.key: one for one in theme_reach(session, filters, keys)}


def _changes(keys: Sequence[str], before: dict[str, ThemeReach], after: dict[str, ThemeReach]) -> list[ThemeChangeOut]:
    def shown(one: ThemeReach | None) -> ThemeReachOut | None:
        return None if one is None else ThemeReachOut.model_validate(one)

    return [
        ThemeChangeOut(key=key, before=shown(before.get(key)), after=shown(after.get(key)))
        for key in dict.fromkeys(keys)
    ]


def _sample(before: list[TaggedComment], after: list[TaggedComment]) -> list[CommentChangeOut]:
    themes = {one.comment_id: one.themes for one in after}
    return [
        CommentChangeOut(
            comment_id=one.comment_id, text=one.text, before=one.themes, after=themes.get(one.comment_id, [])
        )
        for one in before
    ]


def _at_once(planned: Planned, comments: int, uncounted: int) -> str:
    if planned.waits:
        return "Names and places of themes; the comments move with the next run."
    if uncounted:
        return f"Themes, lists and {comments} comments; counts follow with the next run."
    return f"Everything that is read: themes, counts and {comments} comments."


def _next_run(planned: Planned, comments: int, uncounted: int) -> str:
    if planned.waits:
        return f"Moves {comments} comments; until then the counts are those before."
    counts = f"Counts {uncounted} accounts again. " if uncounted else ""
    if planned.undo:
        return counts or "What had followed it went back with it; nothing is left to do."
    return counts + _NEXT.get(planned.correction.action, "Nothing else; later runs and refits keep it.")
