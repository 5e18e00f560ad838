"""The button that hands a list over whole as CSV."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from dashboard import loading
from dashboard.client import Api

ICON = ":material/download:"


def csv_button(
    label: str,
    path: str,
    params: Mapping[str, Any],
    *,
    name: str,
    key: str,
    icon: str | None = ICON,
    **more: Any,  # noqa: ANN401 - as `st.download_button` takes
) -> None:
    """Draw the button; the file is called `name` and its ending, without an icon where that is None."""
    whole = content(loading.get_client(), path, params)
    st.download_button(label, whole, f"{name}.csv", "text/csv", key=key, on_click="ignore", icon=icon, **more)


def content(client: Api, path: str, params: Mapping[str, Any]) -> Callable[[], bytes]:
    """Give what asks for a list as CSV; it is asked when the button is pressed, with the filters of that moment."""
    return lambda: client.export(path, dict(params))
