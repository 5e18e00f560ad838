"""When a digest is due: `weekly monday 08:00`, in UTC or in a zone that is named."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

WEEK = timedelta(days=7)
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
HOW = "write weekly monday 08:00, and a zone where it is not UTC: weekly monday 08:00 Europe/Berlin"


@dataclass(frozen=True)
class Schedule:
    """A weekday (0 is Monday) and a time of the day there."""

    weekday: int
    at: time
    zone: tzinfo = UTC

    def last_due(self, now: datetime) -> datetime:
        """Give the latest moment up to `now` when a digest was due, in UTC."""
        local = now.astimezone(self.zone)
        day = local.date() - timedelta(days=(local.weekday() - self.weekday) % 7)
        due = datetime.combine(day, self.at, self.zone)
        # The same day, later: last week's is the latest. The clock of the zone decides, also over a change of it.
        return (due if due <= local else datetime.combine(day - WEEK, self.at, self.zone)).astimezone(UTC)


def read_schedule(words: str) -> Schedule | None:
    """Read a schedule; None where there is none.

    Raises:
        ValueError: It is not understood; says what to write.
    """
    parts = words.split()
    if not parts:
        return None
    if len(parts) not in (3, 4) or parts[0].lower() != "weekly" or parts[1].lower() not in DAYS:
        raise ValueError(HOW)
    try:
        at = time.fromisoformat(parts[2])
        zone = ZoneInfo(parts[3]) if len(parts) == 4 else UTC
    except (ValueError, ZoneInfoNotFoundError, OSError) as error:
        raise ValueError(HOW) from error
    if at.tzinfo is not None or ":" not in parts[2]:
        raise ValueError(HOW)
    return Schedule(DAYS.index(parts[1].lower()), at, zone)
