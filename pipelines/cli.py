"""The command line: thin. The work is in plain functions, imported when a command needs them.

Exit codes: 0 done; 1 an error that the message explains; 2 wrong usage; 3 done, but rows were set aside.
"""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from pipelines.bench.cli import bench_app
from pipelines.commands import reads, serving
from pipelines.commands.backup import backup, restore
from pipelines.commands.digest import digest
from pipelines.commands.keys import key_app
from pipelines.commands.opening import ROWS_SET_ASIDE, AsJson, open_bench, open_console, open_settings, print_json
from pipelines.commands.personal import export_person, forget
from pipelines.commands.persons import person_app
from pipelines.commands.pull import pull
from pipelines.commands.push import push
from pipelines.commands.quarantine import quarantine_app
from pipelines.commands.taxonomy import taxonomy_app
from pipelines.evaluate.cli import evaluate_app
from pipelines.explained import explained

app = typer.Typer(
    help="Find the themes in what customers wrote, by role and stage, with every score beside its comments.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(quarantine_app, name="quarantine")
app.add_typer(key_app, name="key")
app.add_typer(person_app, name="person")
app.add_typer(taxonomy_app, name="taxonomy")
app.add_typer(evaluate_app, name="evaluate")
app.add_typer(bench_app, name="bench")


@app.command("import")
@explained
def import_command(
    path: Annotated[Path, typer.Argument(help="A folder in the canonical layout, or a file: an export or any table.")],
    kind: Annotated[str | None, typer.Option("--as", help="What the rows are: responses, tickets, in_app, ...")] = None,
    columns: Annotated[str | None, typer.Option("--map", help='text=Comment,score="NPS score",...')] = None,
    survey: Annotated[str | None, typer.Option("--survey", help="The survey that the answers belong to.")] = None,
    date_order: Annotated[str | None, typer.Option("--dates", help="dmy or mdy, where the dates do not tell.")] = None,
    zone: Annotated[str | None, typer.Option("--zone", help="Zone of times that name none: Europe/Berlin.")] = None,
    save_as: Annotated[str | None, typer.Option("--save-map", help="Keep the mapping under this name.")] = None,
    as_json: AsJson = False,
) -> None:
    """Bring a file or a folder in. The same thing twice changes nothing."""
    from pipelines import summarise
    from pipelines.ingest import import_path
    from pipelines.mapping import parse_map
    from pipelines.terminal import import_summary, progress_display

    settings = open_settings()
    console = open_console()
    with progress_display(console, quiet=as_json) as progress:
        bench = open_bench(settings)
        report = import_path(
            path,
            bench=replace(bench, progress=progress),
            kind=kind,
            mapping=parse_map(columns),
            survey=survey,
            save_as=save_as,
            date_order=date_order,
            zone=zone,
        )
        # Scores can be read before the first run.
        summarise.run(bench)
    if as_json:
        print_json(report.as_dict())
    else:
        import_summary(report, open_console(stderr=False))
    if report.quarantined:
        raise typer.Exit(ROWS_SET_ASIDE)


@app.command("run")
@explained
def run_command(
    refit: Annotated[bool, typer.Option("--refit", help="Find the discovered themes again.")] = False,
    as_json: AsJson = False,
) -> None:
    """Analyse what is new: prepare, embed, tag, discover, identify, summarise."""
    from pipelines.run import run
    from pipelines.terminal import progress_display

    settings = open_settings()
    console = open_console()
    with progress_display(console, quiet=as_json) as progress:
        report = run(replace(open_bench(settings), progress=progress), refit=refit)
    if as_json:
        print_json(report.as_dict())


@app.command()
@explained
def migrate() -> None:
    """Bring the database to this version's tables."""
    bench = open_bench(open_settings())
    typer.echo(f"{bench.settings.url_shown}: revision {bench.store.revision()}", err=True)


@app.command()
@explained
def doctor(as_json: AsJson = False) -> None:
    """Check models, database, disk and versions; say what to do."""
    from pipelines.doctor import examine

    findings = examine(open_settings())
    if as_json:
        print_json([vars(finding) for finding in findings])
    else:
        for finding in findings:
            typer.echo(f"{'ok  ' if finding.ok else 'MEND'}  {finding.what:<12} {finding.found}")
            if finding.mend:
                typer.echo(f"{'':>18} {finding.mend}")
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)


# In the order of `sottovoce --help`.
app.command()(reads.themes)
app.command()(reads.account)
app.command()(serving.report)
app.command()(serving.export)
app.command()(serving.serve)
app.command("mcp")(serving.serve_mcp)
app.command("dashboard")(serving.serve_dashboard)
app.command()(serving.worker)
app.command()(serving.demo)
app.command()(digest)
app.command()(pull)
app.command()(push)
app.command()(reads.runs)
app.command()(forget)
app.command("export-person")(export_person)
app.command()(backup)
app.command()(restore)


def main() -> None:
    """Entry point of `sottovoce`."""
    app()
