"""Who answered and who did not: accounts, revenue and roles, and the accounts worth asking."""

from datetime import date, datetime

from api.schemas.accounts import CoverageOut, QuietAccountOut
from dashboard import format as fmt
from dashboard import frame, loading, strings
from dashboard.filters import Filters
from dashboard.links import account_link
from dashboard.look import text
from dashboard.pieces.tables import ROLE_COLUMNS, arr_html, only_currency, renewal_html

NAMED = 6
TITLE = "Who did not answer"
NOTE = "Scored answers of this period. A contact counts once; who had left is not asked for."
ASK_TITLE = "Worth asking"
ASK_NOTE = "Accounts without an answer, then those within 90 days of renewal where a whole role kept silent."
NOBODY = "Every account answered, and no role keeps silent before a renewal."
SILENT = "Silent (contacts)"
NO_ANSWER = "Nobody answered."
NO_CONTACTS = "No contact is known."


def coverage(filters: Filters, as_of: datetime) -> None:
    """Draw the section."""
    covered = loading.read("/v1/coverage", CoverageOut, filters.params(), quiet=NAMED)
    html = (
        f'<div class="coverage"><div>{coverage_html(covered)}</div><div>{quiet_html(covered, as_of.date())}</div></div>'
    )
    frame.section(TITLE, NOTE, html=html)


def coverage_html(covered: CoverageOut) -> str:
    """Write who answered of how many, by account, revenue and role."""
    accounts = _row("Accounts", covered.accounts_answered, covered.accounts)
    money = "".join(_money_row(name, total, answered) for name, (total, answered) in covered.revenue.items())
    roles = "".join(
        _row(fmt.label(one.role, strings.ROLES) + "s" * (one.role in ROLE_COLUMNS), one.answered, one.contacts)
        for one in sorted(covered.roles, key=lambda one: _place(one.role))
    )
    heads = "".join(f'<th scope="col">{head}</th>' for head in ("Answered", "of", "Missing"))
    return (
        '<table class="covered"><thead><tr><th scope="col">Who</th><th scope="col" class="drawn">'
        f'<span class="unseen">Share</span></th>{heads}</tr></thead><tbody>{accounts}{money}{roles}</tbody></table>'
    )


def _row(name: str, answered: int, of: int) -> str:
    return _cells(name, fmt.count(answered), fmt.count(of), fmt.count(of - answered), answered / of if of else 0.0)


def _money_row(currency: str, total: float, answered: float) -> str:
    got, of, missing = (fmt.money(amount, "") for amount in (answered, total, total - answered))
    return _cells(f"ARR {currency}".strip(), got, of, missing, answered / total if total else 0.0)


def _cells(name: str, answered: str, of: str, missing: str, share: float) -> str:
    meter = f'<span class="meter" aria-hidden="true"><i style="width: {100 * share:.0f}%"></i></span>'
    return (
        f'<tr><th scope="row">{text(name)}</th><td class="drawn">{meter}</td>'
        f"<td>{answered}</td><td>{of}</td><td>{missing}</td></tr>"
    )


def _place(role: str) -> int:
    return ROLE_COLUMNS.index(role) if role in ROLE_COLUMNS else len(ROLE_COLUMNS)


def quiet_html(covered: CoverageOut, today: date) -> str:
    """Name the accounts to ask, and whom there."""
    title = f'<h3 class="under">{ASK_TITLE}</h3>'
    if not covered.quiet:
        return f'{title}<p class="note">{NOBODY}</p>'
    currency = only_currency(one.currency for one in covered.quiet if one.arr is not None)
    rows = "".join(_quiet_row(one, today, currency) for one in covered.quiet)
    arr = f"ARR, {text(currency)}" if currency else "ARR"
    return (
        f'{title}<p class="note">{ASK_NOTE}</p><table class="stack look"><thead><tr><th scope="col">Account</th>'
        f'<th scope="col" class="left">{SILENT}</th><th scope="col">Renewal</th><th scope="col">{arr}</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def _quiet_row(one: QuietAccountOut, today: date, currency: str) -> str:
    return (
        f'<tr><th scope="row">{account_link(one.account_id, one.name)}</th><td class="left">{silent_words(one)}</td>'
        f'<td data-label="Renewal">{renewal_html(one.renewal_date, today)}</td>'
        f'<td data-label="ARR">{arr_html(one.arr, one.currency, of_all=currency)}</td></tr>'
    )


def silent_words(one: QuietAccountOut) -> str:
    """Say who kept silent: nobody answered, or which roles as a whole."""
    silent = sorted((role for role in one.roles if not role.answered), key=lambda role: _place(role.role))
    names = [f"{text(fmt.label(role.role, strings.ROLES_SHORT))} ({fmt.count(role.contacts)})" for role in silent]
    if not one.answered:
        asked = f"Ask {', '.join(names)}" if names else NO_CONTACTS
        return f'{NO_ANSWER}<span class="note wide-line">{asked}</span>'
    return ", ".join(names)
