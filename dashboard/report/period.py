"""The period of a report, as people write it."""

import re
from datetime import datetime

from dashboard import format as fmt
from dashboard import strings
from dashboard.client import ClientError
from dashboard.filters import Filters, period_name

HOW = "write 2026Q3, 2026-09, 2026 or 90d"
_CALENDAR = re.compile(r"(?P<year>(?:19|20|21)\d\d)(?:-?Q(?P<quarter>[1-4])|-(?P<month>0[1-9]|1[0-2]))?")


class PeriodError(ClientError, ValueError):
    """There is no such period, or nothing is known of it."""


def read_period(value: str) -> Filters:
    """Read a period: 2026Q3, 2026-Q3, 2026-09, 2026, a window of the pages (90d), or "" for their default.

    Raises:
        PeriodError: It is none of these.
    """
    wanted = value.strip()
    if not wanted:
        return Filters()
    if wanted.lower() in strings.PERIODS:
        return Filters(period=wanted.lower())
    found = _CALENDAR.fullmatch(wanted.upper())
    if found is None:
        windows = ", ".join(strings.PERIODS)
        raise PeriodError(f"no period {value[:40]!r}: {HOW} (a quarter, a month, a year; or one of {windows})")
    year, quarter, month = found.group("year", "quarter", "month")
    return Filters(period=f"{year}-Q{quarter}" if quarter else f"{year}-{month}" if month else year)


def require_begun(filters: Filters, since: datetime | None, newest: datetime) -> None:
    """Refuse a period that lies behind the newest record.

    Raises:
        PeriodError: It does.
    """
    if since is not None and since > newest:
        raise PeriodError(
            f"nothing is known of {period_name(filters.period)} yet: the newest record is of {fmt.day(newest)}; {HOW}"
        )


def period_words(filters: Filters, since: datetime | None, as_of: datetime, newest: datetime) -> str:
    """Say a report's period with both its days, and how far it is known."""
    days = f", {fmt.day(since)} to {fmt.day(as_of)}" if since is not None else f" to {fmt.day(as_of)}"
    so_far = f"; known so far: to {fmt.day(newest)}" if as_of.date() > newest.date() else ""
    return period_name(filters.period) + days + so_far
