"""The command line: thin. The work is in plain functions, imported when a command needs them.

Exit codes: 0 done; 1 an error that the message explains; 2 wrong usage; 3 done, but rows were set aside.
"""

import json
import sys
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.bench.cli import bench_app
from pipelines.evaluate.cli import evaluate_app
from pipelines.explained import explained

if TYPE_CHECKING:
    from collections.abc import Iterator
    from subprocess import Popen

    from fastapi import FastAPI
    from rich.console import Console

    from api.serve import Server
    from data.store.unit_of_work import Store
    from pipelines.settings import Settings
    from pipelines.stage import Bench


app = typer.Typer(
    help="Find the themes in what customers wrote, by role and stage, with every score beside its comments.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
quarantine_app = typer.Typer(help="Rows that could not be imported.", no_args_is_help=True)
key_app = typer.Typer(help="Keys for the API.", no_args_is_help=True)
taxonomy_app = typer.Typer(help="The shipped themes and their tagger.", no_args_is_help=True)
app.add_typer(quarantine_app, name="quarantine")
app.add_typer(key_app, name="key")
app.add_typer(taxonomy_app, name="taxonomy")
app.add_typer(evaluate_app, name="evaluate")
app.add_typer(bench_app, name="bench")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else on standard output.")]
ROWS_SET_ASIDE = 3
# Who did it, in the audit trail, where no key is shown.
COMMAND_LINE = "command line"


def _console(*, stderr: bool = True) -> "Console":
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, width=None if sys.stderr.isatty() else 80)


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


def _read_store() -> "Store":
    """Open the store for a read command: no vault, no models, no migration."""
    store = _settings().store()
    store.require_current()
    return store


def _print_json(value: object) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, default=str))


@app.command("import")
@explained
def import_command(
    path: Annotated[Path, typer.Argument(help="A folder in the canonical layout, or one file with any columns.")],
    kind: Annotated[str | None, typer.Option("--as", help="What the rows are: responses, tickets, in_app, ...")] = None,
    columns: Annotated[str | None, typer.Option("--map", help='text=Comment,score="NPS score",...')] = None,
    survey: Annotated[str | None, typer.Option("--survey", help="The survey that the answers belong to.")] = None,
    date_order: Annotated[str | None, typer.Option("--dates", help="dmy or mdy, where the dates do not tell.")] = None,
    save_as: Annotated[str | None, typer.Option("--save-map", help="Keep the mapping under this name.")] = None,
    as_json: AsJson = False,
) -> None:
    """Bring a file or a folder in. The same thing twice changes nothing."""
    from pipelines import summarise
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
            date_order=date_order,
        )
        # Scores can be read before the first run.
        summarise.run(bench)
    if as_json:
        _print_json(report.as_dict())
    else:
        import_summary(report, _console(stderr=False))
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

    settings = _settings()
    console = _console()
    with progress_display(console, quiet=as_json) as progress:
        report = run(replace(_bench(settings), progress=progress), refit=refit)
    if as_json:
        _print_json(report.as_dict())


@app.command()
@explained
def migrate() -> None:
    """Bring the database to this version's tables."""
    bench = _bench(_settings())
    typer.echo(f"{bench.settings.url_shown}: revision {bench.store.revision()}", err=True)


@app.command()
@explained
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


Since = Annotated[datetime | None, typer.Option("--as-of", help="Look back from this day (UTC).", formats=["%Y-%m-%d"])]


@app.command()
@explained
def themes(
    by: Annotated[str, typer.Option("--by", help="role,stage,source,month,segment,account,...")] = "",
    account: Annotated[str | None, typer.Option("--account", help="One account only.")] = None,
    as_of: Since = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    as_json: AsJson = False,
) -> None:
    """Count themes: comments, people, accounts and revenue behind each."""
    from pipelines import reading

    bench_store = _read_store()
    dimensions = [name.strip() for name in by.split(",") if name.strip()]
    found = reading.counted_themes(
        bench_store, by=dimensions, account_id=account, as_of=as_of.replace(tzinfo=UTC) if as_of else None
    )
    if as_json:
        _print_json([theme.as_dict() for theme in found])
    elif as_csv:
        typer.echo(reading.as_csv([theme.flat() for theme in found], dimensions), nl=False)
    else:
        reading.themes_table(_console(stderr=False), found, dimensions)


@app.command()
@explained
def account(account_id: Annotated[str, typer.Argument(help="The account's id.")], as_json: AsJson = False) -> None:
    """Show one account: what to know before a call, latest scores, themes, who said what."""
    from pipelines import reading

    found = reading.read_account(_read_store(), account_id, clock=datetime.now(UTC))
    if as_json:
        _print_json(found.as_dict())
    else:
        reading.account_page(_console(stderr=False), found)


@app.command()
@explained
def report() -> None:
    """Show the short report: top themes with detractors' words, accounts with a sales-delivery mismatch."""
    from pipelines import reading

    reading.short_report(_console(stderr=False), _read_store())


Host = Annotated[str, typer.Option("--host", help="Address to listen on.")]
Port = Annotated[int, typer.Option("--port", min=1, max=65535)]
NoWorker = Annotated[bool, typer.Option("--no-worker", help="Start no worker: one runs elsewhere.")]


@app.command()
@explained
def serve(host: Host = "127.0.0.1", port: Port = 8000, no_worker: NoWorker = False) -> None:
    """Serve the API, with a worker beside it that analyses what comes in."""
    bench = _bench(_settings())
    with _server(bench, host, port) as server, _beside(bench.settings, wanted=not no_worker):
        typer.echo(f"API on http://{host}:{port} (Ctrl-C ends it); make a key with: sottovoce key create", err=True)
        server.run()


@app.command("mcp")
@explained
def serve_mcp() -> None:
    """Serve the API's reads as tools of a chat assistant, over standard input and output.

    Asks the API that SOTTOVOCE_API_URL names with SOTTOVOCE_API_KEY, else one in its own process.
    """
    from api.mcp import Door, fixed_key, make_mcp
    from api.settings import ApiSettings
    from pipelines.demo import demo_key

    settings = _settings()
    if settings.api_url:
        door, key = Door(settings.api_url.rstrip("/")), settings.api_key
    else:
        bench = _bench(settings)
        door, key = Door(app=_api(bench)), settings.api_key or demo_key(bench)
    make_mcp(door.ask, fixed_key(key), version=ApiSettings.version).run("stdio")


@app.command("dashboard")
@explained
def serve_dashboard(host: Host = "127.0.0.1", port: Port = 8501) -> None:
    """Serve the dashboard: over the API that SOTTOVOCE_API_URL names, else over one in its own process."""
    from pipelines.demo import demo_key

    bench = _bench(_settings())
    settings = bench.settings
    key = settings.api_key or demo_key(bench)
    raise typer.Exit(_dashboard_process(settings, host, port, key=key, api_url=settings.api_url).wait())


@app.command()
@explained
def worker(
    beside: Annotated[
        bool, typer.Option("--beside", help="End with the process that started it.", hidden=True)
    ] = False,
) -> None:
    """Import and analyse what comes in, within a minute, until stopped."""
    from pipelines.beside import end_with_parent
    from pipelines.worker import serve as work

    settings = _settings()
    if beside:
        end_with_parent()
    work(settings)


@app.command()
@explained
def demo(
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Stop after the report.")] = False,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    dashboard_port: Annotated[int, typer.Option("--dashboard-port", min=1, max=65535)] = 8501,
    no_worker: NoWorker = False,
) -> None:
    """Import the shipped sample, analyse it, report, and serve API and dashboard."""
    from pipelines import demo as steps
    from pipelines.terminal import progress_display

    settings = _settings()
    settings = settings.model_copy(update={"vendor_names": settings.vendor_names or steps.VENDOR_NAMES})
    console = _console()
    with progress_display(console) as progress:
        bench = replace(_bench(settings), progress=progress)
        steps.analyse_sample(bench, console)
    steps.show(bench, _console(stderr=False))
    if not no_serve:
        with _beside(bench.settings, wanted=not no_worker):
            _serve_both(bench, steps.demo_key(bench), host, port, dashboard_port)


@contextmanager
def _server(bench: "Bench", host: str, port: int) -> "Iterator[Server]":
    """Give a server of as many processes as the settings say."""
    import os
    from tempfile import TemporaryDirectory

    processes = bench.settings.api_processes
    with TemporaryDirectory(prefix="sottovoce-") as folder:
        if processes > 1:
            # Where they keep their counts together; the metrics' library reads it when it is imported.
            os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        from api.serve import make_server

        app = _api(bench, metrics_folder=folder if processes > 1 else "")
        yield make_server(app, host=host, port=port, processes=processes)


def _api(bench: "Bench", *, metrics_folder: str = "") -> "FastAPI":
    from api.app import create_app
    from api.settings import MIB, ApiSettings
    from api.writers import Services
    from pipelines.question import QuestionEmbedder
    from pipelines.queue import wake_only

    settings = bench.settings
    wired = ApiSettings(
        anonymous_min_group=settings.anonymous_min_group,
        rate_per_s=settings.rate_per_s,
        rate_burst=settings.rate_burst,
        max_body_bytes=int(settings.max_body_mb * MIB),
        max_batch_bytes=int(settings.max_batch_mb * MIB),
        max_upload_bytes=int(settings.max_upload_mb * MIB),
        max_connections=settings.max_connections,
        metrics_folder=metrics_folder,
    )
    services = Services(wake=wake_only(settings), uploads=settings.home / "uploads")
    return create_app(wired, bench.store, bench.vault, QuestionEmbedder(settings), services=services)


@contextmanager
def _beside(settings: "Settings", *, wanted: bool) -> "Iterator[None]":
    """Run a worker beside what is served, with the settings in force (the demo adds its vendor's names)."""
    import os

    from pipelines.beside import Beside

    if not wanted:
        yield
        return
    with Beside({**os.environ, "SOTTOVOCE_VENDOR_NAMES": settings.vendor_names}):
        yield


def _dashboard_process(settings: "Settings", host: str, port: int, *, key: str, api_url: str) -> "Popen[bytes]":
    import os
    import subprocess

    from dashboard.launch import dashboard_command, dashboard_environment

    environment = dashboard_environment(
        os.environ, key=key, api_url=api_url, database_url=settings.url, secret_file=str(settings.secret_path)
    )
    return subprocess.Popen(dashboard_command(host=host, port=port), env=environment)


def _serve_both(bench: "Bench", key: str, host: str, port: int, dashboard_port: int) -> None:
    with _server(bench, host, port) as server:
        pages = _dashboard_process(bench.settings, host, dashboard_port, key=key, api_url=f"http://{host}:{port}")
        typer.echo(f"\nAPI        http://{host}:{port}/v1/themes   (Authorization: Bearer {key})")
        typer.echo(f"Dashboard  http://{host}:{dashboard_port}")
        typer.echo("Ctrl-C ends both.")
        try:
            server.run()
        finally:
            pages.terminate()
            pages.wait()


@quarantine_app.command("list")
@explained
def quarantine_list(
    file: Annotated[str | None, typer.Option("--file", help="Rows of this file only.")] = None,
    export: Annotated[Path | None, typer.Option("--export", help="Write the rows as CSV, to be mended.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the rows that wait: file, row, column, value, reason."""
    from pipelines import quarantine

    bench = _bench(_settings(), migrate=False)
    if export is not None:
        written = quarantine.export_open(bench, export, file=file)
        typer.echo(f"{written} rows in {export}: mend them, then: sottovoce quarantine retry --from {export}", err=True)
        return
    rows = quarantine.list_open(bench, file=file)
    if as_json:
        _print_json([vars(row) for row in rows])
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

    bench = _bench(_settings(), migrate=False)
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
    dismissed = quarantine.dismiss(_bench(_settings(), migrate=False), ids=ids or None, file=file)
    typer.echo(f"{dismissed} dismissed")
    if not dismissed:
        typer.echo("no open row fits: sottovoce quarantine list", err=True)
        raise typer.Exit(1)


@key_app.command("create")
@explained
def key_create(
    name: Annotated[str, typer.Option("--name", help="Who uses it.")],
    role: Annotated[str, typer.Option("--role", help="viewer, csm, analyst or admin.")] = "viewer",
    accounts: Annotated[str | None, typer.Option("--accounts", help="A,B,... (a csm key sees only these).")] = None,
) -> None:
    """Make a key; it is shown once."""
    from data.store.repositories.audit import record
    from data.store.repositories.keys import create_key

    bench = _bench(_settings())
    chosen = [one.strip() for one in accounts.split(",") if one.strip()] if accounts else None
    with bench.store.write() as session:
        info, secret = create_key(session, bench.vault, name=name, role=role, accounts=chosen, now=bench.clock())
        detail = {"key_id": info.key_id, "role": info.role, "name": info.name}
        record(session, actor=COMMAND_LINE, action="create key", detail=detail, now=bench.clock())
    typer.echo(f"{info.key_id}, {info.role}. Keep it, it is not shown again:", err=True)
    typer.echo(secret)


@key_app.command("list")
@explained
def key_list(as_json: AsJson = False) -> None:
    """List keys without their secrets."""
    from data.store.repositories.keys import list_keys

    with _read_store().read() as session:
        keys = list_keys(session)
    if as_json:
        _print_json([vars(key) for key in keys])
    for key in [] if as_json else keys:
        state = "revoked" if key.revoked_at else "active"
        typer.echo(
            f"{key.key_id}  {key.role:<8} {state:<8} {key.name}  {','.join(key.accounts or ()) or 'all accounts'}"
        )


@key_app.command("revoke")
@explained
def key_revoke(key_id: str) -> None:
    """End a key."""
    from data.store.repositories.audit import record
    from data.store.repositories.keys import revoke_key

    bench = _bench(_settings(), migrate=False)
    with bench.store.write() as session:
        revoke_key(session, key_id, now=bench.clock())
        record(session, actor=COMMAND_LINE, action="revoke key", detail={"key_id": key_id}, now=bench.clock())
    typer.echo(f"{key_id} is revoked")


@taxonomy_app.command("train")
@explained
def taxonomy_train(
    out: Annotated[Path | None, typer.Option("--out", help="Folder; default: the shipped model's.")] = None,
    corrected: Annotated[
        bool, typer.Option("--corrected", help="Learn from people's corrections too, for this installation only.")
    ] = False,
    epochs: Annotated[int | None, typer.Option("--epochs", help="0: keep the encoder as it is (fast, weaker).")] = None,
) -> None:
    """Train tagger, sentiment and prototypes again from data/taxonomy."""
    from pipelines.taxonomy import MODEL, corrections_of, own_model, train

    settings = _settings()
    corrections = corrections_of(_bench(settings)) if corrected else []
    folder = out or (own_model(settings) if corrected else MODEL)
    say = lambda line: typer.echo(line, err=True)  # noqa: E731
    _print_json(train(settings, folder=folder, corrections=corrections, epochs=epochs, say=say))


@taxonomy_app.command("reach")
@explained
def taxonomy_reach(
    out: Annotated[Path, typer.Option("--out", help="File to write; the shipped one is nlp/embed's.")],
) -> None:
    """Measure again what the encoder's 8-bit arithmetic is scaled by (docs/decisions/005)."""
    from pipelines.taxonomy import write_reach

    _print_json(write_reach(out))


@app.command()
@explained
def runs(as_json: AsJson = False) -> None:
    """List the last runs: when, how long, what came in and out."""
    from data.store.repositories.runs import last_runs

    with _read_store().read() as session:
        found = last_runs(session)
    if as_json:
        columns = ("id", "command", "state", "started_at", "seconds", "settings", "model_keys", "counts", "error")
        _print_json([{name: getattr(run, name) for name in columns} for run in found])
        return
    for run in found:
        seconds = f"{run.seconds:.1f} s" if run.seconds is not None else ""
        stages = ", ".join(f"{stage} {counts['in']:,}" for stage, counts in run.counts.items())
        typer.echo(f"{run.id:>4}  {run.started_at:%d %b %Y %H:%M}  {run.state:<11} {seconds:>8}  {stages}")


def main() -> None:
    """Entry point of `sottovoce`."""
    app()
