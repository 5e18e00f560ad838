"""An account's timeline: what is drawn, what a reader who can't see it is told, and the comment that was clicked."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

import streamlit as st

from api.schemas.comments import CommentOut
from api.schemas.timeline import GivenScoreOut, TimelineOut
from dashboard import format as fmt
from dashboard import look, strings
from dashboard.charts.timeline import Dot, Row, Story, timeline_figure
from dashboard.pieces import comment
from dashboard.pieces.account_evidence import Words, read_words

# A renewal is drawn while it lies so near ahead: further on it would press everything else together.
AHEAD = timedelta(days=120)
# Characters of a comment on the chart; the whole of it opens on a click, and is in the list below.
QUOTED = 110
NONE = "Nothing came in during this time: no answers, comments, tickets or usage."
KEY = (
    "▲ promoter or satisfied · ● between · ▼ detractor or flagged · ◆ comment without a score; hollow: without words. "
)
CLICK = "Click a filled mark to read it."
EVENTS = {
    "new": "contract signed",
    "expansion": "expansion",
    "contraction": "contraction",
    "churn": "churn",
    "renewal": "renewed",
}


def draw(account_id: str, found: TimelineOut, said: Sequence[CommentOut], *, period: tuple[datetime, datetime]) -> None:
    """Draw the timeline of an account; a comment that is clicked opens beneath it."""
    words = {one.comment_id: one for one in said}
    story = story_of(found, said, words, period)
    if not (story.rows or story.tickets or story.usage):
        look.block(f'<p class="note">{NONE}</p>')
        return
    _chart(account_id, story, words)


@st.fragment
def _chart(account_id: str, story: Story, words: Words) -> None:
    look.block(f'<p class="note">{KEY}{CLICK}</p>')
    picked = st.plotly_chart(
        timeline_figure(story, look.palette(look.current_mode())),
        theme=None,
        key="timeline",
        on_select="rerun",
        selection_mode="points",
        config={"displayModeBar": False, "responsive": True},
        alt=told(story),
    )
    found = picked_comment(picked)
    if not found:
        return
    shown = words.get(found) or read_words(account_id, [found]).get(found)
    if shown is not None:
        look.block(comment.comment_html(shown, account=False))


def picked_comment(picked: object) -> str:
    """Give the id of the comment that was clicked, "" where none was."""
    points = picked.get("selection", {}).get("points", []) if isinstance(picked, Mapping) else []
    for point in points:
        custom = point.get("customdata")
        if isinstance(custom, list | tuple) and len(custom) == 2 and custom[1]:
            return str(custom[1])
    return ""


def story_of(found: TimelineOut, said: Sequence[CommentOut], words: Words, period: tuple[datetime, datetime]) -> Story:
    """Give what is drawn; whatever customers wrote is escaped."""
    until = found.period.as_of
    renewal = _moment(found.renewal_date) if found.renewal_date else None
    if renewal is not None and until < renewal <= until + AHEAD:
        until = renewal
    since = found.period.since or _first(found, said)
    return Story(
        since=since,
        until=until,
        period=period,
        rows=[*_score_rows(found.scores, words), *_comment_row(said)],
        tickets=[(one.week_start, one.tickets) for one in found.tickets],
        usage=[(one.week_start, one.active_users, one.licensed_users) for one in found.usage],
        marks=[(day, words) for day, words in _marks(found) if since <= _moment(day) <= until],
    )


def _moment(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


def _first(found: TimelineOut, said: Sequence[CommentOut]) -> datetime:
    """Give where a timeline begins that has no beginning: what came in first, or the contract."""
    times = [one.answered_at for one in found.scores] + [one.said_at for one in said]
    days = [one.week_start for one in found.tickets[:1]] + [one.week_start for one in found.usage[:1]]
    times += [_moment(day) for day in (*days, *([found.contract_start] if found.contract_start else []))]
    return min(times, default=found.period.as_of - timedelta(days=365))


def _score_rows(scores: Sequence[GivenScoreOut], words: Words) -> list[Row]:
    """Give a row a survey type and scale: unlike scales never share an axis."""
    groups: dict[tuple[str, float, float, bool], list[Dot]] = {}
    for one in scores:
        key = (one.type, one.scale_min, one.scale_max, one.high_is_good)
        groups.setdefault(key, []).append(_dot(one, words))
    order = ("nps", "csat", "ces")
    known = sorted(groups, key=lambda key: (order.index(key[0]) if key[0] in order else len(order), key[1:]))
    return [Row(_row_name(*key), groups[key], (key[1], key[2])) for key in known]


def _row_name(kind: str, low: float, high: float, high_is_good: bool) -> str:
    good = "" if kind == "nps" else ", high is good" if high_is_good else ", low is good"
    return f"{strings.SCORE_NAMES.get(kind, 'Score')} answers, {fmt.plain(low)} to {fmt.plain(high)}{good}"


def _dot(one: GivenScoreOut, words: Words) -> Dot:
    name = strings.SCORE_NAMES.get(one.type, "Score")
    head = f"{name} {fmt.plain(one.score)} · {fmt.label(one.role, strings.ROLES)} · {fmt.day(one.answered_at)}"
    whole = words.get(one.comment_id or "")
    quote = f"<br><i>{_quoted(whole.text)}</i>" if whole is not None else ""
    return Dot(one.answered_at, one.score, one.band, look.text(head) + quote, one.comment_id or "")


def _quoted(words: str) -> str:
    """Write the beginning of a comment for a hover label, which reads some HTML of its own."""
    said = look.spoken(words)
    cut = said[:QUOTED] + ("…" if len(said) > QUOTED else "")
    lines, line = [], ""
    for word in cut.split():
        if line and len(line) + len(word) > 48:
            lines.append(line)
            line = ""
        line = f"{line} {word}".strip()
    return "<br>".join(look.text(one) for one in [*lines, line])


def _comment_row(said: Sequence[CommentOut]) -> list[Row]:
    """Give the comments that came without a score: tickets, in-app words and review notes."""
    dots = []
    for one in said:
        if one.score is None:
            source = fmt.label(one.source, strings.SOURCES)
            head = f"{source} · {fmt.label(one.role, strings.ROLES)} · {fmt.day(one.said_at)}"
            dots.append(Dot(one.said_at, 0, 0, f"{look.text(head)}<br><i>{_quoted(one.text)}</i>", one.comment_id))
    return [Row("Comments without a score", dots)] if dots else []


def _marks(found: TimelineOut) -> list[tuple[date, str]]:
    marks = [(one.occurred_on, EVENTS.get(one.kind, fmt.label(one.kind, {}).lower())) for one in found.events]
    for day, words in (
        (found.contract_start, "contract start"),
        (found.first_value_date, "first value"),
        (found.renewal_date, "renewal due"),
    ):
        if day is not None and all(day != known for known, _ in marks):
            marks.append((day, words))
    together: dict[date, list[str]] = {}
    for day, words in sorted(marks):
        together.setdefault(day, []).append(words)
    return [(day, ", ".join(words)) for day, words in together.items()]


def told(story: Story) -> str:
    """Say in words what the chart shows."""
    parts = [f"Timeline from {fmt.day(story.since)} to {fmt.day(story.until)}."]
    for row in story.rows:
        low = sum(dot.band < 0 for dot in row.dots)
        flagged = f", {low} of them low" if row.limits is not None else ""
        parts.append(f"{row.name}: {len(row.dots)}{flagged}.")
    if story.tickets:
        parts.append(f"Tickets: {sum(n for _, n in story.tickets)} in {len(story.tickets)} weeks with any.")
    if story.usage:
        parts.append(f"Active users a week: {story.usage[0][1]} at first, {story.usage[-1][1]} at last.")
    parts += [f"{words} on {fmt.day(day)}." for day, words in story.marks]
    return " ".join(parts)
