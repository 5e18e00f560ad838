"""The accounts behind retention: who is under the line now, who left, and quarter by quarter."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from api.schemas.retention import LeftOut, QuarterScoreOut, UnderOut
from dashboard import format as fmt
from dashboard import links, strings
from dashboard.filters import Filters
from dashboard.look import text
from dashboard.pieces.retention_money import quarter_name

READ = "Read why"
NOBODY_WROTE = '<span class="note">nobody wrote why</span>'


def period_of(quarter: date) -> str:
    """Give a quarter as a period of the filters: 2026-Q3."""
    return f"{quarter.year}-Q{(quarter.month + 2) // 3}"


def under_html(items: Sequence[UnderOut], filters: Filters) -> str:
    """Write the accounts under the line: NPS with its n and quarter, revenue, and the way to the words."""
    rows = "".join(_under_row(one, filters) for one in items)
    return (
        '<div class="scroll"><table class="accounts tight"><thead><tr><th scope="col">Account</th>'
        '<th scope="col">NPS</th>'
        '<th scope="col">Respondents</th><th scope="col">Quarter</th><th scope="col">ARR</th>'
        f'<th scope="col" class="left">In their words</th></tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _under_row(one: UnderOut, filters: Filters) -> str:
    words = NOBODY_WROTE
    if one.comments:
        words = _read(one.account, one.name, replace(filters, period=period_of(one.nps_quarter)))
    return (
        f"<tr><td>{_account(one.account, one.name, one.segment)}</td>{_nps(one.nps, one.answers)}"
        f'<td data-label="Quarter ">{quarter_name(one.nps_quarter)}</td>'
        f'<td data-label="ARR ">{_money(one.arr, one.currency)}</td><td class="left">{words}</td></tr>'
    )


def _account(key: str, name: str, segment: str | None) -> str:
    kind = f'<br><span class="note">{text(fmt.label(segment, strings.SEGMENTS))}</span>'
    return f"{links.account_link(key, name or key)}{kind}"


def _nps(nps: float | None, answers: int) -> str:
    if nps is None:
        return '<td data-label="NPS " class="zero">not heard</td><td data-label="Respondents ">0</td>'
    few = ' class="zero"' if answers < fmt.FEW else ""
    return (
        f'<td data-label="NPS "{few}>{fmt.signed(nps)}</td><td data-label="Respondents "{few}>{fmt.count(answers)}</td>'
    )


def _money(amount: float, currency: str) -> str:
    return text(fmt.money(amount, currency)) if amount else "not known"


def _read(account: str, name: str, filters: Filters) -> str:
    """Write the way to what an account's detractors wrote; how many are listed is said there."""
    narrowed = replace(filters, source=("nps",))
    return links.comments_link(
        READ, narrowed, title=f"Read what detractors at {name} wrote", account=account, score_band="detractor"
    )


def left_html(items: Sequence[LeftOut], filters: Filters) -> str:
    """Write the accounts that left: when, what they paid, and what they had said."""
    rows = "".join(_left_row(one, filters) for one in items)
    return (
        '<div class="scroll"><table class="accounts tight"><thead><tr><th scope="col">Account</th>'
        '<th scope="col">NPS before</th><th scope="col">Respondents</th><th scope="col">Left in</th>'
        '<th scope="col">ARR lost</th><th scope="col" class="left">In their words</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _left_row(one: LeftOut, filters: Filters) -> str:
    words = NOBODY_WROTE
    if one.comment_ids:
        words = _read(one.account, one.name, replace(filters, period="all"))
    return (
        f"<tr><td>{_account(one.account, one.name, one.segment)}</td>{_nps(one.nps, one.answers)}"
        f'<td data-label="Left in ">{quarter_name(one.quarter)}</td>'
        f'<td data-label="ARR lost ">{_money(one.lost, one.currency)}</td><td class="left">{words}</td></tr>'
    )


def quarters_html(quarters: Sequence[QuarterScoreOut], filters: Filters) -> str:
    """Write account-level NPS and who left, quarter by quarter over all segments, on demand."""
    own = [one for one in quarters if one.segment is None and (one.nps is not None or one.at_risk)]
    if not own:
        return ""
    rows = "".join(_quarter_row(one, filters) for one in reversed(own))
    return (
        f'<details class="why"><summary>Quarter by quarter ({fmt.count(len(own))})</summary><div class="scroll"><table>'
        '<thead><tr><th scope="col">Quarter</th><th scope="col">Account NPS, mean</th><th scope="col">95&nbsp;% '
        'interval</th><th scope="col">Accounts heard</th><th scope="col">Respondents</th><th scope="col">Left</th>'
        f'<th scope="col">Detractors</th></tr></thead><tbody>{rows}</tbody></table></div></details>'
    )


def _quarter_row(one: QuarterScoreOut, filters: Filters) -> str:
    nps, ends, heard = "not heard", "", "0"
    if one.nps is not None:
        nps, heard = fmt.signed(one.nps.value), fmt.count(one.nps.n)
        ends = "too few" if one.nps.low is None else fmt.interval("nps", one.nps.low, one.nps.high)
    few = ' class="few"' if one.nps is None or one.nps.n < fmt.FEW else ""
    narrowed = replace(filters, period=period_of(one.quarter), source=("nps",))
    name = quarter_name(one.quarter)
    read = ""
    if one.comment_ids:
        read = links.comments_link(READ, narrowed, title=f"Read the detractors of {name}", score_band="detractor")
    left = f"{fmt.count(one.churned)} of {fmt.count(one.at_risk)}"
    return (
        f'<tr{few}><th scope="row">{name}</th><td>{nps}</td><td>{ends}</td><td>{heard}</td>'
        f"<td>{fmt.count(one.answers)}</td><td>{left}</td><td>{read}</td></tr>"
    )
