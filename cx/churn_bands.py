"""Churn by band of account-level NPS: what the search of a line looks at, coarse enough to be drawn.

Source: `cx.churn_line`, whose account-quarters these are.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from cx.line_search import lay_out
from cx.quarters import AccountQuarter
from cx.scores import Score, share

# NPS points: eight bands over the scale; an account-level NPS of a few answers fills no finer ones.
DRAWN_WIDTH = 25


@dataclass(frozen=True)
class ChurnBand:
    """Account-quarters whose NPS before the quarter was from `low` on and under `high` (the last band: up to it).

    `rate` is percent churned a quarter with a Wilson interval; None without an account-quarter.
    """

    low: float
    high: float
    n: int
    accounts: int
    churned: int
    rate: Score | None


def churn_bands(rows: Sequence[AccountQuarter], *, width: int = DRAWN_WIDTH) -> list[ChurnBand]:
    """Give churn by band of NPS, lowest first; bands without an account-quarter are among them.

    Answers: do unhappy accounts leave more, and how many is that said of (CX leader)?
    """
    grid = lay_out(rows, width)
    kept = grid.at_risk & (grid.bands >= 0)
    # The last line is 100 itself: an account at 100 belongs to the band that ends there.
    places = grid.bands.clip(max=len(grid.lines) - 1)
    found = []
    for place, high in enumerate(grid.lines.tolist()):
        inside = kept & (places == place)
        n, churned = int(inside.sum()), int((inside & grid.churned).sum())
        accounts = int(inside.any(axis=1).sum()) if inside.size else 0
        found.append(ChurnBand(high - width, high, n, accounts, churned, share(churned, n)))
    return found
