"""What all charts share: a ground without colour, the page's font, boxes for hovering, and how colours turn pale."""

from collections.abc import Mapping
from typing import Any

import plotly.graph_objects as go

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Liberation Sans', Arial, sans-serif"
# Pixels.
FONT_PX = 13
CLEAR = "rgba(0,0,0,0)"


def lay_out(
    figure: go.Figure, colours: Mapping[str, str], *, height: int, margin: Mapping[str, int], **more: object
) -> None:
    """Give a chart the page's look: no legend, nothing to drag.

    Args:
        figure: To be changed.
        colours: By meaning, from `look.palette`.
        height: In pixels.
        margin: In pixels, by side: l, r, t, b.
        more: What else the layout has; of `hoverlabel` only what it has besides.
    """
    hover: Any = more.pop("hoverlabel", {})
    look = {
        "showlegend": False,
        "paper_bgcolor": CLEAR,
        "plot_bgcolor": CLEAR,
        "font": {"family": FONT, "size": FONT_PX, "color": colours["muted"]},
        "hoverlabel": {"bgcolor": colours["raised"], "font": {"color": colours["ink"], "size": FONT_PX}, **hover},
        "dragmode": False,
    }
    figure.update_layout({**look, "height": height, "margin": dict(margin), **more})


def say_ends(figure: go.Figure, first: str, last: str) -> None:
    """Write under a chart without an axis what its two ends are."""
    for said, side, at in ((first, "left", 0), (last, "right", 1)):
        where = {"x": at, "xref": "paper", "xanchor": side, "y": -0.02, "yref": "paper", "yanchor": "top"}
        figure.add_annotation(text=said, showarrow=False, **where)


def pale(colour: str, opacity: float) -> str:
    """Give a colour (#RRGGBB) so opaque, from 0 to 1."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"
