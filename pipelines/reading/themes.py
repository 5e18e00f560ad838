"""Theme counts: read, as CSV, and as a table on a terminal."""

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.markup import escape

from data.store.queries.accounts import account_row
from data.store.queries.clock import newest_record
from data.store.queries.counts import DIMENSIONS, Counts, GroupCounts, theme_counts
from data.store.queries.slices import Slice
from data.store.queries.themes import ThemeInfo, theme_infos
from data.store.unit_of_work import Store
from pipelines.errors import PipelineError
from pipelines.formulas import guarded
from pipelines.reading.words import money, words
from pipelines.terminal import plain_table

COUNT_COLUMNS = tuple(count.name for count in fields(Counts) if count.name not in ("revenue", "open_amount"))


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
    writer.writerows({name: guarded(value) for name, value in row.items()} for row in rows)
    return out.getvalue()


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
