"""journey."""

from dashboard import frame
from dashboard.filters import Filters


def render(filters: Filters) -> None:
    """Draw the page."""
    frame.head("journey", filters, None)


frame.show(render)
