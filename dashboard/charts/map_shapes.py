"""The geometry of the map: where a theme lies, which names have room, and what lies inside a loop that was drawn."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]
# A theme's region holds this share of its points, where they are densest: on the sample the others lie scattered over
# half the map.
CORE_SHARE, LEAST_POINTS = 0.4, 4
# A theme has no region where its core reaches farther than this from its middle (coordinates lie within about -1..1),
# or where fewer of the points in it are its own: of the sample's taxonomy 6 of 24 themes have one, of what was found in
# the comments nearly all.
MOST_REACH, LEAST_OWN = 0.3, 0.25
# Points from which the densest place is looked for.
STARTS = 100
# Air between the outermost points and the edge of their region.
PAD = 0.02
# A loop in an address: corners kept, and their form.
MOST_CORNERS = 60
_CORNER = re.compile(r"-?\d(?:\.\d{1,3})?,-?\d(?:\.\d{1,3})?")
# Pixels of a letter of a name at 13 px, and of a line with the air that it wants.
LETTER_PX, LINE_PX = 7.4, 30.0
# Pixels of the map on a phone, and of its coordinates across; a name that would be cut there is written inwards.
PHONE_PX, SPAN = 350, 2.2


@dataclass(frozen=True)
class Core:
    """Where a theme lies: the middle of its densest points, and their hull."""

    x: float
    y: float
    hull: Floats


def core_of(own: Floats, every: Floats) -> Core | None:
    """Find where a theme's points are densest.

    Args:
        own: The theme's points, (n, 2).
        every: All points of the map, (m, 2), the theme's own among them.

    Returns:
        None of too few points, and of a theme that lies scattered among others.
    """
    if len(own) < LEAST_POINTS:
        return None
    kept = max(LEAST_POINTS, round(CORE_SHARE * len(own)))
    start, reach = _densest(own, kept)
    here = int((_distances(every, start) <= reach).sum())
    if reach > MOST_REACH or kept < LEAST_OWN * here:
        return None
    near = own[np.argsort(_distances(own, start), kind="stable")[:kept]]
    middle = np.median(near, axis=0)
    return Core(float(middle[0]), float(middle[1]), _padded(_hull(near), middle))


def _densest(own: Floats, kept: int) -> tuple[Floats, float]:
    """Find the point with so many points nearest around it, and how far these reach."""
    starts = own[:: -(-len(own) // STARTS)]
    reaches = [float(np.partition(_distances(own, start), kept - 1)[kept - 1]) for start in starts]
    best = int(np.argmin(reaches))
    return starts[best], reaches[best]


def _distances(spots: Floats, middle: Floats) -> Floats:
    found: Floats = np.hypot(spots[:, 0] - middle[0], spots[:, 1] - middle[1])
    return found


def _hull(spots: Floats) -> Floats:
    """Give the convex hull, counterclockwise. Source: Andrew (1979), monotone chain."""
    ordered = np.unique(spots, axis=0).tolist()
    if len(ordered) < 3:
        return np.array(ordered, dtype=np.float32)
    lower, upper = _chain(ordered), _chain(ordered[::-1])
    return np.array(lower[:-1] + upper[:-1], dtype=np.float32)


def _chain(ordered: Sequence[list[float]]) -> list[list[float]]:
    found: list[list[float]] = []
    for spot in ordered:
        while len(found) > 1 and _turn(found[-2], found[-1], spot) <= 0:
            found.pop()
        found.append(spot)
    return found


def _turn(a: list[float], b: list[float], c: list[float]) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _padded(hull: Floats, middle: Floats) -> Floats:
    """Move each corner away from the middle; few corners, or all on a line, become a small ring."""
    if len(hull) < 3:
        turns = np.linspace(0, 2 * np.pi, 8, endpoint=False)
        reach = float(np.max(np.hypot(*(hull - middle).T), initial=0.0))
        hull = (middle + reach * np.column_stack([np.cos(turns), np.sin(turns)])).astype(np.float32)
    away = hull - middle
    length = np.maximum(np.hypot(*away.T)[:, None], 1e-6)
    return (hull + away / length * PAD).astype(np.float32)


def with_room(
    names: Sequence[tuple[str, float, float]],
    *,
    width_px: float,
    height_px: float,
    span: tuple[float, float],
    taken: Sequence[int] = (),
    inwards: Collection[int] = (),
) -> list[int]:
    """Choose the names that don't cover one another, in the order given.

    Args:
        names: What is written, and where its middle lies.
        width_px: Of the whole map.
        height_px: The same.
        span: Of the coordinates, across and along.
        taken: Places in `names` that are written anyway.
        inwards: Places in `names` that are written towards the middle where a phone would cut them.
    """
    boxes: list[tuple[float, float, float, float]] = []
    chosen: list[int] = []
    for place in (*taken, *(one for one in range(len(names)) if one not in taken)):
        name, x, y = names[place]
        wide = len(name) * LETTER_PX / width_px * span[0]
        high = LINE_PX / height_px * span[1]
        x += turn(name, x) * wide / 2 if place in inwards else 0.0
        box = (x - wide / 2, x + wide / 2, y - high / 2, y + high / 2)
        if place in taken or not any(_cover(box, other) for other in boxes):
            boxes.append(box)
            chosen.append(place)
    return chosen


def turn(name: str, x: float) -> int:
    """Say to which side of its place a name is written: 1 right, -1 left, 0 both."""
    reach = abs(x) + len(name) * LETTER_PX / PHONE_PX * SPAN / 2
    return 0 if reach <= SPAN / 2 else -1 if x > 0 else 1


def _cover(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[1] and other[0] < one[1] and one[2] < other[3] and other[2] < one[3]


def write_area(corners: Sequence[tuple[float, float]]) -> str:
    """Write a loop for an address; of many corners every so-many-th is kept."""
    step = max(1, -(-len(corners) // MOST_CORNERS))
    return ";".join(f"{round(x, 3):g},{round(y, 3):g}" for x, y in corners[::step] if abs(x) < 10 and abs(y) < 10)


def read_area(value: str) -> Floats | None:
    """Read a loop of an address; None where it is none."""
    found = [one for one in value.split(";") if _CORNER.fullmatch(one)][:MOST_CORNERS]
    if len(found) < 3:
        return None
    return np.array([[float(part) for part in one.split(",")] for one in found], dtype=np.float32)


def inside(x: Floats, y: Floats, corners: Floats) -> Flags:
    """Say which points lie inside a loop: from those a ray to the right crosses its edge an odd number of times."""
    found = np.zeros(len(x), dtype=bool)
    before = corners[-1]
    for corner in corners:
        low, high = (before, corner) if before[1] < corner[1] else (corner, before)
        crossed = (y >= low[1]) & (y < high[1])
        if high[1] > low[1]:
            found ^= crossed & (x < low[0] + (y - low[1]) / (high[1] - low[1]) * (high[0] - low[0]))
        before = corner
    return found
