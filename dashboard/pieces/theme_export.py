"""Lists of themes as files: what the page shows, and the backlog table that a sheet or a tracker takes."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboard.pieces.csv_button import ICON, csv_button

EXPORT = "Export"
CUTS = {
    "theme": "Theme",
    "theme,segment": "Theme and segment",
    "theme,role": "Theme and role",
    "theme,stage": "Theme and stage",
    "theme,account": "Theme and account",
    "theme,month": "Theme and month",
}


def list_params(params: Mapping[str, Any], *, kind: str, search: str = "", sort: str = "comments") -> dict[str, Any]:
    """Give what the list of themes on the page is asked with."""
    # By effect is the page's own order: the list has no column for it.
    return {**params, "kind": kind, "search": search, "sort": "comments" if sort == "impact" else sort}


def backlog_params(
    params: Mapping[str, Any], *, kind: str, group_by: str, themes: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Give what the backlog table is asked with."""
    return {**params, "kind": kind, "group_by": group_by, "theme": themes}


def button(label: str, path: str, params: Mapping[str, Any], *, name: str, key: str) -> None:
    """Draw a button that hands a list over as CSV."""
    csv_button(label, path, params, name=name, key=key, icon=None, width="stretch")


def themes_export(params: Mapping[str, Any], *, kind: str, search: str, sort: str, found: tuple[str, ...]) -> None:
    """Draw the ways out of a list of themes."""
    with st.popover(EXPORT, icon=ICON, key=f"export_{kind}"):
        asked = list_params(params, kind=kind, search=search, sort=sort)
        button("Themes as listed (CSV)", "/v1/themes", asked, name=f"{kind}-themes", key=f"csv_{kind}")
        backlog(params, kind=kind, themes=found if search else (), name=f"{kind}-backlog")


def backlog(params: Mapping[str, Any], *, kind: str, themes: tuple[str, ...], name: str) -> None:
    """Draw the choice of the backlog's rows, and its button."""
    cut = st.selectbox("Backlog table: a row for each", list(CUTS), format_func=CUTS.__getitem__, key=f"cut_{kind}")
    asked = backlog_params(params, kind=kind, group_by=cut, themes=themes)
    button("Backlog table (CSV)", "/v1/themes/counts", asked, name=name, key=f"backlog_{kind}")
