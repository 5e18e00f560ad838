"""Map: comments as points, what is alike side by side; hover to read, draw a loop to list."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st

from api.schemas.slices import MeOut
from api.schemas.themes import ThemePage
from dashboard import frame, links, loading, look, navigate
from dashboard.charts.map import map_figure
from dashboard.charts.map_shapes import read_area
from dashboard.filters import Filters
from dashboard.pieces import map_themes
from dashboard.pieces.empty import empty_html
from dashboard.pieces.map_chosen import KINDS, Asked, area_of, chosen_list, lit_of, read_asked, ways_html
from dashboard.pieces.map_read import Map, before, read_map
from dashboard.pieces.theme_tree import read_themes, themes_question

CHART, PICK, DRAWN = "map_points", "map_theme", "map_drawn"
HOW = (
    "Point at a mark to read it. Draw a loop round marks to list them below; two clicks on the ground let go of it. "
    "A grey field is where a theme's comments lie closest; a theme without one lies scattered: choose it to see where."
)
EMPTY_TITLE = "Nothing to draw in this slice"
EMPTY = "No comment here has a place on the map. Widen the filters above; `sottovoce run` places new comments."
ALL_THEMES = "All themes"
BUTTONS = [["lasso2d", "select2d", "pan2d", "zoom2d"], ["zoomIn2d", "zoomOut2d", "resetScale2d"]]
CONFIG = {"displayModeBar": True, "displaylogo": False, "modeBarButtons": BUTTONS, "scrollZoom": False}


def render(filters: Filters) -> None:
    """Draw the page."""
    if not loading.read("/v1/me", MeOut).has_data:
        frame.no_data()
    asked = read_asked(navigate.own_params())
    params = filters.params()
    loading.ahead(themes_question(asked.kind, params, trend=False, total=False))
    found = read_map(params, kind=asked.kind)
    page = _leaves(read_themes(asked.kind, params, trend=False, total=False))
    name = map_themes.name_of(page, asked.theme)
    frame.head(map_themes.sentence(found, page, asked, name), filters, found.as_of)
    _choices(page, asked)
    if not found.ids:
        look.block(empty_html(EMPTY_TITLE, EMPTY))
    else:
        st.fragment(_map)(params, found, page)
    map_themes.theme_list(page, asked)


def _leaves(page: ThemePage) -> ThemePage:
    """Leave out what stands above other themes: on the map a comment lies in the theme below."""
    above = {one.info.parent_key for one in page.items}
    return page.model_copy(update={"items": [one for one in page.items if one.info.key not in above]})


def _choices(page: ThemePage, asked: Asked) -> None:
    left, right = st.columns([5, 3], vertical_alignment="center")
    with left:
        _kinds(asked)
    with right:
        _pick(page, asked)


def _kinds(asked: Asked) -> None:
    ways = "".join(
        f"<li{' aria-current=true' if kind == asked.kind else ''}>"
        f"{links.link(name, asked.href(kind=kind, theme='', area=''))}</li>"
        for kind, name in KINDS.items()
    )
    look.block(f'<ul class="ways" aria-label="Which themes">{ways}</ul>')


def _pick(page: ThemePage, asked: Asked) -> None:
    """Draw the choice of a theme, kept in the address."""
    names = {one.info.key: one.info.name for one in page.items if one.counts.comments}
    st.session_state[PICK] = asked.theme if asked.theme in names else ""
    st.selectbox(
        "Theme",
        ["", *sorted(names, key=lambda one: names[one].casefold())],
        format_func=lambda one: names.get(one, ALL_THEMES),
        key=PICK,
        on_change=_keep_theme,
        label_visibility="collapsed",
    )


def _keep_theme() -> None:
    st.query_params.pop("area", None)
    if st.session_state[PICK]:
        st.query_params["theme"] = str(st.session_state[PICK])
    else:
        st.query_params.pop("theme", None)


def _map(params: Mapping[str, Any], found: Map, page: ThemePage) -> None:
    """Draw the map and the comments asked for; a loop draws these alone anew."""
    asked = read_asked(navigate.own_params())
    of_theme = _of_theme(params, found, page, asked)
    look.block(ways_html(of_theme, asked) + f'<p class="note">{HOW} {map_themes.drawn_words(found)}</p>')
    st.plotly_chart(
        _figure(found, of_theme, asked, map_themes.name_of(page, asked.theme)),
        theme=None,
        key=CHART,
        on_select=_keep_area,
        selection_mode=("lasso", "box"),
        config=CONFIG,
        alt=map_themes.alt_words(found, page),
    )
    chosen_list(of_theme, asked, params)


def _of_theme(params: Mapping[str, Any], found: Map, page: ThemePage, asked: Asked) -> Map:
    if not map_themes.name_of(page, asked.theme):
        return found
    return read_map(params, kind=asked.kind, theme=asked.theme)


def _figure(found: Map, of_theme: Map, asked: Asked, name: str) -> Any:  # noqa: ANN401 - a figure
    names, place, points, lit = [one.name for one in found.regions], -1, found.points, lit_of(of_theme, asked)
    if of_theme is not found:
        keys = [one.key for one in found.regions]
        # A theme that others stand below is no region of its own.
        place = keys.index(asked.theme) if asked.theme in keys else len(keys)
        names += [name] if place == len(keys) else []
        points = before(found, of_theme, place)
        lit = np.concatenate([np.zeros(len(points.x) - len(lit), dtype=bool), lit])
    # A loop that was just drawn is on the map already; one that came with the address is drawn by us.
    loop = None if asked.area == st.session_state.get(DRAWN) else read_area(asked.area)
    return map_figure(points, names, colours=look.palette(look.current_mode()), lit=lit, chosen=place, loop=loop)


def _keep_area() -> None:
    """Keep in the address what was drawn."""
    area = area_of(st.session_state[CHART]["selection"])
    st.session_state[DRAWN] = area
    if area:
        st.query_params["area"] = area
    else:
        st.query_params.pop("area", None)


frame.show(render)
