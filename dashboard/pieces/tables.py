"""Tables: themes that hurt with their roles, and accounts to look at with why."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from api.schemas.accounts import AccountOut, CoverageOut
from api.schemas.themes import ThemeOut
from dashboard import format as fmt
from dashboard import strings
from dashboard.look import text

ROLE_COLUMNS = ("economic_buyer", "champion", "admin", "power_user", "end_user")
# DOMAIN: accounts under the line are flagged 90 days before renewal.
RENEWAL_SOON_DAYS = 90


def themes_html(themes: Sequence[ThemeOut]) -> str:
    """Write the themes with negative comments: counts, accounts, revenue, trend, and negative comments by role."""
    most = max((_by_role(theme, role) for theme in themes for role in ROLE_COLUMNS), default=0)
    heads = "".join(f"<th>{strings.ROLES_SHORT[role]}</th>" for role in ROLE_COLUMNS)
    spoken = [one.month for theme in themes for one in theme.trend]
    # The same months in every row, so that bars can be compared; the newest twelve of them.
    months = month_range(min(spoken), max(spoken))[-12:] if spoken else []
    rows = "".join(_theme_row(theme, most, months) for theme in themes)
    return (
        '<div class="scroll"><table class="themes"><thead>'
        '<tr class="groups"><th></th><th colspan="5"></th>'
        f'<th class="group" colspan="{len(ROLE_COLUMNS)}">negative, by role</th></tr>'
        "<tr><th>Theme</th><th>Negative</th><th>of all</th><th>Accounts</th><th>Revenue</th><th>By month</th>"
        f"{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _by_role(theme: ThemeOut, role: str) -> int:
    return sum(one.counts.negative for one in theme.groups if one.group.get("role") == role)


def _theme_row(theme: ThemeOut, most: int, months: Sequence[str]) -> str:
    counts = theme.counts
    cells = "".join(_heat(_by_role(theme, role), most) for role in ROLE_COLUMNS)
    notes = counts.review_notes
    aside = f' <span class="note">+{fmt.counted(notes, "review note")}</span>' if notes else ""
    return (
        f"<tr><td>{text(theme.info.name)}{aside}</td>"
        f'<td class="negative">− {fmt.count(counts.negative)}</td><td>{fmt.count(counts.comments)}</td>'
        f"<td>{fmt.count(counts.accounts)}</td><td>{text(fmt.revenue(counts.revenue)) or 'not known'}</td>"
        f"<td>{bars_html({one.month: one.negative for one in theme.trend}, months)}</td>{cells}</tr>"
    )


def _heat(value: int, most: int) -> str:
    if value == 0:
        return '<td class="zero">0</td>'
    return f'<td class="heat" style="--share: {value / most:.2f}">{fmt.count(value)}</td>'


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


def accounts_html(accounts: Sequence[AccountOut], as_of: datetime) -> str:
    """Write accounts with the reason to look at them, renewal and revenue."""
    rows = "".join(_account_row(account, as_of) for account in accounts)
    return (
        '<div class="scroll"><table class="accounts"><thead><tr><th>Account</th><th class="left">Why</th>'
        f'<th class="left">Renewal</th><th>ARR</th></tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _account_row(account: AccountOut, as_of: datetime) -> str:
    segment = f'<br><span class="note">{text(fmt.label(account.segment, strings.SEGMENTS))}</span>'
    arr = text(fmt.money(account.arr, account.currency or "")) if account.arr is not None else "not known"
    return (
        f'<tr><td>{text(account.name)}{segment}</td><td class="left">{why_html(account)}</td>'
        f'<td class="left" data-label="Renewal ">{_renewal(account, as_of)}</td><td data-label="ARR ">{arr}</td></tr>'
    )


def why_html(account: AccountOut) -> str:
    """Say why an account is on the list: its flagged answers and what its people speak badly of."""
    said = f"{fmt.count(account.flagged)} of {fmt.counted(account.answers, 'answer')} low"
    themes = [f"{text(theme.name)} ({fmt.count(theme.negative)})" for theme in account.top_negative]
    hurting = f'<br><span class="negative">− {", ".join(themes)}</span>' if themes else ""
    return said + hurting


def _renewal(account: AccountOut, as_of: datetime) -> str:
    if account.renewal_date is None:
        return '<span class="note">not known</span>'
    left = (account.renewal_date - as_of.date()).days
    soon = 0 <= left <= RENEWAL_SOON_DAYS
    words = f"in {fmt.counted(left, 'day')}" if left >= 0 else f"{fmt.counted(-left, 'day')} ago"
    when = f'<span class="note{" attention" if soon else ""}">{words}</span>'
    return f'{fmt.day(account.renewal_date)} <br class="wide">{when}'


def coverage_html(covered: CoverageOut) -> str:
    """Say who answered and who did not, by account, revenue and role."""
    money = "; ".join(
        f"{fmt.money(answered, name)} of {fmt.money(total, '')} ARR"
        for name, (total, answered) in covered.revenue.items()
    )
    roles = ", ".join(
        f"{fmt.count(one.answered)} of {fmt.count(one.contacts)} {strings.ROLES_MANY.get(one.role, one.role)}"
        for one in sorted(covered.roles, key=lambda one: _role_place(one.role))
    )
    accounts = f"{fmt.count(covered.accounts_answered)} of {fmt.counted(covered.accounts, 'account')}"
    people = f" {roles[:1].upper()}{roles[1:]}." if roles else ""
    return f"<p>{accounts} answered{f' ({text(money)})' if money else ''}.{people}</p>"


def _role_place(role: str) -> int:
    return ROLE_COLUMNS.index(role) if role in ROLE_COLUMNS else len(ROLE_COLUMNS)
