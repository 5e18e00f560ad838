"""Accounts to look at, riskiest first, each with why and the way to its words."""

from collections.abc import Sequence
from datetime import date, datetime

from api.schemas.accounts import AccountOut, AccountPage, HurtingThemeOut
from api.schemas.figures import StandingOut
from dashboard import format as fmt
from dashboard import frame, loading, strings
from dashboard.filters import Filters
from dashboard.links import account_link, comments_link
from dashboard.look import text
from dashboard.pieces.tables import arr_html, only_currency, renewal_html

SHOWN = 6
TITLE = "Accounts to look at"
NOTE = (
    "Riskiest first, then most low answers. At risk: NPS and usage fall and tickets rise together. Renewal flagged: "
    "within 90 days with a score under the line. Both look at the 90 days to {day}; low answers and comments are those "
    "shown above."
)
NOTE_UNKNOWN = "Most low answers first; risk is not worked out yet, the next run does: sottovoce run."
NOBODY = "No account is at risk, near a renewal under the line, or gave a low answer in this period."
AT_RISK, FLAGGED = "at_risk", "flagged"
CHIPS = {AT_RISK: "At risk", FLAGGED: "Renewal flagged"}


def accounts(filters: Filters, as_of: datetime) -> None:
    """Draw the section."""
    params = filters.params()
    risks = {"risk": f"{AT_RISK},{FLAGGED}", "sort": "-risk"}
    risky = loading.read("/v1/accounts", AccountPage, params, limit=SHOWN, **risks).items
    low = loading.read("/v1/accounts", AccountPage, params, limit=SHOWN, sort="-flagged").items
    named = {one.account_id for one in risky}
    shown = [*risky, *(one for one in low if one.flagged and one.account_id not in named)][:SHOWN]
    known = any(one.standing is not None for one in (*risky, *low))
    days = [one.standing.as_of for one in shown if one.standing is not None]
    note = NOTE.format(day=fmt.day(max(days, default=as_of))) if known else NOTE_UNKNOWN
    nobody = f'<p class="note">{NOBODY}</p>'
    frame.section(TITLE, note, html=accounts_html(shown, filters, as_of.date()) if shown else nobody)


def accounts_html(found: Sequence[AccountOut], filters: Filters, today: date) -> str:
    """Write accounts with the reason to look at them, what they say, renewal and revenue."""
    currency = only_currency(one.currency for one in found if one.arr is not None)
    rows = "".join(_row(one, filters, today, currency) for one in found)
    arr = f"ARR, {text(currency)}" if currency else "ARR"
    return (
        '<div class="scroll"><table class="stack look"><thead><tr><th scope="col">Account</th>'
        '<th scope="col" class="left">Why</th><th scope="col">Comments</th>'
        f'<th scope="col">Renewal</th><th scope="col">{arr}</th></tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _row(one: AccountOut, filters: Filters, today: date, currency: str) -> str:
    segment = f'<span class="note wide-line">{text(fmt.label(one.segment, strings.SEGMENTS))}</span>'
    said = comments_link(fmt.count(one.comments), filters, account=one.account_id, voice="customer")
    return (
        f'<tr><th scope="row">{account_link(one.account_id, one.name)}{segment}</th>'
        f'<td class="left">{why_html(one, filters)}</td>'
        f'<td data-label="Comments">{said if one.comments else "0"}</td>'
        f'<td data-label="Renewal">{renewal_html(one.renewal_date, today)}</td>'
        f'<td data-label="ARR">{arr_html(one.arr, one.currency, of_all=currency)}</td></tr>'
    )


def why_html(one: AccountOut, filters: Filters) -> str:
    """Say why an account is on the list: its risk, its low answers, and what its people speak badly of."""
    chips = "".join(f'<span class="chip {css}">{words}</span>' for words, css in _chips(one.standing))
    why = text(one.standing.why) if one.standing is not None and _chips(one.standing) else ""
    low = f"{fmt.count(one.flagged)} of {fmt.counted(one.answers, 'answer')} low." if one.flagged else ""
    bad = ", ".join(_hurting(one, theme, filters) for theme in one.top_negative)
    hurts = f'<span class="note wide-line">Speak badly of {bad}</span>' if bad else ""
    return " ".join(part for part in (chips, why, low) if part) + hurts


def _hurting(one: AccountOut, theme: HurtingThemeOut, filters: Filters) -> str:
    narrowed = {"theme": theme.key, "polarity": "negative", "account": one.account_id, "voice": "customer"}
    return f"{text(theme.name)} {comments_link(fmt.count(theme.negative), filters, **narrowed)}"


def _chips(standing: StandingOut | None) -> list[tuple[str, str]]:
    if standing is None:
        return []
    found = [(CHIPS[AT_RISK], "negative")] if standing.risk == AT_RISK else []
    return [*found, *([(CHIPS[FLAGGED], "attention")] if standing.flag == FLAGGED else [])]
