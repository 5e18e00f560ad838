"""The report of the whole company: the overview on paper, with what moved and how to read it."""

from collections.abc import Sequence

from api.schemas.scores import ScoreCard, ScoresOut
from dashboard import format as fmt
from dashboard import loading, look, strings
from dashboard.charts.trend import Point
from dashboard.charts.trend_svg import trend_svg
from dashboard.client import MissingError
from dashboard.filters import Filters
from dashboard.pieces import comment, overview_drivers, score_card, sentence
from dashboard.pieces.overview_accounts import accounts
from dashboard.pieces.overview_cards import LIMITS, months_of, scale_of
from dashboard.pieces.overview_coverage import coverage
from dashboard.pieces.overview_emerging import emerging
from dashboard.report.document import section_html
from dashboard.report.moved import moved_html

# Comments under each score: the newest of the people who pulled it down.
WORDS = 4
NOTHING = "Nobody answered and nobody wrote anything in this period: there is nothing to report."
TREND = "By month over the last year, with 95\u00a0% intervals; hollow: few answers."
NOT_ALL = "{shown} of {all} comments shown, the newest."


def read_scores(filters: Filters) -> ScoresOut:
    """Read the scores of the period."""
    return loading.read("/v1/scores", ScoresOut, filters.params(), comments=WORDS)


def company_blocks(filters: Filters, found: ScoresOut) -> str:
    """Write the opening sentence; the sections go onto the sheet in their order.

    Raises:
        MissingError: Nothing came in in this period.
    """
    now = overview_drivers.themes_of(filters.params())
    if not found.items and not now.items:
        raise MissingError(NOTHING)
    earlier = overview_drivers.earlier(filters, found.period)
    before = None if earlier is None else overview_drivers.themes_of(earlier)
    if found.items:
        look.block(_cards(filters, found))
    for kind in dict.fromkeys(card.type for card in found.items):
        title = overview_drivers.TITLE.format(score=strings.SCORE_NAMES[kind])
        look.block(section_html(title, overview_drivers.drivers_html(filters, found.period, kind)))
    look.block(moved_html(filters, found.items, now, before))
    emerging(filters)
    accounts(filters, found.period.as_of)
    coverage(filters, found.period.as_of)
    return sentence.headline(found.items, filters)


def _cards(filters: Filters, found: ScoresOut) -> str:
    months = months_of(filters, found)
    drawn = "".join(_card(one, months.get(scale_of(one), [])) for one in found.items)
    return f'<section><div class="grid scores">{drawn}</div><p class="note">{TREND}</p></section>'


def _card(card: ScoreCard, points: Sequence[Point]) -> str:
    limits = LIMITS.get(card.type, (card.scale_min, card.scale_max))
    line = trend_svg(points, kind=card.type, name=strings.SCORE_NAMES[card.type], limits=limits)
    quotes = "".join(comment.comment_html(one) for one in card.comments)
    shown, every = len(card.comments), card.comments_total or 0
    nothing = f'<p class="note">{strings.NO_COMMENTS}</p>' if card.score.flagged and not card.comments else ""
    more = f'<p class="note">{NOT_ALL.format(shown=shown, all=fmt.count(every))}</p>' if every > shown > 0 else ""
    return f"<div>{score_card.head_html(card)}{line}{score_card.under_html(card)}{quotes}{nothing}{more}</div>"
