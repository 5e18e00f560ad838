"""A score over time: the line, its interval as a band, and the last value said at its end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import plotly.graph_objects as go

from dashboard import format as fmt
from dashboard.charts.base import lay_out, pale, say_ends

# Pixels: a line under a score, not a chart of its own.
HEIGHT_PX = 124


@dataclass(frozen=True)
class Point:
    """A score of one month (YYYY-MM)."""

    month: str
    value: float
    n: int
    low: float | None
    high: float | None


def trend_figure(
    points: Sequence[Point], *, kind: str, limits: tuple[float, float], colours: Mapping[str, str]
) -> go.Figure:
    """Draw a score by month, in the order of the months, the first and the last value said; no axes, grid or legend.

    Args:
        points: One a month; months without an answer are missing and leave a straight line.
        kind: nps, csat or ces.
        limits: The lowest and highest value that the scale allows; at least half of it is shown.
        colours: By meaning, from `look.palette`.
    """
    ordered = sorted(points, key=lambda point: point.month)
    days = [date.fromisoformat(point.month + "-01") for point in ordered]
    figure = go.Figure()
    banded = [(day, point) for day, point in zip(days, ordered, strict=True) if point.low is not None]
    _band(figure, banded, colours)
    if limits[0] < 0 < limits[1]:
        figure.add_hline(y=0, line_width=1, line_color=colours["line"], layer="below")
    figure.add_scatter(
        x=days,
        y=[point.value for point in ordered],
        mode="lines+markers",
        line={"color": colours["ink"], "width": 2},
        # A month with few answers is drawn hollow.
        marker={
            "size": 7,
            "color": [colours["ink"] if point.n >= fmt.FEW else colours["ground"] for point in ordered],
            "line": {"color": colours["ink"], "width": 1.5},
        },
        customdata=[said_of(point, kind) for point in ordered],
        hovertemplate="%{customdata}<extra></extra>",
        cliponaxis=False,
    )
    ends = [f"{fmt.month(point.month)}: {fmt.bound(kind, point.value)}" for point in (*ordered[:1], *ordered[-1:])]
    return _bare(figure, ends, shown_range(ordered, limits), colours)


def trend_words(points: Sequence[Point], *, kind: str, name: str) -> str:
    """Say what the line shows, for who can't see it."""
    ordered = sorted(points, key=lambda point: point.month)
    told = "; ".join(said_of(point, kind) for point in ordered)
    return f"{name} by month with 95\u00a0% intervals. {told}."


def shown_range(points: Sequence[Point], limits: tuple[float, float]) -> tuple[float, float]:
    """Give the part of the scale to show: all intervals, zero where the scale crosses it, and half of it at least.

    Over the whole scale a year's change is flat; over the data alone noise looks like one.
    """
    ends = [end for point in points for end in (point.value, point.low, point.high) if end is not None]
    ends += [0.0] if limits[0] < 0 < limits[1] else []
    low, high = min(ends, default=limits[0]), max(ends, default=limits[1])
    short = max(0.0, (limits[1] - limits[0]) / 2 - (high - low)) / 2
    low, high = low - short, high + short
    # What does not fit on one side goes to the other.
    low, high = low - max(0.0, high - limits[1]), high + max(0.0, limits[0] - low)
    return max(low, limits[0]), min(high, limits[1])


def said_of(point: Point, kind: str) -> str:
    """Say a month with its n and interval."""
    value = fmt.bound(kind, point.value)
    return f"{fmt.month(point.month)}: {value} (n {point.n}, {fmt.interval(kind, point.low, point.high)})"


def _band(figure: go.Figure, banded: Sequence[tuple[date, Point]], colours: Mapping[str, str]) -> None:
    if len(banded) < 2:
        return
    days = [day for day, _ in banded]
    edge = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    figure.add_scatter(x=days, y=[point.high for _, point in banded], **edge)
    fill = pale(colours["muted"], 0.18)
    figure.add_scatter(x=days, y=[point.low for _, point in banded], fill="tonexty", fillcolor=fill, **edge)


def _bare(figure: go.Figure, ends: Sequence[str], limits: tuple[float, float], colours: Mapping[str, str]) -> go.Figure:
    room = (limits[1] - limits[0]) * 0.04
    lay_out(figure, colours, height=HEIGHT_PX, margin={"l": 6, "r": 6, "t": 6, "b": 26})
    figure.update_yaxes(visible=False, range=[limits[0] - room, limits[1] + room], fixedrange=True)
    figure.update_xaxes(showgrid=False, zeroline=False, fixedrange=True, showticklabels=False)
    if ends:
        say_ends(figure, ends[0], ends[-1])
    return figure
