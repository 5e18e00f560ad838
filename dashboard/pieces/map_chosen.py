"""Which comments of the map are asked for: those of a theme, of a polarity, inside a loop; and their list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import streamlit as st

from api.schemas.search import SearchPage
from dashboard import format as fmt
from dashboard import links, loading, look, strings
from dashboard.charts.map import POLARITIES
from dashboard.charts.map_shapes import Flags, inside, read_area, write_area
from dashboard.pieces import comment
from dashboard.pieces.map_read import Map

KINDS = {"discovered": "Found in the comments", "taxonomy": "Themes of the taxonomy"}
# Comments at first, and more at each click; the API gives a hundred by their ids at once.
SHOWN = 10
MARKS = {"negative": "●", "neutral": "○", "positive": "✚"}
NAMES = {"": "All", "negative": "Negative", "neutral": "Neutral", "positive": "Positive"}
TITLE, IN_LOOP = "Comments on the map", "Comments inside your loop"
NOTE = "Those who gave a low score first."
NOTHING = "No comment lies here. Draw a larger loop, or show all."
MOST_CHARS = 1200


@dataclass(frozen=True)
class Asked:
    """What the address asks of the map."""

    kind: str = "discovered"
    theme: str = ""
    polarity: str = ""
    area: str = ""

    def href(self, **more: str) -> str:
        """Give the address of the map that asks for something else."""
        wanted = replace(self, **more)
        kind = "" if wanted.kind == "discovered" else wanted.kind
        return links.href(links.MAP, kind=kind, theme=wanted.theme, polarity=wanted.polarity, area=wanted.area)


def read_asked(own: Mapping[str, str]) -> Asked:
    """Read the page's part of an address; what is not known there is left out."""
    kind, polarity, area = own.get("kind", ""), own.get("polarity", ""), own.get("area", "")[:MOST_CHARS]
    return Asked(
        kind=kind if kind in KINDS else "discovered",
        theme=own.get("theme", "")[:80],
        polarity=polarity if polarity in POLARITIES else "",
        area=area if read_area(area) is not None else "",
    )


def area_of(selection: Mapping[str, Any]) -> str:
    """Write the last loop or box of a selection for the address; "" of none."""
    for one in reversed(selection.get("lasso", [])):
        return write_area(list(zip(one["x"], one["y"], strict=False)))
    for one in reversed(selection.get("box", [])):
        (left, right), (low, high) = one["x"][:2], one["y"][:2]
        return write_area([(left, low), (right, low), (right, high), (left, high)])
    return ""


def lit_of(found: Map, asked: Asked) -> Flags:
    """Say which points are drawn in colour: those of the polarity asked for."""
    if not asked.polarity:
        return np.ones(len(found.ids), dtype=bool)
    lit: Flags = found.points.polarity == POLARITIES.index(asked.polarity)
    return lit


def chosen_ids(found: Map, asked: Asked) -> list[str]:
    """Give the ids of the comments asked for: low scores first, then those that speak badly of something."""
    corners = read_area(asked.area)
    wanted = lit_of(found, asked)
    if corners is not None:
        wanted = wanted & inside(found.points.x, found.points.y, corners)
    rows = np.flatnonzero(wanted)
    spoken = found.points.polarity[rows] != POLARITIES.index("negative")
    ordered = rows[np.lexsort((rows, spoken, found.band[rows]))]
    return [found.ids[row] for row in ordered.tolist()]


def ways_html(found: Map, asked: Asked) -> str:
    """Write the choice of a polarity, each with its number of points: the legend of the map as well."""
    everything = replace(asked, polarity="", area="")
    ways = []
    for polarity, name in NAMES.items():
        n = len(chosen_ids(found, replace(everything, polarity=polarity)))
        sign = f"{MARKS[polarity]} " if polarity else ""
        here = ' aria-current="true"' if polarity == asked.polarity else ""
        way = links.link(f"{sign}{name} {fmt.count(n)}", asked.href(polarity=polarity))
        ways.append(f'<li class="{polarity}"{here}>{way}</li>')
    return f'<ul class="ways" aria-label="Polarity">{"".join(ways)}</ul>'


def chosen_list(found: Map, asked: Asked, params: Mapping[str, Any]) -> None:
    """Draw the comments asked for: how many, the first ones, and more on a click."""
    ids = chosen_ids(found, asked)
    whole = "" if not asked.area else f" · {links.link('Show all of the map', asked.href(area=''))}"
    many = f"<b>{fmt.counted(len(ids), 'comment')}</b>. " if ids else ""
    title = IN_LOOP if asked.area else TITLE
    look.block(
        f'<div class="section"><h2 class="title">{title}</h2><p class="note" role="status">'
        f"{many}{NOTE if ids else NOTHING}{whole}</p></div>"
    )
    key = f"map_pages_{hash((asked, tuple(sorted(params.items()))))}"
    shown = SHOWN * int(st.session_state.get(key, 1))
    look.block("".join(comment.comment_html(one) for one in _read(ids[:shown], params)))
    if len(ids) > shown:
        left = f"{strings.MORE_COMMENTS} ({fmt.count(len(ids) - shown)} more)"
        st.button(left, key="more_map", on_click=_turn, args=(key,), type="tertiary")


def _read(ids: Sequence[str], params: Mapping[str, Any]) -> list[Any]:
    """Read comments in the order of their ids, a page of the API at a time."""
    found: dict[str, Any] = {}
    for first in range(0, len(ids), SHOWN):
        part = tuple(ids[first : first + SHOWN])
        page = loading.read("/v1/comments", SearchPage, params, id=part, limit=SHOWN)
        found |= {one.comment_id: one for one in page.items}
    return [found[one] for one in ids if one in found]


def _turn(key: str) -> None:
    st.session_state[key] = int(st.session_state.get(key, 1)) + 1
