"""What the retention page asks for: the filters, and finished quarters back from where the period ends."""

import re
from calendar import monthrange
from datetime import date, datetime
from typing import Any

from dashboard.filters import Filters

# Finished quarters looked at: three years tell a line; a reader who asks for a year, or for all, gets that.
QUARTERS = {"365d": 4, "all": 40}
USUAL_QUARTERS, YEAR_QUARTERS = 12, 4


def question(filters: Filters, newest: datetime) -> dict[str, Any]:
    """Give the parameters: the filters on accounts and answers, and quarters back from where the period ends."""
    params: dict[str, Any] = {
        name: value for name, value in filters.params().items() if name not in ("window", "period")
    }
    usual = YEAR_QUARTERS if re.fullmatch(r"\d{4}", filters.period) else USUAL_QUARTERS
    params["quarters"] = QUARTERS.get(filters.period, usual)
    end = period_end(filters.period)
    # A period that still runs ends with the newest record.
    return {**params, "as_of": end.isoformat()} if end is not None and end < newest.date() else params


def period_end(period: str) -> date | None:
    """Give the last day of a calendar period; None of one that looks back from the newest record."""
    found = re.fullmatch(r"(\d{4})(?:-(?:Q(\d)|(\d\d)))?", period)
    if found is None:
        return None
    year, quarter, month = found.groups()
    last = int(month) if month else 3 * int(quarter) if quarter else 12
    return date(int(year), last, monthrange(int(year), last)[1])


def is_long(period: str) -> bool:
    """Whether a period chooses the quarters by itself: a year or more."""
    return period in QUARTERS or re.fullmatch(r"\d{4}", period) is not None
