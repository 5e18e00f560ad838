"""Comments on a theme by month: negative ones below, the others on top, and the number said over each bar."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from dashboard import format as fmt
from dashboard.charts.base import lay_out, say_ends

HEIGHT_PX = 150
NEGATIVE, OTHERS = "− negative", "neutral or positive"


@dataclass(frozen=True)
class Month:
    """Customers' comments of one month (YYYY-MM)."""

    month: str
    comments: int
    negative: int


def months_figure(months: Sequence[Month], *, colours: Mapping[str, str]) -> go.Figure:
    """Draw bars from zero, in the order of the months; no grid, no axis, no legend.

    Args:
        months: All of them, those without a comment too.
        colours: By meaning, from `look.palette`.
    """
    figure = go.Figure()
    names = [fmt.month(one.month) for one in months]
    hover = [said(one) for one in months]
    parts = (
        (NEGATIVE, "negative", [one.negative for one in months]),
        (OTHERS, "neutral", [one.comments - one.negative for one in months]),
    )
    for name, meaning, values in parts:
        figure.add_bar(
            x=names,
            y=values,
            name=name,
            marker={"color": colours[meaning], "line": {"width": 0}},
            customdata=hover,
            hovertemplate="%{customdata}<extra></extra>",
        )
    figure.add_scatter(
        x=names,
        y=[one.comments for one in months],
        mode="text",
        text=[fmt.count(one.comments) if one.comments else "" for one in months],
        textposition="top center",
        hoverinfo="skip",
        cliponaxis=False,
    )
    margin = {"l": 0, "r": 0, "t": 22, "b": 24}
    lay_out(figure, colours, height=HEIGHT_PX, margin=margin, barmode="stack", bargap=0.25)
    figure.update_yaxes(visible=False, fixedrange=True, rangemode="tozero")
    figure.update_xaxes(showgrid=False, zeroline=False, fixedrange=True, showticklabels=False)
    if names:
        say_ends(figure, names[0], names[-1])
    return figure


def said(one: Month) -> str:
    """Say a month's numbers."""
    return f"{fmt.month(one.month)}: {fmt.counted(one.comments, 'comment')}, {fmt.count(one.negative)} negative"
