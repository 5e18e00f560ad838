"""One account: what to know before a call, each statement with the comments it stands on; and a brief for paper."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from api.schemas.accounts import AccountThemePage
from api.schemas.comments import CommentPage
from api.schemas.diagnosis import DiagnosisOut
from api.schemas.timeline import TimelineOut
from dashboard import format as fmt
from dashboard import frame, links, loading, look, navigate, strings
from dashboard.client import MissingError
from dashboard.filters import Filters, period_name
from dashboard.pieces import (
    account_brief,
    account_committee,
    account_evidence,
    account_head,
    account_loops,
    account_mismatch,
    account_print,
    account_risks,
    account_scores,
    account_themes,
    account_timeline,
    empty,
)
from dashboard.pieces.account_committee import Member
from dashboard.pieces.account_evidence import Words
from dashboard.pieces.comment_list import comment_list

BRIEF = "brief"
# A line over time says more with a year before it, whatever the period.
YEAR = timedelta(days=365)
# Before anything was ever said: how "all time" is asked for, where the API wants a beginning.
FIRST_DAY = "1970-01-01"
MOST_THEMES, MOST_DOTS = 100, 200
# Sections in their order: what links on the page name them, what these links say, and their titles.
SECTIONS = {
    "steps": ("Steps", "What to know, and what to do"),
    "committee": ("Committee", "The committee"),
    "stages": ("By stage", "CSAT and CES by stage"),
    "time": ("Timeline", "Over time"),
    "themes": ("Themes", "What they speak of"),
    "changes": ("Changes", "What changed"),
    "promises": ("Promises", "Promised and delivered"),
    "risks": ("Risks", "Risks"),
    "against": ("Contradictions", "Words against their score"),
    "loops": ("Loops", "Open loops"),
    "comments": ("Comments", "All comments"),
}
QUIET = "Nothing to report"
# What opens a section on a phone.
SHOW = "Show {}"
NO_ID = "The address names no account."
NO_ACCOUNT = "No account “{account_id}” is among those that you may see."
CHOOSE = "Choose one in the list of accounts"
WHOLE = (
    "The diagnosis, the committee and the risks are always of the whole account. "
    "Themes, timeline and comments below follow the filters: {words}."
)


@dataclass(frozen=True)
class Part:
    """A section: what it holds, what a phone shows of it before a tap, and why it is empty ("" where it is not)."""

    anchor: str
    note: str = ""
    html: str = ""
    folded: str = ""
    quiet: str = ""


@dataclass(frozen=True)
class Read:
    """What was read of an account."""

    account_id: str
    found: DiagnosisOut
    people: list[Member]
    words: Words
    timeline: TimelineOut


def render(filters: Filters) -> None:
    """Draw the page, or its brief."""
    own = navigate.own_params()
    account_id = own.get("id", "")
    try:
        read = _read(account_id, filters)
    except MissingError:
        _missing(account_id)
        return
    if own.get("view") == BRIEF:
        _brief(read, filters)
        return
    _head(read, filters)
    quiet = _draw(_committee(read), _stages(read))
    _timeline(read, filters)
    quiet += _draw(_themes(read, filters), _changes(read), _promises(read), _risks(read), _against(read), _loops(read))
    quiet += _comments(read, filters)
    _quiet(quiet)


def _draw(*parts: Part) -> list[Part]:
    """Draw the sections that hold something; give the others."""
    for one in parts:
        if not one.quiet:
            frame.section(SECTIONS[one.anchor][1], one.note, html=one.html, anchor=one.anchor, folded=one.folded)
    return [one for one in parts if one.quiet]


def _quiet(parts: list[Part]) -> None:
    """Name the sections that hold nothing, a line each, so that what was looked at and is not there is known too."""
    if not parts:
        return
    rows = "".join(f'<dt id="{one.anchor}">{SECTIONS[one.anchor][1]}</dt><dd>{one.quiet}</dd>' for one in parts)
    frame.section(QUIET, html=f'<dl class="theme-facts quiet">{rows}</dl>')


def _missing(account_id: str) -> None:
    """Say that there is no such account: a foreign one is as if it were not."""
    words = NO_ACCOUNT.format(account_id=account_id) if account_id else NO_ID
    back = links.link(CHOOSE, links.href(links.ACCOUNTS))
    look.block(empty.empty_html(strings.MISSING_TITLE, words) + f'<p class="note">{back}</p>')


def _window(filters: Filters) -> dict[str, Any]:
    """Give the diagnosis's window; it has no other filter."""
    found = Filters(period=filters.period).params()
    return found or {"since": FIRST_DAY}


def _read(account_id: str, filters: Filters) -> Read:
    # No id has a slash on its way to the API: the rest of the address would be another one.
    if not account_id or "/" in account_id:
        raise MissingError(NO_ID)
    path = account_evidence.address(account_id)
    found = loading.read(f"{path}/diagnosis", DiagnosisOut, _window(filters))
    timeline = loading.read(f"{path}/timeline", TimelineOut, _span(found))
    people = account_committee.members(timeline.people, timeline.scores, since=found.period.since)
    ids = account_evidence.evidence_ids(found)
    given = [item for one in people for item in (*one.now, *([one.earlier] if one.earlier else []))]
    ids += [item.comment_id for item in given if item.comment_id]
    return Read(account_id, found, people, account_evidence.read_words(account_id, ids), timeline)


def _span(found: DiagnosisOut) -> dict[str, Any]:
    """Give the time that the timeline looks at: a year, or the period where that is longer."""
    end = found.period.as_of
    since = min(found.period.since or end, end - YEAR)
    return {"since": since.date().isoformat(), "as_of": end.date().isoformat()}


def _narrowed(filters: Filters) -> Filters:
    """Give the filters on who said something where; the account is chosen already."""
    return replace(filters, segment=(), industry=(), tier=())


def _head(read: Read, filters: Filters) -> None:
    found = read.found
    back = links.link(strings.PAGE_NAMES[links.ACCOUNTS], links.href(links.ACCOUNTS))
    frame.head(account_head.sentence_html(found), filters, found.period.as_of, over=back)
    brief = links.link(
        "Open the one-page brief", links.href(links.ACCOUNT, id=read.account_id, view=BRIEF), css="button"
    )
    narrowed = _narrowed(filters)
    note = ""
    if narrowed.role or narrowed.stage or narrowed.source:
        note = f'<p class="note">{WHOLE.format(words=look.text(narrowed.words(None)))}</p>'
    today = found.period.as_of.date()
    facts = account_head.facts_html(found.account, today)
    look.block(f'<div class="over">{facts}{brief}</div>{note}{_contents()}')
    _draw(Part("steps", html=account_head.findings_html(found, read.words)))


def _contents() -> str:
    return frame.contents({anchor: name for anchor, (name, _) in SECTIONS.items()})


def _changes(read: Read) -> Part:
    found, before = read.found, read.found.period_before
    since = f"{fmt.day(before.since)} to {fmt.day(before.as_of)}" if before.since else "before"
    many = len(found.changes) + len(found.deciders_left)
    return Part(
        "changes",
        f"Against the period of equal length before it, {since}.",
        account_risks.changes_html(found.changes, found.deciders_left, read.words),
        SHOW.format(fmt.counted(many, "change")),
        "" if many else account_risks.NO_CHANGE,
    )


def _committee(read: Read) -> Part:
    nps = read.found.scores.nps
    reads = account_committee.reads_html(nps)
    lanes = account_committee.lanes_html(nps, read.people, read.words)
    heard = look.text(read.found.coverage.reading)
    return Part("committee", heard, reads + lanes, SHOW.format("both readings of NPS, and who said what"))


def _stages(read: Read) -> Part:
    scores = read.found.scores
    html = account_scores.stages_html(scores, read.words)
    many = SHOW.format(fmt.counted(len(scores.by_stage), "score"))
    return Part(
        "stages", "Each scale by itself. Low answers first.", html, many, "" if scores.by_stage else account_scores.NONE
    )


def _timeline(read: Read, filters: Filters) -> None:
    narrowed = _narrowed(filters)
    span = _span(read.found)
    params = {**narrowed.params(), **span}
    params.pop("window", None)
    params.pop("period", None)
    path = account_evidence.address(read.account_id)
    timeline = loading.read(f"{path}/timeline", TimelineOut, params)
    said = loading.read(f"{path}/comments", CommentPage, params, limit=MOST_DOTS)
    _draw(Part("time", "A year, or the period where that is longer; one time axis."))
    period = read.found.period
    since = period.since or datetime.fromisoformat(FIRST_DAY).replace(tzinfo=UTC)
    account_timeline.draw(read.account_id, timeline, said.items, period=(since, period.as_of))


def _themes(read: Read, filters: Filters) -> Part:
    narrowed = _narrowed(filters)
    path = f"{account_evidence.address(read.account_id)}/themes"
    known = loading.read(path, AccountThemePage, narrowed.params(), limit=MOST_THEMES)
    other = loading.read(path, AccountThemePage, narrowed.params(), kind="discovered", verbatims=0, limit=MOST_THEMES)
    body = account_themes.themes_html(known.items, read.account_id, narrowed)
    more = account_themes.discovered_html(other.items, read.account_id, narrowed)
    many = SHOW.format(fmt.counted(len(known.items), "theme"))
    quiet = "" if known.items or more else account_themes.NONE
    return Part("themes", "The latest first. A comment with two points counts under both.", body + more, many, quiet)


def _promises(read: Read) -> Part:
    note = "What people say was agreed, beside what the handoff recorded, over the year. Nearness of words, no verdict."
    found = read.found.mismatch
    parts = [fmt.counted(len(found.mentions), "passage")] if found.mentions else []
    parts += [fmt.counted(len(found.commitments), "commitment")] if found.commitments else []
    said = parts or found.comments or found.review_note_ids
    many = SHOW.format(" and ".join(parts) or "what was said")
    html = account_mismatch.mismatch_html(found, read.words)
    return Part("promises", note, html, many, "" if said else account_mismatch.NONE)


def _risks(read: Read) -> Part:
    html = account_risks.risks_html(read.found, read.words)
    return Part("risks", html=html, folded=SHOW.format(account_risks.worst_words(read.found)))


def _against(read: Read) -> Part:
    found = read.found.contradictions
    return Part(
        "against",
        "A high score with bitter words, or the other way round: to be read.",
        account_risks.contradictions_html(found),
        SHOW.format(fmt.counted(len(found), "comment")),
        "" if found else account_risks.NO_CONTRADICTION,
    )


def _loops(read: Read) -> Part:
    found = read.found.loops
    many = SHOW.format(fmt.counted(len(found), "loop"))
    html = account_loops.loops_html(found)
    return Part("loops", "What is due first first; as they stand now.", html, many, "" if found else account_loops.NONE)


def _comments(read: Read, filters: Filters) -> list[Part]:
    narrowed = _narrowed(filters)
    params = {**narrowed.params(), "order": "detractors"}
    path = f"{account_evidence.address(read.account_id)}/comments"
    total = loading.read(path, CommentPage, params, limit=1).total
    if not total:
        return [Part("comments", quiet=strings.NO_COMMENTS_HERE)]
    number = links.comments_link(fmt.counted(total, "comment"), narrowed, account=read.account_id)
    _draw(Part("comments", f"{number}, detractors first, then the newest."))
    comment_list(path, params, key=f"account_{read.account_id}", account=False)
    return []


def _brief(read: Read, filters: Filters) -> None:
    found = read.found
    back = links.link("Back to the account", links.href(links.ACCOUNT, id=read.account_id))
    look.block(f'<p class="note screen">{back}</p>')
    account_print.button()
    shown = f"{period_name(filters.period)} to {fmt.day(found.period.as_of)}"
    html = account_brief.brief_html(found, read.people, read.words, period=shown, today=found.period.as_of.date())
    look.block(html)


frame.show(render)
