"""Find the signals that may open a loop: flagged answers and, where asked for, complaints of a sales mismatch.

What a signal is flagged for is decided by `cx.loops`; the conditions here only keep a million other rows out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, exists, literal, select
from sqlalchemy.orm import Session

from cx.loop_owners import StaffMember
from cx.loops import MISMATCH, Signal
from cx.scores import PASSIVE_FROM, Scale
from data.store.models import Comment, Mention, OpenedLoop, Response, Staff, Survey, Ticket

_RESPONSE = "response:"


@dataclass(frozen=True)
class FlaggedSignal:
    """A signal with what its loop keeps of it. `came_in_at` is its import, None where that is not known.

    `undated`: its file had no date, so that it carries that of its import, and its age is not known.
    """

    signal: Signal
    came_in_at: datetime | None
    source: str
    role: str
    survey_id: str | None = None
    ticket_id: str | None = None
    undated: bool = False


def flagged_signals(session: Session, *, since: datetime, mismatch: bool) -> list[FlaggedSignal]:
    """Give the signals without a loop, by time: said since then, with words that are redacted already (or without any).

    With `mismatch`, customers' negative mentions of the sales-delivery mismatch too. Answers to anonymous surveys and
    the vendor's notes stay out.
    """
    surveys = session.scalars(select(Survey).where(Survey.anonymous.is_(False)).order_by(Survey.survey_id)).all()
    found = {one.signal.response_id: one for survey in surveys for one in _of_survey(session, survey, since)}
    if mismatch:
        for one in _mismatches(session, since):
            key = one.signal.response_id
            known = found.get(key)
            found[key] = replace(known, signal=replace(known.signal, mismatch=True)) if known else one
    dated = _dated(session, list(found.values()))
    return sorted(dated, key=lambda one: (one.signal.said_at, one.signal.response_id))


def _of_survey(session: Session, survey: Survey, since: datetime) -> list[FlaggedSignal]:
    """Give the flagged answers of one survey: one seek by survey and time."""
    scale = Scale(survey.type, survey.scale_min, survey.scale_max, survey.high_is_good, survey.flag_line)
    conditions = [
        Response.survey_id == survey.survey_id,
        Response.responded_at >= since,
        _under(scale),
        _no_loop(_RESPONSE + Response.response_id),
    ]
    rows = session.execute(
        select(Response)
        .outerjoin(Comment, (Comment.kind == "response") & (Comment.origin_id == Response.response_id))
        # A comment whose words are not redacted yet is no reason to tell less: its loop opens when they are.
        .where(*conditions, Comment.id.is_(None) | Comment.prepared_with.is_not(None))
    ).scalars()
    return [
        FlaggedSignal(
            Signal(_RESPONSE + row.response_id, row.account_id, row.responded_at, scale, row.score, row.stage),
            came_in_at=row.imported_at,
            source=survey.type,
            role=row.role,
            survey_id=survey.survey_id,
            ticket_id=row.ticket_id,
        )
        for row in rows
    ]


def _under(scale: Scale) -> ColumnElement[bool]:
    """Give the condition for a score that is flagged; `cx.scores.score_band` has the last word."""
    if scale.type == "nps":
        return Response.score < PASSIVE_FROM
    line = (scale.low + scale.high) / 2 if scale.flag_line is None else scale.flag_line
    return Response.score <= line if scale.high_is_good else Response.score >= line


def _no_loop(key: ColumnElement[str]) -> ColumnElement[bool]:
    return ~exists().where(OpenedLoop.signal_key == key)


def _mismatches(session: Session, since: datetime) -> list[FlaggedSignal]:
    conditions = [
        exists().where(Mention.comment_pk == Comment.id, Mention.theme_key == MISMATCH, Mention.polarity == "negative"),
        Comment.said_at >= since,
        Comment.vendor_voice.is_(False),
        Comment.anonymous.is_(False),
        Comment.prepared_with.is_not(None),
        _no_loop(Comment.comment_id.expression),
    ]
    rows = session.execute(
        select(Comment, Response.imported_at)
        .outerjoin(Response, (Comment.kind == literal("response")) & (Response.response_id == Comment.origin_id))
        .where(*conditions)
    )
    return [
        FlaggedSignal(
            Signal(comment.comment_id, comment.account_id, comment.said_at, stage=comment.stage, mismatch=True),
            came_in_at=imported_at,
            source=comment.source,
            role=comment.role,
            survey_id=comment.survey_id,
            ticket_id=comment.ticket_id,
        )
        for comment, imported_at in rows
    ]


def _dated(session: Session, found: Sequence[FlaggedSignal]) -> list[FlaggedSignal]:
    """Mark the answers whose time is that of an import: their file had none, and history must open no loops."""
    if not found:
        return []
    stamps = set(session.scalars(select(Response.imported_at).union(select(Ticket.imported_at))))
    return [replace(one, undated=one.signal.said_at in stamps) for one in found]


def staff_list(session: Session) -> list[StaffMember]:
    """Give the vendor's people by function and account."""
    rows = session.execute(
        select(Staff.staff_id, Staff.name, Staff.function, Staff.account_id, Staff.valid_from, Staff.valid_to).order_by(
            Staff.staff_id, Staff.account_key
        )
    )
    return [StaffMember(*row) for row in rows]
