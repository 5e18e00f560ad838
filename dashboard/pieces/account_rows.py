"""The list of accounts: whose they are, why to look, how they stand, when they renew."""

from collections.abc import Sequence
from datetime import datetime

from api.schemas.accounts import AccountOut
from api.schemas.figures import StandingOut
from dashboard import format as fmt
from dashboard import links, strings
from dashboard.filters import Filters
from dashboard.look import text
from dashboard.pieces.account_figures import known, value_html
from dashboard.pieces.account_risks import STATES
from dashboard.pieces.tables import RENEWAL_SOON_DAYS

NOT_YET = "Not worked out yet: the next run does."
NOBODY = "nobody answered"


def rows_html(accounts: Sequence[AccountOut], as_of: datetime, filters: Filters) -> str:
    """Write accounts as a table; every account opens, every count of comments leads to them."""
    rows = "".join(_row(one, as_of, filters) for one in accounts)
    return (
        '<div class="scroll"><table class="accounts"><thead><tr><th scope="col">Account</th>'
        '<th scope="col" class="left">Why to look</th><th scope="col">NPS, 90 days</th>'
        '<th scope="col">Low answers</th><th scope="col">Comments</th>'
        '<th scope="col" class="left">Renewal</th><th scope="col">ARR</th>'
        f"</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _row(one: AccountOut, as_of: datetime, filters: Filters) -> str:
    arr = text(fmt.money(one.arr, one.currency or "")) if one.arr is not None else "not known"
    kind = " · ".join(text(part) for part in (_segment(one), one.industry) if part)
    name = links.account_link(one.account_id, one.name)
    comments = fmt.count(one.comments)
    if one.comments:
        title = f"Read the comments of {one.name}"
        comments = links.comments_link(comments, filters, title=title, account=one.account_id, voice="customer")
    return (
        f'<tr><td><b>{name}</b><br><span class="note">{kind}</span></td>'
        f'<td class="left why">{why_html(one)}</td>'
        f'<td data-label="NPS, 90 days ">{_score(one.standing)}</td>'
        f'<td data-label="Low answers ">{fmt.count(one.flagged)} of {fmt.count(one.answers)}</td>'
        f'<td data-label="Comments ">{comments}</td>'
        f'<td class="left" data-label="Renewal ">{_renewal(one, as_of)}</td><td data-label="ARR ">{arr}</td></tr>'
    )


def _segment(one: AccountOut) -> str:
    return fmt.label(one.segment, strings.SEGMENTS) if one.segment else ""


def why_html(one: AccountOut) -> str:
    """Say why to look: the state of the risk in a word and a phrase, then what its people speak badly of."""
    standing = one.standing
    if standing is None:
        said = f'<span class="note">{NOT_YET}</span>'
    else:
        chips = chips_html(standing)
        # Where nothing is wrong, the words step back behind those of the accounts to look at.
        said = f"{chips}{text(standing.why)}" if chips else f'<span class="calm">{text(standing.why)}</span>'
    themes = [f"{links.theme_link(theme.key, theme.name)} ({fmt.count(theme.negative)})" for theme in one.top_negative]
    hurting = f'<br><span class="note"><span class="negative">−</span> {", ".join(themes)}</span>' if themes else ""
    return said + hurting


def chips_html(standing: StandingOut) -> str:
    """Write what is wrong as chips; calm accounts have none."""
    found = []
    for state in (standing.flag, standing.risk):
        if state in ("flagged", "at_risk"):
            word, meaning = STATES[state]
            found.append(f'<span class="chip {meaning}">{word}</span> ')
    return "".join(found)


def _score(standing: StandingOut | None) -> str:
    figure = standing.account_nps if standing is not None else None
    if figure is None:
        return f'<span class="note">{NOBODY}</span>'
    bounds = known(figure).replace("95\u00a0% interval ", "").replace(f", {strings.FEW_ANSWERS}", "")
    bounds = bounds.removesuffix(" from one answer")
    return f'{value_html(figure)}<br><span class="note">{text(bounds)}</span>'


def _renewal(one: AccountOut, as_of: datetime) -> str:
    if one.renewal_date is None:
        return '<span class="note">not known</span>'
    left = (one.renewal_date - as_of.date()).days
    words = f"in {fmt.counted(left, 'day')}" if left >= 0 else f"{fmt.counted(-left, 'day')} ago"
    soon = " attention" if 0 <= left <= RENEWAL_SOON_DAYS else ""
    return f'{fmt.day(one.renewal_date)}<br><span class="note{soon}">{words}</span>'
