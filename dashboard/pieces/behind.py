"""The way from a number of a score to the comments behind it: the search page, narrowed to what the number counts."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from api.schemas.scores import ScoreCard
from dashboard.filters import Filters
from dashboard.links import comments_link

# Bands of answers as GET /v1/comments takes them; a comment without a score is behind no score.
LOW, SCORED = "detractor", "detractor,passive,promoter"
Link = Callable[[str], str]


def of_card(card: ScoreCard, cards: Sequence[ScoreCard], filters: Filters, *, bands: str = SCORED, **more: str) -> Link:
    """Give what makes a number of a card a link; where a survey type has several scales, to one scale's answers."""
    if sum(one.type == card.type for one in cards) > 1:
        scale = f"{card.type}:{card.scale_min:g}:{card.scale_max:g}"
        more = {**more, "scale": scale if card.high_is_good else f"{scale}:low"}
    return of_score(card.type, filters, bands=bands, **more)


def of_score(kind: str, filters: Filters, *, bands: str = SCORED, **more: str) -> Link:
    """Give what makes a number of comments of one survey type a link."""
    narrowed = replace(filters, source=(kind,))
    return lambda label: comments_link(label, narrowed, score_band=bands, **more)
