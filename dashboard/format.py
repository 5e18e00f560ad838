"""Numbers, dates and names as every page writes them."""

from collections.abc import Mapping
from datetime import date, datetime

# LOOK: under this n a value is muted and says so.
FEW = 5
# LOOK: shares in whole percent above this n, else "17 of 23".
SHARE_FROM = 100
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MINUS = "−"


def signed(value: float) -> str:
    """Write a whole number with its sign: +12, −34, 0."""
    rounded = round(value)
    return f"{'+' if rounded > 0 else MINUS if rounded < 0 else ''}{abs(rounded)}"


def signed_decimal(value: float) -> str:
    """Write a number with its sign and one decimal: +4.5, −2.7, 0.0."""
    rounded = round(value, 1) + 0.0
    return f"{'+' if rounded > 0 else MINUS if rounded < 0 else ''}{abs(rounded):.1f}"


def one_decimal(value: float) -> str:
    """Write a number with one decimal: 3.9."""
    return f"{MINUS if value < 0 else ''}{abs(value):.1f}"


def plain(value: float) -> str:
    """Write a score as it was given: 4, or 4.5."""
    return f"{value:g}".replace("-", MINUS)


def count(value: int) -> str:
    """Write a count with thin groups: 12,400."""
    return f"{value:,}"


def counted(value: int, one: str, many: str | None = None) -> str:
    """Write a count with its noun: 1 account, 6 accounts."""
    return f"{count(value)} {one if value == 1 else many or one + 's'}"


def percent(value: float) -> str:
    """Write whole percent; the sign never stands on a line of its own."""
    return f"{round(value)}\u00a0%"


def share(part: int, n: int) -> str:
    """Write a share: whole percent above n = 100, else "17 of 23"."""
    return percent(100 * part / n) if n > SHARE_FROM else f"{count(part)} of {count(n)}"


def score_value(kind: str, value: float, n: int, high: float) -> str:
    """Write a score of a type: −12, 78 % (or 17 of 23 up to n = 100), 3.9 of 7."""
    if kind == "nps":
        return signed(value)
    if kind == "csat":
        return share(round(value * n / 100), n)
    return f"{one_decimal(value)} of {plain(high)}"


def bound(kind: str, value: float) -> str:
    """Write an end of a score's interval."""
    return signed(value) if kind == "nps" else percent(value) if kind == "csat" else one_decimal(value)


def interval(kind: str, low: float | None, high: float | None) -> str:
    """Write a 95 % interval, or that one answer allows none."""
    if low is None or high is None:
        return "no interval from one answer"
    return f"{bound(kind, low)} to {bound(kind, high)}"


def day(value: date | datetime) -> str:
    """Write a day: 30 Sep 2026."""
    return f"{value.day}\u00a0{_MONTHS[value.month - 1]}\u00a0{value.year}"


def month(value: str) -> str:
    """Write a month of the form 2026-09: Sep 2026."""
    year, number = value.split("-")
    return f"{_MONTHS[int(number) - 1]} {year}"


def money(amount: float, currency: str) -> str:
    """Write an amount in thousands or millions: EUR 84k, EUR 1.2M."""
    name = f"{currency} " if currency else ""
    if amount >= 999_500:
        return f"{name}{amount / 1_000_000:.1f}M"
    return f"{name}{round(amount / 1000)}k" if amount >= 1000 else f"{name}{round(amount)}"


def revenue(by_currency: Mapping[str, float]) -> str:
    """Write revenue by currency, largest first; unlike currencies are never added up."""
    ordered = sorted(by_currency.items(), key=lambda pair: -pair[1])
    return ", ".join(money(amount, currency) for currency, amount in ordered)


def label(key: str | None, names: Mapping[str, str]) -> str:
    """Give the name of a key; an unknown one is written as words, never raw."""
    known = names.get(key or "unknown")
    return known if known is not None else (key or "").replace("_", " ").capitalize()
