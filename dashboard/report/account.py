"""The report of one account: its diagnosis as a brief, each finding with the words it stands on."""

from datetime import date, timedelta
from typing import Any

from api.schemas.accounts import AccountThemePage
from api.schemas.diagnosis import DiagnosisOut
from api.schemas.timeline import TimelineOut
from dashboard import format as fmt
from dashboard import loading, look
from dashboard.client import MissingError
from dashboard.filters import Filters
from dashboard.pieces import (
    account_committee,
    account_evidence,
    account_head,
    account_loops,
    account_mismatch,
    account_risks,
    account_scores,
    account_themes,
)
from dashboard.pieces.account_evidence import Words
from dashboard.report.document import section_html

# People's last answers are looked for over a year, or the period where that is longer.
YEAR = timedelta(days=365)
FIRST_DAY = "1970-01-01"
MOST_THEMES = 100
NO_ACCOUNT = "no account {account_id!r} is among those that this key may see: give the id as /v1/accounts names it"


def read_diagnosis(account_id: str, filters: Filters) -> DiagnosisOut:
    """Read the diagnosis of the period.

    Raises:
        MissingError: There is no such account for this key.
    """
    # No id has a slash on its way to the API: the rest of the address would be another one.
    if "/" in account_id:
        raise MissingError(NO_ACCOUNT.format(account_id=account_id[:120]))
    params: dict[str, Any] = filters.params() or {"since": FIRST_DAY}
    try:
        return loading.read(f"{account_evidence.address(account_id)}/diagnosis", DiagnosisOut, params)
    except MissingError as error:
        raise MissingError(NO_ACCOUNT.format(account_id=account_id[:120])) from error


def account_blocks(account_id: str, filters: Filters, found: DiagnosisOut) -> str:
    """Write the opening sentence; the sections go onto the sheet in their order."""
    path, end = account_evidence.address(account_id), found.period.as_of
    since = min(found.period.since or end, end - YEAR)
    span = {"since": since.date().isoformat(), "as_of": end.date().isoformat()}
    timeline = loading.read(f"{path}/timeline", TimelineOut, span)
    people = account_committee.members(timeline.people, timeline.scores, since=found.period.since)
    given = [item for one in people for item in (*one.now, *([one.earlier] if one.earlier else []))]
    ids = account_evidence.evidence_ids(found) + [item.comment_id for item in given if item.comment_id]
    words = account_evidence.read_words(account_id, ids)
    themes = loading.read(f"{path}/themes", AccountThemePage, filters.params(), limit=MOST_THEMES)
    look.block(section_html("What to know, and what to do", account_head.findings_html(found, words)))
    nps = found.scores.nps
    committee = account_committee.reads_html(nps) + account_committee.lanes_html(nps, people, words)
    look.block(section_html("The committee", committee, note=look.text(found.coverage.reading)))
    stages = account_scores.stages_html(found.scores, words)
    look.block(section_html("CSAT and CES by stage", stages, note="Each scale by itself. Low answers first."))
    _said(account_id, filters, found, words, themes)
    return account_head.sentence_html(found)


def _said(account_id: str, filters: Filters, found: DiagnosisOut, words: Words, themes: AccountThemePage) -> None:
    """Write what is said, promised, at risk, owed, and otherwise than before."""
    before = found.period_before
    against = f"Against {fmt.day(before.since)} to {fmt.day(before.as_of)}." if before.since is not None else ""
    for title, note, body in (
        (
            "What they speak of",
            "The latest first. A comment with two points counts under both.",
            account_themes.themes_html(themes.items, account_id, filters),
        ),
        (
            "Promised and delivered",
            "What people say was agreed, beside what the handoff recorded, over the year. Nearness of words, no "
            "verdict.",
            account_mismatch.mismatch_html(found.mismatch, words),
        ),
        ("Risks", "", account_risks.risks_html(found, words)),
        ("Open loops", "What is due first first; as they stand now.", account_loops.loops_html(found.loops)),
        ("What changed", against, account_risks.changes_html(found.changes, found.deciders_left, words)),
    ):
        look.block(section_html(title, body, note=note))


def facts_html(found: DiagnosisOut) -> str:
    """Write who the account is."""
    today: date = found.period.as_of.date()
    return account_head.facts_html(found.account, today)
