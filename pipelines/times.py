"""Dates and times as exports write them; a column's day-month order is decided over a whole sample."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

# Years that feedback can have: what lies outside is a misread number.
FIRST_YEAR, LAST_YEAR = 1970, 2200
# Unix times: seconds have 9 or 10 digits from 1973 to 2286, milliseconds three more.
_UNIX_S, _UNIX_MS = (1e8, 1e10), (1e11, 1e13)
# A spreadsheet's day numbers from 1982 to 2119; day 0 is 1899-12-30.
_SERIAL, _SERIAL_ZERO = (30_000, 80_000), datetime(1899, 12, 30, tzinfo=UTC)
# Two-digit years: 00-69 are 2000s, as POSIX has it.
_CENTURY_SPLIT = 69

_CLOCK = (
    r"(?:(?:,?\s+(?:at\s+)?|T)(?P<hour>\d{1,2})[:.h](?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<part>\d{1,9}))?)?"
    r"\s*(?P<half>[AaPp]\.?[Mm]\.?)?\s*\(?(?P<zone>Z|[A-Za-z]{2,5}|(?:UTC|GMT)?[+-]\d{1,2}:?(?:\d{2})?)?\)?)?\s*$"
)
_ISO = re.compile(r"^\s*(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})" + _CLOCK)
_NUMERIC = re.compile(r"^\s*(?P<a>\d{1,2})[/.-](?P<b>\d{1,2})[/.-](?P<y>\d{4}|\d{2})" + _CLOCK)
_DAY_NAMED = re.compile(
    r"^\s*(?:[A-Za-z]{3,9}\.?,?\s+)?(?P<d>\d{1,2})(?:st|nd|rd|th)?[ /.-]+(?P<name>[A-Za-z]{3,9})[ /.,-]+"
    r"(?P<y>\d{4}|\d{2})" + _CLOCK
)
_NAMED_DAY = re.compile(
    r"^\s*(?:[A-Za-z]{3,9}\.?,?\s+)?(?P<name>[A-Za-z]{3,9})\.?\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<y>\d{4})"
    + _CLOCK
)
_MONTHS = {
    name: month
    for month, names in enumerate(
        "jan january,feb february,mar march,apr april,may,jun june,jul july,aug august,sep sept september,"
        "oct october,nov november,dec december".split(","),
        start=1,
    )
    for name in names.split()
}
_ZONES_H = {"z": 0, "utc": 0, "gmt": 0, "bst": 1, "cet": 1, "cest": 2, "eet": 2, "eest": 3, "ist": 5.5, "jst": 9}
_ZONES_H |= {"est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7}


@dataclass(frozen=True)
class DayOrder:
    """Whether 03/04 is the third of April ("dmy") or the fourth of March ("mdy"), and whether that was a choice."""

    order: str = "mdy"
    ambiguous: bool = False


def detect_order(values: Iterable[object], *, now: datetime) -> DayOrder:
    """Decide the order over a sample: by days above 12, by dates that would lie ahead, else by custom.

    Custom: dots and dashes mean day first, slashes month first.
    """
    found = [match for value in values if isinstance(value, str) and (match := _NUMERIC.match(value))]
    if not found:
        return DayOrder()
    day_first = any(int(match["a"]) > 12 for match in found)
    month_first = any(int(match["b"]) > 12 for match in found)
    if day_first != month_first:
        return DayOrder("dmy" if day_first else "mdy")
    ahead = {order: sum(_lies_ahead(match, order, now) for match in found) for order in ("dmy", "mdy")}
    if ahead["dmy"] != ahead["mdy"]:
        return DayOrder(min(ahead, key=lambda order: ahead[order]))
    custom = "mdy" if any("/" in match[0] for match in found) else "dmy"
    return DayOrder(custom, ambiguous=any(match["a"] != match["b"] for match in found))


def _lies_ahead(match: re.Match[str], order: str, now: datetime) -> bool:
    try:
        moment = _from_match(match, order)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) > now + timedelta(days=1)
    except ValueError:
        return True


def parse_time(value: object, order: str = "mdy", *, zone: str | None = None) -> datetime:
    """Read a point in time as aware UTC; one without a zone is of `zone` ("Europe/Berlin"; None: UTC).

    A day without an hour stays that day: its zone is not moved.

    Raises:
        ValueError: It is no time, or lies outside 1970 to 2200.
    """
    moment = _read(value, order)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(zone) if zone and _has_clock(value) else UTC)
    if not FIRST_YEAR < moment.year < LAST_YEAR:
        raise ValueError(f"the year {moment.year} is out of range")
    return moment.astimezone(UTC)


def is_time(value: object) -> bool:
    """Say whether a cell is a time, whichever of day and month comes first."""
    for order in ("dmy", "mdy"):
        try:
            parse_time(value, order)
        except (ValueError, OverflowError):
            continue
        return True
    return False


def _has_clock(value: object) -> bool:
    if isinstance(value, datetime):
        return value.time() != time.min  # a sheet keeps a day as its midnight
    return isinstance(value, str) and bool(re.search(r"[\sT]\d{1,2}[:.h]\d{2}(?![.\d])", value))


def is_zone(name: str) -> bool:
    """Say whether a time zone of this name is known ("Europe/Berlin")."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def has_no_zone(value: object, order: str = "mdy") -> bool:
    """Say whether a cell holds a time of the day and no zone; False where it is no time."""
    try:
        return _has_clock(value) and _read(value, order).tzinfo is None
    except (ValueError, OverflowError):
        return False


def parse_date(value: object, order: str = "mdy") -> date:
    """Read a day; a time is cut to the day it names (in its own zone).

    Raises:
        ValueError: It is no day, or lies outside 1970 to 2200.
    """
    moment = _read(value, order)
    if not FIRST_YEAR < moment.year < LAST_YEAR:
        raise ValueError(f"the year {moment.year} is out of range")
    return moment.date()


def _read(value: object, order: str) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _from_number(float(value))
    if not isinstance(value, str):
        raise ValueError("not a date")
    return _from_text(value.strip(), order)


def _from_text(text: str, order: str) -> datetime:
    if text[4:5] == "-":
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            pass
    if len(text) > 60:
        raise ValueError("not a date")
    for pattern in (_ISO, _NUMERIC, _DAY_NAMED, _NAMED_DAY):
        if match := pattern.match(text):
            return _from_match(match, order)
    try:
        return _from_number(float(text))
    except (ValueError, OverflowError) as error:
        raise ValueError("not a date in a form that is known") from error


def _from_number(number: float) -> datetime:
    if _UNIX_S[0] <= number < _UNIX_S[1]:
        return datetime.fromtimestamp(number, UTC)
    if _UNIX_MS[0] <= number < _UNIX_MS[1]:
        return datetime.fromtimestamp(number / 1000, UTC)
    if _SERIAL[0] <= number < _SERIAL[1]:
        return _SERIAL_ZERO + timedelta(days=number)
    if number.is_integer() and 19_700_101 <= number <= 22_001_231:
        return datetime.strptime(str(int(number)), "%Y%m%d").replace(tzinfo=UTC)
    raise ValueError("a number that is no unix time")


def _from_match(match: re.Match[str], order: str) -> datetime:
    parts = match.groupdict()
    year = int(parts["y"])
    if len(parts["y"]) == 2:
        year += 2000 if year < _CENTURY_SPLIT else 1900
    if "a" in parts:
        first, second = int(parts["a"]), int(parts["b"])
        day, month = (first, second) if order == "dmy" else (second, first)
    elif "name" in parts:
        month, day = _MONTHS.get(parts["name"].lower(), 0), int(parts["d"])
    else:
        month, day = int(parts["m"]), int(parts["d"])
    return datetime(year, month, day, *_clock(parts), tzinfo=_zone(parts.get("zone")))


def _clock(parts: dict[str, str]) -> tuple[int, int, int, int]:
    if not parts.get("hour"):
        return 0, 0, 0, 0
    hour = int(parts["hour"])
    if half := parts.get("half"):
        if not 1 <= hour <= 12:
            raise ValueError(f"the hour {hour} does not go with {half}")
        hour = hour % 12 + (12 if half[0] in "pP" else 0)
    micro = int((parts.get("part") or "0").ljust(6, "0")[:6])
    return hour, int(parts["minute"]), int(parts.get("second") or 0), micro


def _zone(name: str | None) -> timezone | None:
    if not name:
        return None
    plain = name.lower()
    if plain in _ZONES_H:
        return timezone(timedelta(hours=_ZONES_H[plain]))
    match = re.fullmatch(r"(?:utc|gmt)?([+-])(\d{1,2}):?(\d{2})?", plain)
    if not match:
        raise ValueError(f"the time zone {name!r} is not known")
    offset = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
    if offset >= timedelta(hours=24):
        raise ValueError(f"the time zone {name!r} is not known")
    return timezone(-offset if match[1] == "-" else offset)
