"""An account's figures as text: a value, its n, and its interval or why there is none."""

from api.schemas.figures import FigureOut
from dashboard import format as fmt
from dashboard import strings


def value_html(figure: FigureOut, *, kind: str = "nps", scale_max: float = 10) -> str:
    """Write a value; muted under the least n that says anything."""
    few = " few" if figure.n < fmt.FEW else ""
    return f'<span class="figure{few}">{fmt.score_value(kind, figure.value, figure.n, scale_max)}</span>'


def known(figure: FigureOut, *, kind: str = "nps", why_none: str = "") -> str:
    """Say how well a value is known: n, and the interval or why there is none."""
    if figure.low is None or figure.high is None:
        bounds = why_none or ("no interval from one answer" if figure.n == 1 else "no interval")
    else:
        bounds = f"95\u00a0% interval {fmt.bound(kind, figure.low)} to {fmt.bound(kind, figure.high)}"
    few = f", {strings.FEW_ANSWERS}" if figure.n < fmt.FEW else ""
    return f"n {fmt.count(figure.n)}{few}, {bounds}"


def score_chip(kind: str, score: float, band: int) -> str:
    """Write one person's score as a chip: its colour says what its sign says as well."""
    meaning = {-1: "negative", 0: "neutral", 1: "positive"}.get(band, "neutral")
    return f'<span class="chip {meaning}">{strings.SCORE_NAMES.get(kind, "Score")} {fmt.plain(score)}</span>'
