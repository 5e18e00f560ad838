"""What the read commands show: theme counts, one account, the short report. Loads no model library."""

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding

from cx.facts import FINDING_PEOPLE, PLAIN
from data.errors import NotFoundError
from data.store.queries.accounts import AccountRow, AccountTheme, account_row, account_rows, account_themes
from data.store.queries.clock import newest_record
from data.store.queries.comments import CommentQuery, CommentRow, list_comments
from data.store.queries.counts import DIMENSIONS, Counts, GroupCounts, theme_counts
from data.store.queries.diagnosis import Diagnosis, diagnose
from data.store.queries.slices import Slice
from data.store.queries.standing import risk_slice
from data.store.queries.themes import ThemeInfo, theme_infos
from data.store.queries.voices import theme_voices
from data.store.repositories.runs import get_fact
from data.store.unit_of_work import Session, Store
from pipelines.errors import PipelineError
from pipelines.terminal import plain_table

# What a spreadsheet would run as a formula; such a cell gets an apostrophe in front (documented in README).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
MISMATCH = "sales_delivery_mismatch"
# What discovery leaves when it has run.
FIT = "theme_fit"
# Voices that make a finding.
MISMATCH_PEOPLE = FINDING_PEOPLE


@dataclass(frozen=True)
class CountedTheme:
    """One line of `sottovoce themes`."""

    theme: ThemeInfo
    group: dict[str, str]
    counts: GroupCounts

    def as_dict(self) -> dict[str, Any]:
        """Give it as JSON takes it: revenue by currency."""
        counts = self.counts.counts
        return {**self.flat(), "revenue": counts.revenue, "open_amount": counts.open_amount}

    def flat(self) -> dict[str, Any]:
        """Give it as one row of a table."""
        counts = asdict(self.counts.counts)
        revenue, opened = counts.pop("revenue"), counts.pop("open_amount")
        return {
            "kind": self.theme.kind,
            "theme": self.theme.key,
            "name": self.theme.name,
            "parent": self.theme.parent_key or "",
            **self.group,
            **counts,
            "revenue": _by_currency(revenue),
            "open_amount": _by_currency(opened),
        }


def _by_currency(amounts: dict[str, float]) -> str:
    return "; ".join(f"{amount:.0f} {currency}".strip() for currency, amount in sorted(amounts.items()))


def counted_themes(
    store: Store, *, by: Sequence[str] = (), account_id: str | None = None, as_of: datetime | None = None
) -> list[CountedTheme]:
    """Count the themes of both kinds, apart: comments, respondents, accounts and revenue.

    Raises:
        PipelineError: A dimension is not known.
        NotFoundError: There is no such account.
    """
    unknown = [name for name in by if name not in DIMENSIONS]
    if unknown:
        raise PipelineError(f"can't count by {', '.join(unknown)}: use {', '.join(DIMENSIONS)}")
    with store.read() as session:
        filters = Slice(as_of=as_of or newest_record(session))
        if account_id is not None:
            account_row(session, filters, account_id)
            filters = filters.of_account(account_id)
        found = []
        dimensions = ("theme", *(name for name in by if name != "theme"))
        for kind in ("taxonomy", "discovered"):
            groups = theme_counts(session, filters, group_by=dimensions, kind=kind)
            infos = theme_infos(session, {group.group["theme"] for group in groups})
            for group in groups:
                rest = {name: value for name, value in group.group.items() if name != "theme"}
                found.append(CountedTheme(infos[group.group["theme"]], rest, group))
    return found


COUNT_COLUMNS = tuple(count.name for count in fields(Counts) if count.name not in ("revenue", "open_amount"))


def as_csv(rows: Sequence[dict[str, Any]], by: Sequence[str] = ()) -> str:
    """Write rows as CSV, the header also where there are none; cells that a spreadsheet would run are guarded."""
    out = io.StringIO()
    dimensions = [name for name in by if name != "theme"]
    columns = (
        list(rows[0])
        if rows
        else ["kind", "theme", "name", "parent", *dimensions, *COUNT_COLUMNS, "revenue", "open_amount"]
    )
    writer = csv.DictWriter(out, fieldnames=columns)
    writer.writeheader()
    writer.writerows({name: _guarded(value) for name, value in row.items()} for row in rows)
    return out.getvalue()


def _guarded(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value


def words(key: str) -> str:
    """Turn a key into words: `power_user` reads "power user"."""
    return {"nps": "NPS", "csat": "CSAT", "ces": "CES"}.get(key, key.replace("_", " "))


def money(revenue: dict[str, float], *, most: int = 3) -> str:
    """Say revenue by currency, the largest first: "1.2 m EUR, 310 k GBP"; "+2" for currencies beyond `most`."""
    parts = []
    for currency, amount in sorted(revenue.items(), key=lambda pair: (-pair[1], pair[0])):
        value = (
            f"{amount / 1e6:.1f} m" if amount >= 1e6 else f"{amount / 1e3:.0f} k" if amount >= 1e3 else f"{amount:.0f}"
        )
        parts.append(f"{value} {currency}".strip())
    rest = len(parts) - most
    return ", ".join(parts[:most]) + (f" +{rest}" if rest > 0 else "")


def themes_table(console: Console, themes: Sequence[CountedTheme], by: Sequence[str]) -> None:
    """Show the counts, one table a kind: the two are never added up."""
    if not themes:
        console.print("No themes here: nothing was said in this slice, or nothing is analysed yet (sottovoce run)")
    for kind in ("taxonomy", "discovered"):
        rows = [theme for theme in themes if theme.theme.kind == kind]
        if not rows:
            continue
        console.print(f"\n[bold]{'Themes of the taxonomy' if kind == 'taxonomy' else 'Discovered themes'}[/bold]")
        table = plain_table("theme", *by, "comments", "people", "accounts", "neg", "pos", "revenue", right=6)
        for row in _as_tree(rows):
            counts = row.counts.counts
            indent = "  " if row.theme.parent_key else ""
            table.add_row(
                indent + escape(row.theme.name),
                *(words(value) for value in row.group.values()),
                *(
                    f"{n:,}"
                    for n in (counts.comments, counts.respondents, counts.accounts, counts.negative, counts.positive)
                ),
                money(counts.revenue, most=1),
            )
        console.print(table)


def _as_tree(themes: Sequence[CountedTheme]) -> list[CountedTheme]:
    """Put children under their parents, both by comments; an only child says nothing that its parent does not."""
    children: dict[str, list[CountedTheme]] = {}
    for theme in themes:
        if theme.theme.parent_key:
            children.setdefault(theme.theme.parent_key, []).append(theme)
    ordered: list[CountedTheme] = []
    shown: set[str] = set()
    for theme in themes:
        if theme.theme.parent_key:
            continue
        ordered.append(theme)
        own = children.get(theme.theme.key, [])
        if theme.theme.key not in shown and len({child.theme.key for child in own}) > 1:
            ordered += own
        shown.add(theme.theme.key)
    return ordered


@dataclass(frozen=True)
class ReadAccount:
    """One account: who it is, its diagnosis over 90 days, and its taxonomy themes, the latest spoken of first."""

    row: AccountRow
    diagnosis: Diagnosis
    themes: list[AccountTheme]

    def as_dict(self) -> dict[str, Any]:
        """Give it as JSON takes it."""
        found = self.diagnosis
        return {
            "account": asdict(self.row),
            "diagnosis": {
                "since": found.now.since,
                "as_of": found.now.as_of,
                "headline": asdict(found.headline),
                "statements": [asdict(one) for one in found.statements],
                "steps": [asdict(one) for one in found.steps],
                "renewal_risk": found.standing.risk.reading,
                "renewal_flag": found.standing.flag.reading,
                "nps": found.standing.committee.reading,
                "coverage": found.coverage.reading,
            },
            "themes": [asdict(theme) for theme in self.themes],
        }


def read_account(store: Store, account_id: str, *, clock: datetime) -> ReadAccount:
    """Read one account; `clock` is the time that its loops run by.

    Raises:
        NotFoundError: There is no such account.
    """
    with store.read() as session:
        filters = Slice(as_of=newest_record(session))
        known = _account_id(session, filters, account_id)
        window = risk_slice(filters, filters.as_of)
        return ReadAccount(
            account_row(session, filters, known),
            diagnose(session, window, known, clock=clock),
            account_themes(session, filters, known),
        )


def _account_id(session: Session, filters: Slice, said: str) -> str:
    """Give the id of the account that a person names by id or by name.

    Raises:
        NotFoundError: None fits, or several do; names those that come near.
    """
    near = account_rows(session, filters, search=said, limit=NEAR).rows
    exact = [row.account_id for row in near if said in (row.account_id, row.name)]
    same = exact or [
        row.account_id for row in near if said.casefold() in (row.account_id.casefold(), row.name.casefold())
    ]
    if len(same) == 1 or exact:
        return same[0]
    try:
        return account_row(session, filters, said).account_id
    except NotFoundError as error:
        names = ", ".join(f"{row.account_id} ({row.name})" for row in near) or "none comes near"
        raise NotFoundError(f"no account {said!r}; by id or name: {names}") from error


# Accounts listed where a name fits none.
NEAR = 5


def account_page(console: Console, found: ReadAccount) -> None:
    """Show one account: who it is, what to know before a call, the latest scores, the themes with their words."""
    row, themes = found.row, found.themes
    facts = [row.segment, row.industry, row.motion and words(row.motion)]
    console.print(f"[bold]{escape(row.name)}[/bold]  {' - '.join(words(fact) for fact in facts if fact)}")
    if row.arr is not None:
        console.print(f"ARR {row.arr:,.0f} {row.currency or ''}, renewal {row.renewal_date or 'unknown'}")
    _diagnosis_block(console, found.diagnosis)
    console.print(f"\n{row.answers} answers, {row.flagged} of them flagged; {row.comments} comments")
    for score in row.latest_scores:
        console.print(
            f"  {words(score.type)} {score.score:g} of {score.scale_max:g}  {words(score.role)}, "
            f"{score.answered_at:%d %b %Y}"
        )
    for theme in themes:
        counts = theme.counts
        roles = ", ".join(f"{words(role)} {n}" for role, n in sorted(theme.roles.items(), key=lambda p: -p[1]))
        said = f"{counts.comments} comments, {counts.negative} negative ({roles})"
        if not counts.comments:
            said = f"only in review notes ({counts.review_notes}), the vendor's words"
        console.print(f"\n[bold]{escape(theme.info.name)}[/bold]  {said}")
        for comment in theme.verbatims:
            quote(console, comment, with_account=False)


def _diagnosis_block(console: Console, found: Diagnosis) -> None:
    """Show the headline, every finding with the number of ids behind it, and whose task comes next."""
    console.print(f"\n[bold]{escape(found.headline.text)}[/bold]")
    console.print(f"90 days to {found.now.as_of:%d %b %Y}; every finding with what it stands on", style="dim")
    for one in found.statements:
        n = len(one.comment_ids) + len(one.other_ids)
        ids = ", ".join((*one.comment_ids, *one.other_ids)[:SHOWN_IDS])
        mark = "[green]+[/green]" if one.good else "-"
        console.print(
            f"  {mark} {escape(one.text)} [dim]({escape(ids)}{f', {n - SHOWN_IDS} more' * (n > SHOWN_IDS)})[/dim]"
        )
    for step in found.steps:
        who = ", ".join(step.owners) or f"nobody named (should be {step.owner})"
        console.print(f"  [bold]{escape(words(step.stage))}[/bold]: {escape(who)}. {escape(step.action)}")


# Ids named beside a finding; --json has all of them.
SHOWN_IDS = 3


def quote(console: Console, comment: CommentRow, *, with_account: bool = True) -> None:
    """Show a customer's words with score, role, stage, account and day."""
    said = [words(comment.source)]
    if comment.score is not None:
        said.append(f"{comment.score:g} of {comment.scale_max:g}" if comment.scale_max else f"{comment.score:g}")
    said += [words(comment.role), words(comment.stage or "stage unknown")]
    if with_account:
        said.append(comment.account_name or "no account")
    said.append(f"{comment.said_at:%d %b %Y}")
    console.print(Padding(f"[italic]“{escape(_shortened(comment.text))}”[/italic]", (0, 0, 0, 4)))
    console.print(Padding(f"[dim]{escape(', '.join(said))}[/dim]", (0, 0, 0, 4)))


# Two lines of 80 columns: enough to understand a comment, short enough for a list.
SHOWN_CHARS = 220


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHOWN_CHARS else line[: SHOWN_CHARS - 1].rsplit(" ", 1)[0] + "…"


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
