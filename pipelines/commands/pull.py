"""`sottovoce pull`: bring what changed at Zendesk, Intercom or HubSpot since the last time."""

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated

import typer

from pipelines.commands.opening import ROWS_SET_ASIDE, AsJson, open_bench, open_console, open_settings, print_json
from pipelines.explained import explained


@explained
def pull(
    source: Annotated[str, typer.Argument(help="zendesk, intercom or hubspot.")],
    since: Annotated[
        datetime | None,
        typer.Option(
            "--since", formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"], help="From when (UTC); else where it ended."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Bring what changed at a product since the last pull; a pull that was ended goes on where it was.

    The address and the token are settings: docs/connect.md. `sottovoce run` analyses what came.
    """
    from pipelines import summarise
    from pipelines.pull.pull import pull as bring
    from pipelines.pull.source import open_source
    from pipelines.terminal import progress_display

    settings = open_settings()
    with (
        closing(open_source(settings, source)) as opened,
        progress_display(open_console(), quiet=as_json) as progress,
    ):
        bench = replace(open_bench(settings), progress=progress)
        report = bring(bench, opened, since=since.replace(tzinfo=UTC) if since else None)
        # Scores can be read before the first run.
        summarise.run(bench)
    if as_json:
        print_json(report.as_dict())
    else:
        counts = ", ".join(f"{count:,} {name}" for name, count in report.arrived.counts.items()) or "nothing new"
        typer.echo(f"{source}: {report.objects:,} objects; rows: {counts}")
        for reason, count in report.arrived.reasons.items():
            typer.echo(f"{count:>7,}  {reason}")
    if report.arrived.counts["quarantined"]:
        raise typer.Exit(ROWS_SET_ASIDE)
