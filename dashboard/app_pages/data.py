"""data."""

from dashboard import frame
from dashboard.filters import Filters


def render(filters: Filters) -> None:
    """Draw the page."""
    frame.head("data", filters, None)


frame.show(render)
