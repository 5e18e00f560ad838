"""One account: read, and as a page on a terminal."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.markup import escape

from data.errors import NotFoundError
from data.store.queries.accounts import AccountRow, AccountTheme, account_row, account_rows, account_themes
from data.store.queries.clock import newest_record
from data.store.queries.diagnosis import Diagnosis, diagnose
from data.store.queries.slices import Slice
from data.store.queries.standing import risk_slice
from data.store.unit_of_work import Session, Store
from pipelines.reading.words import quote, words

# Accounts listed where a name fits none.
NEAR = 5
# Ids named beside a finding; --json has all of them.
SHOWN_IDS = 3


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
