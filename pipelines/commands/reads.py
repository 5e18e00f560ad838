"""The commands that show what is known: themes, one account, the short report, the last runs."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from pipelines.commands.opening import AsJson, open_console, open_read_store, print_json
from pipelines.explained import explained

Since = Annotated[datetime | None, typer.Option("--as-of", help="Look back from this day (UTC).", formats=["%Y-%m-%d"])]


@explained
def themes(
    by: Annotated[str, typer.Option("--by", help="role,stage,source,month,segment,account,...")] = "",
    account: Annotated[str | None, typer.Option("--account", help="One account only.")] = None,
    as_of: Since = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    as_json: AsJson = False,
) -> None:
    """Count themes: comments, people, accounts and revenue behind each."""
    from pipelines.reading.themes import as_csv as csv_of
    from pipelines.reading.themes import counted_themes, themes_table

    dimensions = [name.strip() for name in by.split(",") if name.strip()]
    found = counted_themes(
        open_read_store(), by=dimensions, account_id=account, as_of=as_of.replace(tzinfo=UTC) if as_of else None
    )
    if as_json:
        print_json([theme.as_dict() for theme in found])
    elif as_csv:
        typer.echo(csv_of([theme.flat() for theme in found], dimensions), nl=False)
    else:
        themes_table(open_console(stderr=False), found, dimensions)


@explained
def account(account_id: Annotated[str, typer.Argument(help="The account's id.")], as_json: AsJson = False) -> None:
    """Show one account: what to know before a call, latest scores, themes, who said what."""
    from pipelines.reading.account import account_page, read_account

    found = read_account(open_read_store(), account_id, clock=datetime.now(UTC))
    if as_json:
        print_json(found.as_dict())
    else:
        account_page(open_console(stderr=False), found)


def show_report() -> None:
    """Show the short report: top themes with detractors' words, accounts with a sales-delivery mismatch."""
    from pipelines.reading.report import short_report

    short_report(open_console(stderr=False), open_read_store())


@explained
def runs(as_json: AsJson = False) -> None:
    """List the last runs: when, how long, what came in and out."""
    from data.store.repositories.runs import last_runs

    with open_read_store().read() as session:
        found = last_runs(session)
    if as_json:
        columns = ("id", "command", "state", "started_at", "seconds", "settings", "model_keys", "counts", "error")
        print_json([{name: getattr(run, name) for name in columns} for run in found])
        return
    for run in found:
        seconds = f"{run.seconds:.1f} s" if run.seconds is not None else ""
        stages = ", ".join(f"{stage} {counts['in']:,}" for stage, counts in run.counts.items())
        typer.echo(f"{run.id:>4}  {run.started_at:%d %b %Y %H:%M}  {run.state:<11} {seconds:>8}  {stages}")
