"""A score over time: the line, its interval as a band, and the last value said at its end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import plotly.graph_objects as go

from dashboard import format as fmt

# Pixels: a line under a score, not a chart of its own.
HEIGHT_PX = 124
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Liberation Sans', Arial, sans-serif"


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
    """Draw a score by month over its whole scale, in the order of the months; no axes, no grid, no legend.

    Args:
        points: One a month; months without an answer are missing and leave a straight line.
        kind: nps, csat or ces.
        limits: The lowest and highest value that the scale allows.
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
        customdata=[_said(point, kind) for point in ordered],
        hovertemplate="%{customdata}<extra></extra>",
        cliponaxis=False,
    )
    return _bare(figure, days, limits, colours)


def _said(point: Point, kind: str) -> str:
    value = fmt.bound(kind, point.value)
    return f"{fmt.month(point.month)}: {value} (n {point.n}, {fmt.interval(kind, point.low, point.high)})"


def _band(figure: go.Figure, banded: Sequence[tuple[date, Point]], colours: Mapping[str, str]) -> None:
    if len(banded) < 2:
        return
    days = [day for day, _ in banded]
    edge = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    figure.add_scatter(x=days, y=[point.high for _, point in banded], **edge)
    red, green, blue = (int(colours["muted"][i : i + 2], 16) for i in (1, 3, 5))
    fill = f"rgba({red},{green},{blue},0.18)"
    figure.add_scatter(x=days, y=[point.low for _, point in banded], fill="tonexty", fillcolor=fill, **edge)


def _bare(
    figure: go.Figure, days: Sequence[date], limits: tuple[float, float], colours: Mapping[str, str]
) -> go.Figure:
    room = (limits[1] - limits[0]) * 0.04
    figure.update_layout(
        height=HEIGHT_PX,
        margin={"l": 6, "r": 6, "t": 6, "b": 26},
        showlegend=False,
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"family": FONT, "size": 13, "color": colours["muted"]},
        hoverlabel={"bgcolor": colours["raised"], "font": {"color": colours["ink"], "size": 13}},
        dragmode=False,
    )
    figure.update_yaxes(visible=False, range=[limits[0] - room, limits[1] + room], fixedrange=True)
    figure.update_xaxes(showgrid=False, zeroline=False, fixedrange=True, showticklabels=False)
    for day, side in ((days[0], "left"), (days[-1], "right")) if days else ():
        figure.add_annotation(
            text=fmt.month(f"{day:%Y-%m}"),
            x=0 if side == "left" else 1,
            xref="paper",
            xanchor=side,
            y=-0.02,
            yref="paper",
            yanchor="top",
            showarrow=False,
        )
    return figure
