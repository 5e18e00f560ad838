"""Make a report: one file for a mail or a board pack, from the API's own answers through the pages' own pieces.

Decision: it lives here, and not in `pipelines`, because its numbers and words are to be the pages'; the command line
hands the client in.
"""

from dataclasses import dataclass
from datetime import datetime

from api.schemas.base import Period
from api.schemas.slices import MeOut
from dashboard import format as fmt
from dashboard import loading, paper, strings
from dashboard.client import Api, MissingError
from dashboard.filters import Filters
from dashboard.look import text
from dashboard.report import account, company, reading
from dashboard.report.document import document_html
from dashboard.report.period import period_words, read_period, require_begun

EMPTY = f"the database holds no answers and no comments: {strings.EMPTY_COMMANDS[0]}, then {strings.EMPTY_COMMANDS[1]}"
WHOLE, SOME = "All accounts", "Only the {accounts} that this key may see"
FOOT = (
    "Made by Sottovoce on {day}. Words in italics are customers' own, with personal data taken out. "
    "This file loads nothing and runs nothing."
)


@dataclass(frozen=True)
class Report:
    """A report: its HTML, and in a few words what it is of."""

    html: str
    title: str


def make_report(client: Api, *, account_id: str = "", period: str = "", made_at: datetime) -> Report:
    """Make the report of all that the client's key may see, or of one account.

    Args:
        client: Whose answers it is made from.
        account_id: Of one account; "" for all.
        period: As `read_period` takes it; "" for the last 90 days.
        made_at: Printed at the end.

    Raises:
        PeriodError: There is no such period, or nothing is known of it yet.
        MissingError: There is no such account, or nothing at all.
        ClientError: The API has no answer.
    """
    filters = read_period(period)
    with paper.sheet(client) as sheet:
        me = loading.read("/v1/me", MeOut)
        if not me.has_data:
            raise MissingError(EMPTY)
        if account_id:
            name, lead, shown, facts = _account(account_id, filters, me)
        else:
            name, lead, shown, facts = _company(filters, me)
        sheet.blocks.append(reading.reading_html(reading.ACCOUNT if account_id else reading.COMPANY))
    words = period_words(filters, shown.since, shown.as_of, me.as_of)
    head = (
        f'<header><p class="brand">{strings.TITLE} · {text(name)}</p><p class="note">{text(words)}{facts[0]}</p>'
        f'<h1 class="lead">{lead}</h1>{facts[1]}</header>'
    )
    foot = f'<footer class="note">{FOOT.format(day=fmt.day(made_at))}</footer>'
    return Report(document_html(f"{name}, {words}", head, sheet.blocks, foot), f"{name}, {words}")


def _company(filters: Filters, me: MeOut) -> tuple[str, str, Period, tuple[str, str]]:
    found = company.read_scores(filters)
    require_begun(filters, found.period.since, me.as_of)
    lead = company.company_blocks(filters, found)
    whose = WHOLE if me.accounts is None else SOME.format(accounts=fmt.counted(len(me.accounts), "account"))
    return "Voice of the customer", lead, found.period, (f" · {whose}", "")


def _account(account_id: str, filters: Filters, me: MeOut) -> tuple[str, str, Period, tuple[str, str]]:
    found = account.read_diagnosis(account_id, filters)
    require_begun(filters, found.period.since, me.as_of)
    lead = account.account_blocks(account_id, filters, found)
    return found.account.name, lead, found.period, ("", account.facts_html(found))
