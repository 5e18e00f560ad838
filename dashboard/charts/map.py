"""Comments as points, what is alike side by side: themes are pale regions with their name, colour is polarity."""

import json
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from dashboard import strings
from dashboard.charts.base import CLEAR, lay_out, pale
from dashboard.charts.map_shapes import LINE_PX, PHONE_PX, SPAN, Core, Flags, Floats, core_of, turn, with_room
from dashboard.look import spoken, text

HEIGHT_PX = 600
# Pixels of the map on a desk, and how many names a phone shows: the first ones (theme.css).
DESK_PX, PHONE_NAMES = 1150, 6
MOST_NAMES = 26
# Characters of a line of a name; and half the height of a name's box, in coordinates.
NAME_LINE, LINE_HALF = 30, 0.5 * LINE_PX / HEIGHT_PX * SPAN
_SIDES = {1: "left", -1: "right", 0: "center"}
# What is drawn of a polarity, first what is drawn lowest: the mark says it as well as the colour.
MARKS = {"": ("circle", "line"), "neutral": ("circle-open", "neutral"), "positive": ("cross", "positive")}
MARKS |= {"negative": ("circle", "negative")}
POLARITIES = tuple(MARKS)
# Characters of a comment read on hovering, and a line of them.
CHARS, LINE = 140, 52
# Bytes of all words on the map. With 50,000 points the rest of the figure takes 1 MB; the page may take 8.
MOST_BYTES = 6_000_000
# From here on a point's theme is left to its region.
NAMED_POINTS = 10_000


@dataclass(frozen=True)
class MapPoints:
    """Points as columns. `theme` is a place among the regions or -1, `polarity` one in `POLARITIES`, `text` raw."""

    x: Floats
    y: Floats
    theme: NDArray[np.int32]
    polarity: NDArray[np.int8]
    text: Sequence[str]


def map_figure(
    points: MapPoints,
    names: Sequence[str],
    *,
    colours: Mapping[str, str],
    lit: Flags | None = None,
    chosen: int = -1,
    loop: Floats | None = None,
) -> go.Figure:
    """Draw the map.

    Args:
        points: All of them.
        names: Of the themes, most comments first.
        colours: By meaning, from `look.palette`.
        lit: Which points are asked for; the others stay as a pale ground. None: all.
        chosen: The theme that is asked for, -1: none.
        loop: A loop to draw: what an address asks for.
    """
    figure = go.Figure()
    lit = np.ones(len(points.x), bool) if lit is None else lit
    cores = _cores(points, len(names))
    _regions(figure, cores, colours, chosen)
    words = hover_texts(points, names, lit)
    size = point_size(len(points.x))
    if not lit.all():
        marker = {"size": max(2.0, size - 2), "color": colours["line"]}
        _dots(figure, points, ~lit, marker, hoverinfo="skip")
    for place, (symbol, meaning) in enumerate(MARKS.values()):
        rows = lit & (points.polarity == place)
        colour = colours["neutral"] if meaning == "line" else colours[meaning]
        marker = {"symbol": symbol, "size": size - (2 if meaning == "line" else 0), "color": colour, "opacity": 0.8}
        said = [words[at] for at in np.flatnonzero(rows).tolist()]
        _dots(figure, points, rows, marker, text=said, hovertemplate="%{text}<extra></extra>")
    _loop(figure, loop, colours)
    _names(figure, cores, names, colours, chosen)
    return _bare(figure, points, colours)


def point_size(n: int) -> float:
    """Give a point's size in pixels: smaller where there are more."""
    return round(float(np.clip(9 - 2 * np.log10(max(n, 100) / 100), 3.0, 9.0)), 1)


def hover_texts(points: MapPoints, names: Sequence[str], lit: Flags) -> list[str]:
    """Give what is read on hovering: how a comment begins, and its theme where there is room; "" of unlit ones.

    Plotly reads some HTML in it, so what was written is escaped, and broken into lines by us.
    """
    rows = np.flatnonzero(lit).tolist()
    few = len(rows) <= NAMED_POINTS
    themes = [_plain(name) for name in names]
    marks = ["", *(f"{strings.SIGNS[one]} " for one in POLARITIES[1:])]
    chars = CHARS if few else CHARS * 2 // 3
    while True:
        found = [""] * len(lit)
        for at in rows:
            theme = int(points.theme[at]) if few else -1
            said = f"<br>{marks[int(points.polarity[at])]}{themes[theme]}" if theme >= 0 else ""
            found[at] = _begin(points.text[at], chars) + said
        if chars <= 20 or len(json.dumps(found)) <= MOST_BYTES:
            return found
        chars //= 2


def _begin(words: str, chars: int) -> str:
    # What is cut here was cut before by the API, at some character.
    flat = " ".join(spoken(words[:CHARS]).split())
    cut = flat[:chars].rpartition(" ")[0] or flat[:chars] if len(flat) > chars or len(words) >= CHARS else flat
    lines, rest = [], cut
    while len(rest) > LINE:
        at = rest.rfind(" ", 0, LINE + 1)
        at = LINE if at <= 0 else at
        lines.append(rest[:at])
        rest = rest[at:].lstrip()
    lines.append(rest if cut == flat and len(words) < CHARS else f"{rest} …")
    return "<br>".join(_plain(line) for line in lines)


def _plain(words: str) -> str:
    # Of named entities Plotly reads only the first three of ours.
    return text(words).replace("&quot;", '"').replace("&#x27;", "'")


def _cores(points: MapPoints, n: int) -> list[Core | None]:
    order = np.argsort(points.theme, kind="stable")
    ends = np.searchsorted(points.theme[order], np.arange(n + 1))
    parts = [order[ends[place] : ends[place + 1]] for place in range(n)]
    every = np.column_stack([points.x, points.y]).astype(np.float32)
    return [core_of(every[rows], every) for rows in parts]


def _regions(figure: go.Figure, cores: Sequence[Core | None], colours: Mapping[str, str], chosen: int) -> None:
    for place, core in enumerate(cores):
        if core is None:
            continue
        here = place == chosen
        ring = np.vstack([core.hull, core.hull[:1]])
        figure.add_scatter(
            x=ring[:, 0].round(3).tolist(),
            y=ring[:, 1].round(3).tolist(),
            mode="lines",
            fill="toself",
            fillcolor=pale(colours["action" if here else "muted"], 0.14),
            line={
                "shape": "spline",
                "width": 1.5 if here else 1,
                "color": colours["action"] if here else pale(colours["muted"], 0.45),
            },
            hoverinfo="skip",
        )


def _dots(figure: go.Figure, points: MapPoints, rows: Flags, marker: Mapping[str, object], **more: object) -> None:
    if rows.any():
        figure.add_scattergl(x=points.x[rows], y=points.y[rows], mode="markers", marker=dict(marker), **more)


def _loop(figure: go.Figure, loop: Floats | None, colours: Mapping[str, str]) -> None:
    if loop is not None:
        path = "M " + " L ".join(f"{x:g},{y:g}" for x, y in loop.tolist()) + " Z"
        figure.add_shape(type="path", path=path, line={"color": colours["action"], "width": 2, "dash": "dot"})


def _names(
    figure: go.Figure, cores: Sequence[Core | None], names: Sequence[str], colours: Mapping[str, str], chosen: int
) -> None:
    """Write the names that have room: first those that a phone has room for, so that it can leave out the rest."""
    placed = [(place, core) for place, core in enumerate(cores) if core is not None]
    placed.sort(key=lambda one: one[0] != chosen)
    # A name stands on its field, so that even a small one is seen to be its own.
    tops = [float(core.hull[:, 1].max()) for _, core in placed]
    boxes = [(_widest(names[place]), core.x, top + LINE_HALF) for (place, core), top in zip(placed, tops, strict=True)]
    room = {"height_px": HEIGHT_PX, "span": (SPAN, SPAN)}
    phone = with_room(boxes, width_px=PHONE_PX, inwards=range(len(boxes)), **room)[:PHONE_NAMES]  # type: ignore[arg-type]
    desk = with_room(boxes, width_px=DESK_PX, taken=phone, inwards=phone, **room)  # type: ignore[arg-type]
    empty = [None] * (PHONE_NAMES - len(phone))
    for at in [*phone, *empty, *desk[len(phone) :]][:MOST_NAMES]:
        place, core = placed[at] if at is not None else (-1, None)
        here = place == chosen and core is not None
        figure.add_annotation(
            text="" if core is None else f"<b>{_broken(names[place])}</b>" if here else _broken(names[place]),
            visible=core is not None,
            x=0 if core is None else core.x,
            y=0 if at is None else tops[at],
            yanchor="bottom",
            showarrow=False,
            font={"color": colours["action"] if here else colours["ink"], "size": 13},
            xanchor=_SIDES[turn(_widest(names[place]), core.x)] if core is not None and at in phone else "center",
        )


def _broken(name: str) -> str:
    return "<br>".join(_plain(line) for line in textwrap.wrap(name, NAME_LINE))


def _widest(name: str) -> str:
    return max(textwrap.wrap(name, NAME_LINE), key=len, default="")


def _bare(figure: go.Figure, points: MapPoints, colours: Mapping[str, str]) -> go.Figure:
    lay_out(
        figure,
        colours,
        height=HEIGHT_PX,
        margin={"l": 0, "r": 0, "t": 34, "b": 0},
        hoverlabel={"bordercolor": colours["line"], "align": "left"},
        hoverdistance=12,
        dragmode="lasso",
        newselection={"line": {"color": colours["action"], "width": 2, "dash": "dot"}},
        modebar={"bgcolor": CLEAR, "color": colours["muted"], "activecolor": colours["action"]},
        uirevision="map",
    )
    for axis, side in (("xaxis", points.x), ("yaxis", points.y)):
        low, high = (float(side.min()), float(side.max())) if len(side) else (-1.0, 1.0)
        air = 0.06 * (high - low or 1.0)
        figure.update_layout({axis: {"visible": False, "range": [round(low - air, 3), round(high + air, 3)]}})
    return figure
