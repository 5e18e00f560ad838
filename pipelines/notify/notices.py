"""Make a notice of what the store says of a loop now."""

from cx.loop_clocks import CLOSED_IN, TOUCHED_IN
from cx.loops import DETRACTOR, LOW_CSAT, LOW_ONBOARDING
from cx.scores import PASSIVE_FROM, Scale
from cx.wording import sentence
from data.store.queries.loops import LoopView, StaffInfo
from pipelines.notify.interface import Notice, Person

_TITLES = {DETRACTOR: "detractor", LOW_CSAT: "flagged CSAT", LOW_ONBOARDING: "hard onboarding"}
_MISMATCH_TITLE = "sold is not what was delivered"
# Words that came in again, changed, after the loop was opened.
NOT_YET = "(its words are not redacted yet)"


def notice_of(view: LoopView, also: tuple[StaffInfo, ...]) -> Notice:
    """Say what a loop's readers must know; a reassignment is said by the current owner and its reason."""
    loop = view.loop
    named = view.owner is None or view.owner.staff_id == loop.opened_for
    return Notice(
        loop_id=view.id,
        title=sentence(_title(loop.reasons)).rstrip("."),
        account=view.account_name or "an unknown account",
        score=_score(view.score, view.scale),
        stage=loop.stage or "unknown",
        role=view.role,
        said_at=loop.said_at,
        ticket=view.ticket_id,
        comment=NOT_YET if view.comment_id and view.comment is None else view.comment,
        owner=person_of(view.owner) if view.owner else None,
        also=tuple(person_of(one) for one in also),
        why=loop.why if named else "it was given to them",
        touch_by=loop.opened_at + TOUCHED_IN,
        close_by=loop.opened_at + CLOSED_IN,
    )


def person_of(one: StaffInfo) -> Person:
    """Give somebody as notifiers know them."""
    return Person(one.staff_id, one.name, one.email)


def _title(reasons: tuple[str, ...]) -> str:
    return ", ".join(_TITLES.get(reason, _MISMATCH_TITLE) for reason in reasons)


def _score(score: float | None, scale: Scale | None) -> str:
    """Write a score with its scale and line: "2 on a scale of 1 to 5, flagged at 3 or under"; "" without one."""
    if score is None or scale is None:
        return ""
    told = f"{scale.type.upper()} {score:g} on a scale of {scale.low:g} to {scale.high:g}"
    if scale.type == "nps":
        return f"{told}, a detractor at {PASSIVE_FROM - 1} or under"
    line = (scale.low + scale.high) / 2 if scale.flag_line is None else scale.flag_line
    return f"{told}, flagged at {line:g} or {'under' if scale.high_is_good else 'over'}"
