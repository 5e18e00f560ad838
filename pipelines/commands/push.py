"""`sottovoce push`: a theme into Jira or Linear, as one issue that later pushes comment on."""

from contextlib import closing
from datetime import UTC, datetime
from typing import Annotated

import typer

from pipelines.commands.opening import AsJson, open_bench, open_settings, print_json
from pipelines.explained import explained


@explained
def push(
    target: Annotated[str, typer.Argument(help="jira or linear.")],
    theme: Annotated[str, typer.Option("--theme", help="The theme, by its key: sottovoce themes lists them.")],
    since: Annotated[
        datetime | None, typer.Option("--since", help="Count from this day (UTC); else all.", formats=["%Y-%m-%d"])
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would be sent; nothing is.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write a theme's counts and redacted words into one issue; pushed again it gets a comment with what changed.

    The address and the token are settings: docs/exports.md.
    """
    from dataclasses import asdict

    from pipelines.push import push as work
    from pipelines.push.words import markdown
    from pipelines.stage import COMMAND_LINE

    begin = since.replace(tzinfo=UTC) if since else None
    bench = open_bench(open_settings(), migrate=not dry_run)
    if dry_run:
        issue = work.write_of(bench, theme, since=begin)
        print_json(asdict(issue)) if as_json else typer.echo(f"{issue.title}\n\n{markdown(issue)}", nl=False)
        return
    with closing(work.open_tracker(bench.settings, target)) as tracker:
        done = work.push(bench, tracker, theme, since=begin, asked_by=COMMAND_LINE)
    print_json(asdict(done)) if as_json else typer.echo(f"{done.done}: {done.issue_key} {done.url}")
