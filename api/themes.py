"""Put a theme together: counts, history, trend and alert, drivers, neighbours, and the words behind it."""

from dataclasses import replace
from datetime import timedelta

from fastapi import Request

from api.drivers import Question, ranked, rows_of
from api.kept import kept_of
from api.schemas.comments import CommentOut
from api.schemas.drivers import DriverOut
from api.schemas.themes import (
    AlertOut,
    CountsOut,
    EmergenceOut,
    LineageOut,
    NearThemeOut,
    ThemeDetail,
    ThemeInfoOut,
    ThemeOut,
    TrendOut,
)
from cx.emergence import Emergence
from cx.trend import Trend
from data.store.queries.comment_pages import evidence, find_comments, first_and_last, page_of
from data.store.queries.comments import CommentQuery
from data.store.queries.counts import Counts
from data.store.queries.histories import ALERT_WEEKS, TREND_WEEKS, theme_alerts, theme_trends
from data.store.queries.inputs import inputs_of
from data.store.queries.lineage import lineage, neighbours
from data.store.queries.slices import Slice
from data.store.queries.themes import ThemeInfo, theme_rows
from data.store.unit_of_work import Session

# What a family of trends or alerts takes, bytes: some 200 themes with their readings.
_BYTES = 200_000
VERBATIMS = 5


def alerts_of(request: Request, session: Session, filters: Slice, kind: str) -> Emergence:
    """Find the alerts of a kind; the window's beginning plays no part."""
    ever = replace(filters, since=None)
    key = ("alerts", inputs_of(session, ever, kind=kind))
    return kept_of(request).counted(key, lambda: theme_alerts(session, ever, kind=kind), size=lambda _: _BYTES)


def trends_of(request: Request, session: Session, filters: Slice, kind: str) -> dict[str, Trend]:
    """Read the themes of a kind against their own past; the window's beginning plays no part."""
    ever = replace(filters, since=None)
    key = ("trends", inputs_of(session, ever, kind=kind))
    return kept_of(request).counted(key, lambda: theme_trends(session, ever, kind=kind), size=lambda _: _BYTES)


def lately(filters: Slice, weeks: int) -> Slice:
    """Narrow to the last weeks before the slice's end."""
    return replace(filters, since=filters.as_of - timedelta(days=7 * weeks))


def alerts_out(session: Session, filters: Slice, found: Emergence, kind: str) -> dict[str, AlertOut]:
    """Give the alerts by theme, each with comments of its weeks."""
    keys = [one.theme for one in found.alerts]
    told = evidence(session, lately(filters, ALERT_WEEKS), keys, kind=kind) if keys else {}
    return {
        one.theme: AlertOut.model_validate(one).model_copy(update={"comment_ids": told.get(one.theme, [])})
        for one in found.alerts
    }


def emergence_out(found: Emergence) -> EmergenceOut:
    """Say what the alerts were looked for in."""
    return EmergenceOut.model_validate(found)


def theme_detail(
    request: Request,
    session: Session,
    filters: Slice,
    info: ThemeInfo,
    *,
    group_by: tuple[str, ...],
    survey_types: tuple[str, ...],
) -> ThemeDetail:
    """Put one theme's page together."""
    rows = theme_rows(session, filters, kind=info.kind, theme_keys=(info.key,), group_by=group_by)
    own = [ThemeOut.model_validate(row) for row in rows if row.info.key == info.key]
    plain = own[0] if own else _silent(info)
    ever = replace(filters, since=None)
    theirs = CommentQuery(theme_key=info.key, voice="customer")
    first_seen, last_seen = first_and_last(find_comments(session, ever, theirs)) or (None, None)
    alerts = alerts_out(session, filters, alerts_of(request, session, filters, info.kind), info.kind)
    nearest, parent, children = neighbours(session, info, filters=filters)
    found = find_comments(session, filters, replace(theirs, order="detractors"))
    words = page_of(session, filters, found, limit=VERBATIMS)
    return ThemeDetail(
        **dict(plain),
        first_seen=first_seen,
        last_seen=last_seen,
        change=_change(request, session, filters, info),
        lineage=[LineageOut.model_validate(step) for step in lineage(session, info.key, filters=filters)],
        nearest=NearThemeOut.model_validate(nearest) if nearest else None,
        parent=NearThemeOut.model_validate(parent) if parent else None,
        children=[NearThemeOut.model_validate(one) for one in children],
        drivers=_drivers(request, session, filters, info, survey_types),
        verbatims=[CommentOut.model_validate(row) for row in words.rows],
    ).model_copy(update={"alert": alerts.get(info.key)})


def _silent(info: ThemeInfo) -> ThemeOut:
    return ThemeOut(info=ThemeInfoOut.model_validate(info), counts=CountsOut.model_validate(Counts()))


def _change(request: Request, session: Session, filters: Slice, info: ThemeInfo) -> TrendOut | None:
    found = trends_of(request, session, filters, info.kind).get(info.key)
    if found is None:
        return None
    told = evidence(session, lately(filters, TREND_WEEKS), [info.key], kind=info.kind)
    return TrendOut.model_validate(found).model_copy(update={"comment_ids": told.get(info.key, [])})


def _drivers(
    request: Request, session: Session, filters: Slice, info: ThemeInfo, survey_types: tuple[str, ...]
) -> list[DriverOut]:
    """Give the theme's own rows; one above others is ranked among those above."""
    found: list[DriverOut] = []
    for survey_type in survey_types:
        level = "top" if info.kind == "discovered" and info.level == 0 else "fine"
        question = Question(survey_type, info.kind, level)
        scales = ranked(request, session, filters, question)
        if any(row.theme == info.key for one in scales for row in one.drivers.themes):
            rows = rows_of(session, filters, scales, question, keys=[info.key])
            found += [rows[place] for place in sorted(rows)]
    return found
