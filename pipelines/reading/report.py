"""The short report: the themes that hurt most, and the accounts that got something other than they were sold."""

from dataclasses import dataclass

from rich.console import Console
from rich.markup import escape

from cx.facts import FINDING_PEOPLE, PLAIN
from data.store.queries.clock import newest_record
from data.store.queries.comments import CommentQuery, list_comments
from data.store.queries.counts import GroupCounts, theme_counts
from data.store.queries.slices import Slice
from data.store.queries.themes import ThemeInfo, theme_infos
from data.store.queries.voices import theme_voices
from data.store.repositories.runs import get_fact
from data.store.unit_of_work import Session, Store
from pipelines.reading.words import money, quote, words
from pipelines.terminal import plain_table

MISMATCH = "sales_delivery_mismatch"
# What discovery leaves when it has run.
FIT = "theme_fit"
# Voices that make a finding.
MISMATCH_PEOPLE = FINDING_PEOPLE


def short_report(console: Console, store: Store, *, themes: int = 5, quotes: int = 3) -> None:
    """Show the top themes by role and stage with detractors' words, and the accounts with a sales-delivery mismatch."""
    with store.read() as session:
        if get_fact(session, FIT) is None:
            console.print("Nothing is analysed yet: sottovoce run")
            return
        filters = Slice(as_of=newest_record(session))
        for kind, title in (("taxonomy", "Themes that hurt most"), ("discovered", "Found in the words themselves")):
            counted = [c for c in theme_counts(session, filters, kind=kind) if c.counts.comments]
            infos = theme_infos(session, {c.group["theme"] for c in counted})
            if kind == "discovered":
                counted = [c for c in counted if infos[c.group["theme"]].level > 0]
                counted.sort(key=lambda c: (not infos[c.group["theme"]].emerging, -c.counts.negative))
            else:
                counted.sort(key=lambda c: (-c.counts.negative, c.group["theme"]))
            if not counted:
                continue
            console.print(f"\n[bold]{title}[/bold] (to {filters.as_of:%d %b %Y})")
            for one in counted[:themes]:
                _theme_block(console, session, filters, infos[one.group["theme"]], one, quotes)
        _mismatch_block(console, session)


def _theme_block(
    console: Console,
    session: Session,
    filters: Slice,
    info: ThemeInfo,
    counted: GroupCounts,
    quotes: int,
) -> None:
    counts = counted.counts
    mark = "  [magenta]emerging[/magenta]" if info.emerging else ""
    console.print(
        f"\n  [bold]{escape(info.name)}[/bold]{mark}  {counts.comments} comments ({counts.negative} negative, "
        f"{counts.positive} positive), {counts.respondents} people, {counts.accounts} accounts, {money(counts.revenue)}"
    )
    for dimension in ("role", "stage"):
        groups = theme_counts(session, filters, group_by=(dimension,), kind=info.kind, theme_keys=(info.key,))
        parts = [f"{words(g.group[dimension])} {g.counts.comments}" for g in groups if g.counts.comments]
        console.print(f"  by {dimension}: {', '.join(parts)}", style="dim")
    query = CommentQuery(theme_key=info.key, polarity="negative", voice="customer", order="detractors")
    for comment in list_comments(session, filters, query=query, limit=quotes).rows:
        quote(console, comment)


@dataclass(frozen=True)
class MismatchAccount:
    """An account where people say that they got something other than what was agreed before signing."""

    account_id: str
    name: str
    comments: int
    people: int
    arr: float | None
    currency: str | None


def mismatch_accounts(session: Session, *, people: int = MISMATCH_PEOPLE) -> list[MismatchAccount]:
    """Give the accounts where at least so many people say so plainly; most people first.

    One voice may be a misreading (the tagger is right in about four of five); two are a finding.
    """
    filters = Slice(as_of=newest_record(session))
    rows = theme_voices(session, filters, MISMATCH, least_confidence=PLAIN)
    found = [
        MismatchAccount(row.account_id, row.name, row.comments, row.people, row.arr, row.currency)
        for row in rows
        if row.people >= people
    ]
    return sorted(found, key=lambda row: (-row.people, -row.comments, row.account_id))


def _mismatch_block(console: Console, session: Session) -> None:
    rows = mismatch_accounts(session)
    alone = len(mismatch_accounts(session, people=1)) - len(rows)
    console.print("\n[bold]Accounts with a sales-delivery mismatch[/bold] (said by two people or more)")
    table = plain_table("account", "comments", "people", "ARR", right=3)
    for row in rows:
        arr = money({row.currency or "": row.arr}) if row.arr is not None else ""
        table.add_row("  " + escape(row.name), str(row.comments), str(row.people), arr)
    console.print(table if rows else "  none")
    if alone:
        console.print(f"  One voice only, read before you act: {alone} more accounts", style="dim")
