"""Churn by band of account-level NPS: a dot with its whiskers a band, the line that is used, and n beneath."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from api.schemas.retention import ChurnBandOut, ValueOut
from dashboard import format as fmt
from dashboard.charts.base import lay_out

# Pixels.
HEIGHT_PX = 300
# Percent: room over the highest dot for its label.
HEADROOM = 1.18


def churn_figure(bands: Sequence[ChurnBandOut], *, line: float, name: str, colours: Mapping[str, str]) -> go.Figure:
    """Draw the share that churned a quarter against the NPS before it; no grid, no legend, zero kept.

    Args:
        bands: In the order of the scale; those without an account-quarter keep their place empty.
        line: Where accounts are told apart.
        name: What is written at the line.
        colours: By meaning, from `look.palette`.
    """
    figure = go.Figure()
    # Few account-quarters are drawn hollow with pale whiskers: their width must not lead the eye.
    for few in (True, False):
        own = [(band, band.rate) for band in bands if band.rate is not None and band.n and (band.n < fmt.FEW) is few]
        _dots(figure, own, few=few, colours=colours)
    figure.add_vline(x=line, line_width=1.5, line_dash="dash", line_color=colours["action"])
    figure.add_annotation(
        x=line, y=1.0, yref="paper", yanchor="bottom", text=name, showarrow=False, font={"color": colours["action"]}
    )
    return _framed(figure, bands, colours)


def _dots(
    figure: go.Figure, drawn: Sequence[tuple[ChurnBandOut, ValueOut]], *, few: bool, colours: Mapping[str, str]
) -> None:
    fill, rim = (colours["ground"], colours["muted"]) if few else (colours["ink"], colours["ink"])
    figure.add_scatter(
        x=[(band.low + band.high) / 2 for band, _ in drawn],
        y=[rate.value for _, rate in drawn],
        mode="markers",
        marker={"size": 9, "color": fill, "line": {"color": rim, "width": 1.5}},
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [(rate.high if rate.high is not None else rate.value) - rate.value for _, rate in drawn],
            "arrayminus": [rate.value - (rate.low if rate.low is not None else rate.value) for _, rate in drawn],
            "color": colours["line" if few else "muted"],
            "thickness": 1.5,
            "width": 4,
        },
        customdata=[said(band) for band, _ in drawn],
        hovertemplate="%{customdata}<extra></extra>",
        cliponaxis=False,
    )


def said(band: ChurnBandOut) -> str:
    """Say a band in words."""
    where = f"NPS {fmt.signed(band.low)} to {fmt.signed(band.high)}"
    if band.rate is None or not band.n:
        return f"{where}: nobody"
    ends = fmt.interval("csat", band.rate.low, band.rate.high)
    return (
        f"{where}: {fmt.count(band.churned)} of {fmt.counted(band.n, 'account-quarter')} churned, "
        f"95\u00a0% interval {ends} ({fmt.counted(band.accounts, 'account')})"
    )


def _framed(figure: go.Figure, bands: Sequence[ChurnBandOut], colours: Mapping[str, str]) -> go.Figure:
    highest = max((band.rate.high or band.rate.value for band in bands if band.rate is not None), default=10.0)
    edges = [band.low for band in bands] + [band.high for band in bands[-1:]]
    lay_out(figure, colours, height=HEIGHT_PX, margin={"l": 44, "r": 16, "t": 26, "b": 52})
    figure.update_yaxes(
        range=[0, max(highest, 5.0) * HEADROOM],
        showgrid=False,
        zeroline=True,
        zerolinecolor=colours["line"],
        ticksuffix="\u00a0%",
        nticks=4,
        fixedrange=True,
    )
    figure.update_xaxes(
        tickvals=edges,
        ticktext=[fmt.signed(edge) for edge in edges],
        range=[edges[0] - 4, edges[-1] + 4] if edges else None,
        showgrid=False,
        zeroline=False,
        tickangle=0,
        fixedrange=True,
    )
    for band in bands:
        if band.churned and band.rate is not None:
            # Over the whisker, where nothing else is.
            figure.add_annotation(
                text=fmt.share(band.churned, band.n),
                x=(band.low + band.high) / 2,
                y=band.rate.high if band.rate.high is not None else band.rate.value,
                yanchor="bottom",
                showarrow=False,
                font={"color": colours["ink"]},
                bgcolor=colours["ground"],
            )
        figure.add_annotation(
            text=f"n\u00a0{fmt.count(band.n)}" if band.n else "–",
            x=(band.low + band.high) / 2,
            y=-0.1,
            yref="paper",
            yanchor="top",
            showarrow=False,
        )
    return figure
