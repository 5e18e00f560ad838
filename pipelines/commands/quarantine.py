"""The `sottovoce quarantine` commands."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.commands.opening import ROWS_SET_ASIDE, AsJson, open_bench, open_settings, print_json
from pipelines.explained import explained

quarantine_app = typer.Typer(help="Rows that could not be imported.", no_args_is_help=True)


@quarantine_app.command("list")
@explained
def quarantine_list(
    file: Annotated[str | None, typer.Option("--file", help="Rows of this file only.")] = None,
    export: Annotated[Path | None, typer.Option("--export", help="Write the rows as CSV, to be mended.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the rows that wait: file, row, column, value, reason."""
    from pipelines import quarantine

    bench = open_bench(open_settings(), migrate=False)
    if export is not None:
        written = quarantine.export_open(bench, export, file=file)
        typer.echo(f"{written} rows in {export}: mend them, then: sottovoce quarantine retry --from {export}", err=True)
        return
    rows = quarantine.list_open(bench, file=file)
    if as_json:
        print_json([vars(row) for row in rows])
        return
    for row in rows:
        cell = f"{row.column} {row.value!r}: " if row.column else ""
        typer.echo(f"{row.id:>6}  {row.file} row {row.row_number}, {cell}{row.reason}")
    total = sum(count for name, _, count in quarantine.count_by_file(bench) if file in (None, name, Path(name).name))
    typer.echo(f"{total} rows wait" + (f", {len(rows)} shown" if total > len(rows) else ""), err=True)


@quarantine_app.command("retry")
@explained
def quarantine_retry(
    ids: Annotated[list[int] | None, typer.Argument(help="Rows by number; all without.", min=1, max=2**62)] = None,
    mended: Annotated[Path | None, typer.Option("--from", help="A file with the mended rows.")] = None,
    file: Annotated[str | None, typer.Option("--file", help="Rows of this file only.")] = None,
) -> None:
    """Take rows back once they, or what they need, were mended."""
    from pipelines import quarantine

    bench = open_bench(open_settings(), migrate=False)
    report = quarantine.retry_file(bench, mended) if mended else quarantine.retry(bench, ids=ids or None, file=file)
    typer.echo(f"{report.taken_back} taken back, {report.still_broken} still broken, {report.unmatched} unmatched")
    if ids and not report.taken_back + report.still_broken:
        typer.echo("no open row has that number: sottovoce quarantine list", err=True)
        raise typer.Exit(1)
    if report.still_broken:
        typer.echo("mend them: sottovoce quarantine list --export FILE.csv, then retry --from FILE.csv", err=True)
        raise typer.Exit(ROWS_SET_ASIDE)


@quarantine_app.command("dismiss")
@explained
def quarantine_dismiss(
    ids: Annotated[list[int] | None, typer.Argument(help="Rows by number.", min=1, max=2**62)] = None,
    file: Annotated[str | None, typer.Option("--file", help="All rows of this file.")] = None,
) -> None:
    """Leave rows out for good."""
    from pipelines import quarantine

    if not ids and not file:
        raise typer.BadParameter("name rows or a file; nothing is dismissed by default")
    dismissed = quarantine.dismiss(open_bench(open_settings(), migrate=False), ids=ids or None, file=file)
    typer.echo(f"{dismissed} dismissed")
    if not dismissed:
        typer.echo("no open row fits: sottovoce quarantine list", err=True)
        raise typer.Exit(1)
