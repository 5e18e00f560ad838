"""What several tables share: the order of roles, small bars by month, when a renewal is, and money in one currency."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from dashboard import format as fmt
from dashboard.look import text

ROLE_COLUMNS = ("economic_buyer", "champion", "admin", "power_user", "end_user")
# DOMAIN: accounts under the line are flagged 90 days before renewal.
RENEWAL_SOON_DAYS = 90


def bars_html(counts: Mapping[str, int], months: Sequence[str]) -> str:
    """Draw counts by month as small bars from zero; months without a comment are zero. Nothing under two months.

    Plain blocks, because Streamlit takes SVG out of a page's HTML.
    """
    filled = [(month, counts.get(month, 0)) for month in months]
    if len(filled) < 2:
        return ""
    most = max(value for _, value in filled) or 1
    said = ", ".join(f"{fmt.month(name)}: {value}" for name, value in filled)
    bars = "".join(f'<i style="height: {max(4, round(100 * value / most))}%"></i>' for _, value in filled)
    return f'<span class="bars" role="img" aria-label="{said}" title="{said}">{bars}</span>'


def month_range(first: str, last: str) -> list[str]:
    """Give all months from the first to the last, both inside; none where the last comes before the first."""
    months, month = [], first
    while month <= last:
        months.append(month)
        year, number = int(month[:4]), int(month[5:])
        month = f"{year + number // 12:04d}-{number % 12 + 1:02d}"
    return months


def renewal_html(renewal: date | None, today: date) -> str:
    """Write when a renewal is, and how soon; soon is marked with a word and a colour."""
    if renewal is None:
        return '<span class="note">not known</span>'
    left = (renewal - today).days
    soon = 0 <= left <= RENEWAL_SOON_DAYS
    words = f"in {fmt.counted(left, 'day')}" if left >= 0 else f"{fmt.counted(-left, 'day')} ago"
    return f'{fmt.day(renewal)} <span class="note wide-line{" attention" if soon else ""}">{words}</span>'


def only_currency(currencies: Iterable[str | None]) -> str:
    """Give the currency that all amounts have, for the head of their column; "" where they differ."""
    found = {currency or "" for currency in currencies}
    return found.pop() if len(found) == 1 else ""


def arr_html(arr: float | None, currency: str | None, *, of_all: str) -> str:
    """Write a yearly revenue; the currency stands with it where the head of the column does not say it."""
    if arr is None:
        return '<span class="note">not known</span>'
    name = "" if of_all or not currency else f'<span class="note">{text(currency)}</span> '
    return f"<span>{name}{fmt.money(arr, '')}</span>"
