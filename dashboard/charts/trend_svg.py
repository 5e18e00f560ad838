"""A score over time as inline SVG: what `trend` draws, for a file that loads nothing and runs nothing.

Colours are the style sheet's own variables, so the line follows light, dark and paper.
"""

from collections.abc import Callable, Sequence
from datetime import date

from dashboard import format as fmt
from dashboard.charts.trend import Point, said_of, shown_range, trend_words
from dashboard.look import text

# User units; the drawing is stretched to its column, lines and dots keep their width.
WIDTH, HEIGHT, EDGE = 360.0, 96.0, 7.0
# Radius of a dot.
DOT = 3.2


def trend_svg(points: Sequence[Point], *, kind: str, name: str, limits: tuple[float, float]) -> str:
    """Draw a score by month, the first and the last value said beneath; "" under two months.

    Args:
        points: One a month; months without an answer are missing and leave a straight line.
        kind: nps, csat or ces.
        name: What it is called to who can't see it.
        limits: The lowest and highest value that the scale allows; at least half of it is shown.
    """
    ordered = sorted(points, key=lambda point: point.month)
    if len(ordered) < 2:
        return ""
    places = _places(ordered)
    low, high = shown_range(ordered, limits)

    def height(value: float) -> float:
        return EDGE + (HEIGHT - 2 * EDGE) * (high - value) / (high - low)

    zero = f'<path class="zero" d="M0 {height(0):.1f}H{WIDTH:.0f}"/>' if limits[0] < 0 < limits[1] else ""
    line = "L".join(f"{x:.1f} {height(point.value):.1f}" for x, point in zip(places, ordered, strict=True))
    dots = "".join(
        f'<circle class="{"dot" if point.n >= fmt.FEW else "dot few"}" cx="{x:.1f}" cy="{height(point.value):.1f}" '
        f'r="{DOT}"><title>{text(said_of(point, kind))}</title></circle>'
        for x, point in zip(places, ordered, strict=True)
    )
    told = text(trend_words(ordered, kind=kind, name=name))
    ends = "".join(f"<span>{fmt.month(point.month)}: {fmt.bound(kind, point.value)}</span>" for point in _ends(ordered))
    return (
        f'<figure class="trend"><svg viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}" role="img" aria-label="{told}">'
        f'{zero}{_band(places, ordered, height)}<path class="line" d="M{line}"/>{dots}</svg>'
        f'<figcaption class="note chart-note">{ends}</figcaption></figure>'
    )


def _ends(ordered: Sequence[Point]) -> tuple[Point, Point]:
    return ordered[0], ordered[-1]


def _places(ordered: Sequence[Point]) -> list[float]:
    """Put months on the width by their days."""
    days = [date.fromisoformat(point.month + "-01").toordinal() for point in ordered]
    span = max(days[-1] - days[0], 1)
    return [EDGE + (WIDTH - 2 * EDGE) * (day - days[0]) / span for day in days]


def _band(places: Sequence[float], ordered: Sequence[Point], height: Callable[[float], float]) -> str:
    """Draw the intervals as one band; months that allow none leave it out."""
    known = [(x, one) for x, one in zip(places, ordered, strict=True) if one.low is not None and one.high is not None]
    if len(known) < 2:
        return ""
    upper = [f"{x:.1f} {height(one.high or 0.0):.1f}" for x, one in known]
    lower = [f"{x:.1f} {height(one.low or 0.0):.1f}" for x, one in reversed(known)]
    return f'<path class="band" d="M{"L".join([*upper, *lower])}Z"/>'
