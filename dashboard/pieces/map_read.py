"""What the map is drawn from, read once and kept small: tens of thousands of points are columns, never objects."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from api.schemas.map import MapOut, RegionOut
from dashboard import loading
from dashboard.charts.map import CHARS, POLARITIES, MapPoints
from dashboard.client import Api

# Points drawn; of more comments the API gives a fair sample.
MOST_POINTS = 50_000
# Maps kept: one of 50,000 points takes 10 MB.
MAX_MAPS = 6
# Of a comment without a score: after those with a low one, before those with a high one.
NO_SCORE = 0


@dataclass(frozen=True)
class Map:
    """A map: its points with their comments' ids, and the themes in the order that points count them."""

    as_of: datetime
    total: int
    ids: list[str]
    points: MapPoints
    band: NDArray[np.int8]
    regions: list[RegionOut]


def read_map(params: Mapping[str, Any], *, kind: str, theme: str = "", words: bool = True) -> Map:
    """Read the points of a slice; with a theme only those that speak of it, with how they speak of it."""
    client = loading.get_client()
    more = {"kind": kind, "limit": MOST_POINTS, "chars": CHARS if words else 0, **({"theme": theme} if theme else {})}
    return _read(client, client.identity, tuple(sorted({**params, **more}.items())))


@st.cache_data(ttl=loading.TTL_S, max_entries=MAX_MAPS, show_spinner=False)
def _read(_client: Api, identity: str, asked: tuple[tuple[str, Any], ...]) -> Map:
    found = _client.read("/v1/map", MapOut, dict(asked))
    columns = found.points
    code = {name: place for place, name in enumerate(POLARITIES)}
    points = MapPoints(
        x=np.array(columns.x, dtype=np.float32),
        y=np.array(columns.y, dtype=np.float32),
        theme=np.array(columns.theme, dtype=np.int32),
        polarity=np.array([code.get(one or "", 0) for one in columns.polarity], dtype=np.int8),
        text=columns.text or [""] * len(columns.x),
    )
    band = np.array([NO_SCORE if one is None else one for one in columns.score_band], dtype=np.int8)
    return Map(found.period.as_of, found.total, columns.comment_id, points, band, found.regions)


def before(found: Map, of_theme: Map, place: int) -> MapPoints:
    """Put the points of a theme before the other points: these come first, so that they are drawn below.

    Args:
        found: The map.
        of_theme: The theme's points, with how they speak of it; of a sample they may be others than the map's own.
        place: Of the theme among the map's.
    """
    own = set(of_theme.ids)
    kept = np.array([one not in own for one in found.ids], dtype=bool)
    ground, front = found.points, of_theme.points
    return MapPoints(
        x=np.concatenate([ground.x[kept], front.x]),
        y=np.concatenate([ground.y[kept], front.y]),
        theme=np.concatenate([ground.theme[kept], np.full(len(front.x), place, dtype=np.int32)]),
        polarity=np.concatenate([ground.polarity[kept], front.polarity]),
        text=[*(words for words, keep in zip(ground.text, kept, strict=True) if keep), *front.text],
    )
