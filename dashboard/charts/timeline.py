"""An account over time on one axis: answers by survey type, comments, tickets and usage by week, contract dates."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from dashboard import format as fmt
from dashboard.charts.base import FONT, FONT_PX, lay_out, pale

# Pixels of one unit of height, and around the rows.
ROW_PX, TOP_PX, BOTTOM_PX = 104, 42, 30
LINE_PX = 17
# Part of the width that a letter of a label at the top takes on a phone; labels that would meet go to the next line.
LETTER_WIDTH = 0.025
PERIOD = "this period →"
# A period that fills the axis is not marked.
WHOLE = 0.9
_SYMBOLS = {-1: "triangle-down", 0: "circle", 1: "triangle-up"}
_COLOURS = {-1: "negative", 0: "neutral", 1: "positive"}


@dataclass(frozen=True)
class Dot:
    """One answer or comment. `said` is hover text, escaped; `comment_id` is "" where there are no words."""

    at: datetime
    value: float
    band: int
    said: str
    comment_id: str = ""


@dataclass(frozen=True)
class Row:
    """Answers of one survey type and scale; one without limits is a strip of comments."""

    name: str
    dots: Sequence[Dot]
    limits: tuple[float, float] | None = None


@dataclass(frozen=True)
class Story:
    """All that is drawn, oldest first. `marks` are (day, label); `usage` (Monday, active, licensed or None)."""

    since: datetime
    until: datetime
    period: tuple[datetime, datetime]
    rows: Sequence[Row] = ()
    tickets: Sequence[tuple[date, int]] = ()
    usage: Sequence[tuple[date, int, int | None]] = ()
    marks: Sequence[tuple[date, str]] = field(default=())


def timeline_figure(story: Story, colours: Mapping[str, str]) -> go.Figure:
    """Draw an account over time: one row a kind of thing, all on one time axis, each named at its row."""
    names = [row.name for row in story.rows]
    heights = [1.0 if row.limits is not None else 0.45 for row in story.rows]
    if story.tickets:
        names.append("Tickets opened a week")
        heights.append(0.75)
    if story.usage:
        names.append("Active users a week")
        heights.append(0.85)
    if not names:
        return go.Figure()
    plot_px = ROW_PX * sum(heights) + 34 * (len(names) - 1)
    figure = make_subplots(
        rows=len(names),
        cols=1,
        shared_xaxes=True,
        row_heights=heights,
        vertical_spacing=34 / plot_px if len(names) > 1 else 0,
    )
    for place, row in enumerate(story.rows, start=1):
        _dots(figure, row, place, colours)
    place = len(story.rows)
    if story.tickets:
        place += 1
        _tickets(figure, story, place, colours)
    if story.usage:
        place += 1
        _usage(figure, story, place, colours)
    _names(figure, names)
    _bare(figure, story, colours, height=plot_px + TOP_PX + BOTTOM_PX)
    _mark(figure, story, colours)
    return figure


def _dots(figure: go.Figure, row: Row, place: int, colours: Mapping[str, str]) -> None:
    ordered = sorted(row.dots, key=lambda dot: dot.at)
    spread = _spread(ordered) if row.limits is not None else [0.0 for _ in ordered]
    strip = row.limits is None
    figure.add_scatter(
        x=[dot.at for dot in ordered],
        y=[dot.value + move for dot, move in zip(ordered, spread, strict=True)],
        mode="markers",
        marker={
            "size": 10,
            "symbol": ["diamond" if strip else _symbol(dot) for dot in ordered],
            "color": [colours[_COLOURS[dot.band]] for dot in ordered],
            "opacity": 0.9,
            "line": {"width": 1.5, "color": [colours[_COLOURS[dot.band]] for dot in ordered]},
        },
        # What was clicked stands out, the rest stays to be read.
        unselected={"marker": {"opacity": 0.5}},
        customdata=[[dot.said, dot.comment_id] for dot in ordered],
        hovertemplate="%{customdata[0]}<extra></extra>",
        cliponaxis=False,
        row=place,
        col=1,
    )
    if row.limits is None:
        figure.update_yaxes(visible=False, range=[-1, 1], row=place, col=1)
        return
    low, high = row.limits
    room = (high - low) * 0.08
    figure.update_yaxes(range=[low - room, high + room], tickvals=[low, high], row=place, col=1)


def _symbol(dot: Dot) -> str:
    """Filled with words, hollow without."""
    return _SYMBOLS[dot.band] + ("" if dot.comment_id else "-open")


def _spread(dots: Sequence[Dot]) -> list[float]:
    """Move answers of one day and score a little apart, so that each can be seen."""
    seen: dict[tuple[date, float], int] = {}
    moves = []
    for dot in dots:
        key = (dot.at.date(), dot.value)
        count = seen[key] = seen.get(key, 0) + 1
        moves.append(0.0 if count == 1 else (count // 2) * (0.22 if count % 2 else -0.22))
    return moves


def _tickets(figure: go.Figure, story: Story, place: int, colours: Mapping[str, str]) -> None:
    weeks = [datetime.combine(week, datetime.min.time()) + timedelta(days=3.5) for week, _ in story.tickets]
    counts = [n for _, n in story.tickets]
    figure.add_bar(
        x=weeks,
        y=counts,
        width=6 * 86_400_000,
        marker={"color": colours["muted"], "line": {"width": 0}},
        customdata=[f"Week of {fmt.day(week)}: {fmt.counted(n, 'ticket')}" for week, n in story.tickets],
        hovertemplate="%{customdata}<extra></extra>",
        row=place,
        col=1,
    )
    most = max(counts)
    figure.update_yaxes(range=[0, most * 1.12], tickvals=[0, most], row=place, col=1)


def _usage(figure: go.Figure, story: Story, place: int, colours: Mapping[str, str]) -> None:
    weeks = [week for week, _, _ in story.usage]
    seats = [licensed for _, _, licensed in story.usage]
    if any(seats):
        figure.add_scatter(
            x=weeks,
            y=seats,
            mode="lines",
            line={"color": colours["muted"], "width": 1.5, "dash": "dot", "shape": "hv"},
            hoverinfo="skip",
            row=place,
            col=1,
        )
        _label(figure, weeks[-1], next(seat for seat in reversed(seats) if seat), "licensed", place, colours["muted"])
    users = [active for _, active, _ in story.usage]
    figure.add_scatter(
        x=weeks,
        y=users,
        mode="lines",
        line={"color": colours["ink"], "width": 2},
        customdata=[f"Week of {fmt.day(week)}: {fmt.counted(n, 'active user')}" for week, n, _ in story.usage],
        hovertemplate="%{customdata}<extra></extra>",
        row=place,
        col=1,
    )
    # Under a line that falls and above one that rises there is room before its end.
    falls = users[-1] < sum(users[-8:]) / len(users[-8:])
    _label(figure, weeks[-1], users[-1], "active", place, colours["ink"], under=falls)
    # Zero is kept: a fall by a third should look like one.
    most = max([*users, *(seat or 0 for seat in seats)])
    figure.update_yaxes(range=[0, most * 1.12], tickvals=[0, most], row=place, col=1)


def _label(figure: go.Figure, at: date, value: int, word: str, place: int, colour: str, *, under: bool = False) -> None:
    figure.add_annotation(
        x=at,
        y=value,
        text=f"{fmt.count(value)} {word}",
        xanchor="right",
        yanchor="top" if under else "bottom",
        showarrow=False,
        font={"color": colour, "size": 13},
        row=place,
        col=1,
    )


def _names(figure: go.Figure, names: Sequence[str]) -> None:
    for place, name in enumerate(names, start=1):
        figure.add_annotation(
            text=name,
            x=0,
            xref="paper",
            xanchor="left",
            y=1,
            yref=f"y{place if place > 1 else ''} domain",
            yanchor="bottom",
            showarrow=False,
        )


def _bare(figure: go.Figure, story: Story, colours: Mapping[str, str], *, height: float) -> None:
    margin = {"l": 30, "r": 10, "t": TOP_PX, "b": BOTTOM_PX}
    hover = {"align": "left", "font": {"color": colours["ink"], "size": FONT_PX, "family": FONT}}
    lay_out(
        figure,
        colours,
        height=math.ceil(height),
        margin=margin,
        bargap=0,
        hoverlabel=hover,
        hovermode="closest",
    )
    figure.update_yaxes(
        showgrid=False, zeroline=False, fixedrange=True, showline=True, linecolor=colours["line"], ticks=""
    )
    figure.update_xaxes(
        range=[story.since, story.until + timedelta(days=4)],
        showgrid=False,
        zeroline=False,
        fixedrange=True,
        showline=True,
        linecolor=colours["line"],
        tickformat="%b %Y",
        nticks=6,
        ticks="",
    )


def _mark(figure: go.Figure, story: Story, colours: Mapping[str, str]) -> None:
    """Mark the period and the contract's dates over all rows; labels that would meet go to two lines."""
    span = (story.until - story.since).total_seconds() or 1.0
    labels = [(datetime.combine(day, datetime.min.time(), story.since.tzinfo), words) for day, words in story.marks]
    begin, end = story.period
    if (end - max(begin, story.since)).total_seconds() / span < WHOLE:
        fill = pale(colours["action"], 0.07)
        figure.add_vrect(x0=begin, x1=end, fillcolor=fill, line_width=0, layer="below")
        labels.append((begin, PERIOD))
    taken: list[float] = []
    for at, words in sorted(labels):
        place = (at - story.since).total_seconds() / span
        wide = LETTER_WIDTH * len(words)
        flipped = place > 1 - wide
        left = place - wide if flipped else place
        # The lowest line where the label before it has ended.
        level = next((line for line, end in enumerate(taken) if end <= left), len(taken))
        taken[level : level + 1] = [left + wide]
        if words != PERIOD:
            figure.add_vline(x=at, line_width=1, line_color=colours["muted"], line_dash="dot")
        figure.add_annotation(
            text=words,
            x=at,
            xref="x",
            y=1,
            yref="paper",
            yshift=20 + LINE_PX * level,
            xanchor="right" if flipped else "left",
            yanchor="bottom",
            showarrow=False,
            font={"color": colours["ink"], "size": 13},
        )
    figure.update_layout(height=figure.layout.height + LINE_PX * len(taken))
    figure.update_layout(margin_t=TOP_PX + LINE_PX * len(taken))
