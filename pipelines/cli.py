"""The command line: thin. The work is in plain functions, imported when a command needs them.

Exit codes: 0 done; 1 an error that the message explains; 2 wrong usage; 3 done, but rows were set aside.
"""

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ParamSpec, TypeVar

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from pipelines.settings import Settings
    from pipelines.stage import Bench

P = ParamSpec("P")
R = TypeVar("R")

app = typer.Typer(
    help="Find the themes in what customers wrote, by role and stage, with every score beside its comments.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
quarantine_app = typer.Typer(help="Rows that could not be imported.", no_args_is_help=True)
key_app = typer.Typer(help="Keys for the API.", no_args_is_help=True)
taxonomy_app = typer.Typer(help="The shipped themes and their tagger.", no_args_is_help=True)
evaluate_app = typer.Typer(help="Measure on labelled text; prints a JSON summary last.", no_args_is_help=True)
app.add_typer(quarantine_app, name="quarantine")
app.add_typer(key_app, name="key")
app.add_typer(taxonomy_app, name="taxonomy")
app.add_typer(evaluate_app, name="evaluate")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else on standard output.")]
ROWS_SET_ASIDE = 3


def _explained(command: Callable[P, R]) -> Callable[P, R]:
    """Turn our own errors into one line and exit code 1; anything else is a defect and keeps its traceback."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except Exception as error:
            if _is_ours(error):
                typer.echo(f"Error: {error}", err=True)
                raise typer.Exit(1) from error
            raise

    return run


def _is_ours(error: Exception) -> bool:
    return any(base.__name__ in ("NlpError", "CxError", "DataError", "PipelineError") for base in type(error).__mro__)


def _console(*, stderr: bool = True) -> "Console":
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, width=None if sys.stderr.isatty() else 100)


def _settings() -> "Settings":
    from pipelines.logs import configure_logs
    from pipelines.settings import load_settings

    settings = load_settings()
    configure_logs(settings.log_level)
    return settings


def _bench(settings: "Settings", *, migrate: bool = True) -> "Bench":
    from pipelines.stage import Bench

    store = settings.store()
    if migrate:
        store.migrate()
    else:
        store.require_current()
    return Bench(settings, store, settings.vault())


def _print_json(value: object) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, default=str))


@app.command("import")
@_explained
def import_command(
    path: Annotated[Path, typer.Argument(help="A folder in the canonical layout, or one file with any columns.")],
    kind: Annotated[str | None, typer.Option("--as", help="What the rows are: responses, tickets, in_app, ...")] = None,
    columns: Annotated[str | None, typer.Option("--map", help='text=Comment,score="NPS score",...')] = None,
    survey: Annotated[str | None, typer.Option("--survey", help="The survey that the answers belong to.")] = None,
    save_as: Annotated[str | None, typer.Option("--save-map", help="Keep the mapping under this name.")] = None,
    as_json: AsJson = False,
) -> None:
    """Bring a file or a folder in. The same thing twice changes nothing."""
    from pipelines.ingest import import_path
    from pipelines.mapping import parse_map
    from pipelines.terminal import import_summary, progress_display

    settings = _settings()
    console = _console()
    with progress_display(console, quiet=as_json) as progress:
        bench = _bench(settings)
        report = import_path(
            path,
            bench=replace(bench, progress=progress),
            kind=kind,
            mapping=parse_map(columns),
            survey=survey,
            save_as=save_as,
        )
    if as_json:
        _print_json(report.as_dict())
    else:
        import_summary(report, _console(stderr=False))
    if report.quarantined:
        raise typer.Exit(ROWS_SET_ASIDE)


@app.command("run")
@_explained
def run_command(
    refit: Annotated[bool, typer.Option("--refit", help="Find the discovered themes again.")] = False,
    as_json: AsJson = False,
) -> None:
    """Analyse what is new: prepare, embed, tag, discover, identify, summarise."""
    from pipelines.run import run
    from pipelines.terminal import progress_display

    settings = _settings()
    console = _console()
    with progress_display(console, quiet=as_json) as progress:
        report = run(replace(_bench(settings), progress=progress), refit=refit)
    if as_json:
        _print_json(report.as_dict())


@app.command()
@_explained
def migrate() -> None:
    """Bring the database to this version's tables."""
    bench = _bench(_settings())
    typer.echo(f"{bench.settings.url_shown}: revision {bench.store.revision()}", err=True)


@app.command()
@_explained
def doctor(as_json: AsJson = False) -> None:
    """Check models, database, disk and versions; say what to do."""
    from pipelines.doctor import examine

    findings = examine(_settings())
    if as_json:
        _print_json([vars(finding) for finding in findings])
    else:
        for finding in findings:
            typer.echo(f"{'ok  ' if finding.ok else 'MEND'}  {finding.what:<12} {finding.found}")
            if finding.mend:
                typer.echo(f"{'':>18} {finding.mend}")
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)


def main() -> None:
    """Entry point of `sottovoce`."""
    app()
