"""Overview: each score with the comments under it, what costs it, what is new, whom to look at, who did not answer."""

from api.schemas.scores import ScoresOut
from dashboard import frame, loading
from dashboard.filters import Filters
from dashboard.pieces import sentence
from dashboard.pieces.overview_accounts import accounts
from dashboard.pieces.overview_cards import SHOWN, cards
from dashboard.pieces.overview_coverage import coverage
from dashboard.pieces.overview_drivers import drivers
from dashboard.pieces.overview_emerging import emerging

# The newest record of a store that holds none.
NEVER = 1970


def render(filters: Filters) -> None:
    """Draw the page from the top: what comes first is asked for first, and is read while the rest is on its way."""
    found = loading.read("/v1/scores", ScoresOut, filters.params(), comments=SHOWN)
    as_of = found.period.as_of
    if as_of.year == NEVER:
        frame.no_data()
    frame.head(sentence.headline(found.items, filters), filters, as_of)
    cards(filters, found)
    drivers(filters, found)
    emerging(filters)
    accounts(filters, as_of)
    coverage(filters, as_of)


frame.show(render)
