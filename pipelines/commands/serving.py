"""The commands that need the API whole: served over HTTP, asked in this process, or asked elsewhere.

With the worker this is where everything is put together: nothing else of `pipelines` imports `api` and `dashboard`.
"""

from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.commands import reads
from pipelines.commands.opening import open_bench, open_console, open_settings, write_text
from pipelines.explained import explained

if TYPE_CHECKING:
    from collections.abc import Iterator
    from subprocess import Popen

    from fastapi import FastAPI

    from api.serve import Server
    from dashboard.client import Api
    from pipelines.settings import Settings
    from pipelines.stage import Bench

Host = Annotated[str, typer.Option("--host", help="Address to listen on.")]
Port = Annotated[int, typer.Option("--port", min=1, max=65535)]
NoWorker = Annotated[bool, typer.Option("--no-worker", help="Start no worker: one runs elsewhere.")]


@explained
def report(
    out: Annotated[str, typer.Option("--out", help="Write one HTML file, for a mail or board pack; -: print it.")] = "",
    account: Annotated[str, typer.Option("--account", help="With --out: of one account, by its id.")] = "",
    period: Annotated[str, typer.Option("--period", help="With --out: 2026Q3, 2026-09, 2026; else 90 days.")] = "",
) -> None:
    """Show the short report here; with --out write the whole one into a file that needs no network.

    The file is made of the API's answers: of the one that SOTTOVOCE_API_URL names, else of one in this process.
    """
    if not out:
        if account or period:
            raise typer.BadParameter("--account and --period go with --out: sottovoce report --out report.html ...")
        reads.show_report()
        return
    client = _client()
    from dashboard.report.make import make_report
    from pipelines.stage import utc_now

    made = make_report(client, account_id=account, period=period, made_at=utc_now())
    write_text(out, made.html, told=made.title)


@explained
def export(
    listed: Annotated[str, typer.Argument(metavar="LIST", help='accounts, "themes/counts?group_by=theme,role", ...')],
    out: Annotated[Path, typer.Option("--out", help="The file to write: its name ends in .csv or .parquet.")],
) -> None:
    """Write a list of the API, with the API's own filters, into a file: docs/exports.md names the lists.

    Asks the API that SOTTOVOCE_API_URL names, else one in this process.
    """
    from pipelines.demo import demo_key
    from pipelines.export import ask_elsewhere, ask_here, export_list

    settings = open_settings()
    if settings.api_url:
        ask = ask_elsewhere(settings.api_url, settings.api_key)
    else:
        bench = open_bench(settings, migrate=False)
        ask = ask_here(_api(bench), settings.api_key or demo_key(bench))
    size = export_list(listed, out, ask=ask)
    typer.echo(f"{out}: {listed} ({size / 1024:,.0f} KB)", err=True)


@explained
def serve(host: Host = "127.0.0.1", port: Port = 8000, no_worker: NoWorker = False) -> None:
    """Serve the API, with a worker beside it that analyses what comes in."""
    bench = open_bench(open_settings())
    with _server(bench, host, port) as server, _beside(bench.settings, wanted=not no_worker):
        typer.echo(f"API on http://{host}:{port} (Ctrl-C ends it); make a key with: sottovoce key create", err=True)
        server.run()


@explained
def serve_mcp() -> None:
    """Serve the API's reads as tools of a chat assistant, over standard input and output.

    Asks the API that SOTTOVOCE_API_URL names with SOTTOVOCE_API_KEY, else one in its own process.
    """
    from api.mcp import Door, fixed_key
    from api.mcp_tools import make_mcp
    from api.settings import ApiSettings
    from pipelines.demo import demo_key

    settings = open_settings()
    if settings.api_url:
        door, key = Door(settings.api_url.rstrip("/")), settings.api_key
    else:
        bench = open_bench(settings)
        door, key = Door(app=_api(bench)), settings.api_key or demo_key(bench)
    make_mcp(door.ask, fixed_key(key), version=ApiSettings.version).run("stdio")


@explained
def serve_dashboard(
    host: Host = "127.0.0.1",
    port: Port = 8501,
    sign_in: Annotated[
        bool, typer.Option("--sign-in", help="Ask each reader who they are; no key is shown for everybody.")
    ] = False,
) -> None:
    """Serve the dashboard: over the API that SOTTOVOCE_API_URL names, else over one in its own process.

    Everybody reads with SOTTOVOCE_API_KEY; without one each reader shows their own or signs in (docs/sign-in.md). For
    this machine alone, with the API in its own process, the demo's key is taken.
    """
    bench = open_bench(open_settings())
    settings = bench.settings
    key = "" if sign_in else settings.api_key
    if not (key or sign_in or settings.api_url) and host in ("127.0.0.1", "localhost", "::1"):
        from pipelines.demo import demo_key

        key = demo_key(bench)
    raise typer.Exit(_dashboard_process(settings, host, port, key=key, api_url=settings.api_url).wait())


@explained
def worker(
    beside: Annotated[
        bool, typer.Option("--beside", help="End with the process that started it.", hidden=True)
    ] = False,
) -> None:
    """Import and analyse what comes in, within a minute, until stopped."""
    from pipelines.beside import end_with_parent
    from pipelines.worker import serve as work

    settings = open_settings()
    if beside:
        end_with_parent()
    work(settings)


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
    from pipelines.sample import VENDOR_NAMES
    from pipelines.terminal import progress_display

    settings = open_settings()
    settings = settings.model_copy(update={"vendor_names": settings.vendor_names or VENDOR_NAMES})
    console = open_console()
    with progress_display(console) as progress:
        bench = replace(open_bench(settings), progress=progress)
        steps.analyse_sample(bench, console)
    steps.show(bench, open_console(stderr=False))
    if not no_serve:
        with _beside(bench.settings, wanted=not no_worker):
            _serve_both(bench, steps.demo_key(bench), host, port, dashboard_port)


def _client() -> "Api":
    """Give a client of the API that the settings name, else of one in this process."""
    from dashboard.client import IN_PROCESS, Client
    from pipelines.demo import demo_key

    settings = open_settings()
    if settings.api_url:
        return Client(settings.api_url.rstrip("/"), settings.api_key)
    import httpx

    bench = open_bench(settings, migrate=False)
    transport = httpx.ASGITransport(app=_api(bench), raise_app_exceptions=False)
    return Client(IN_PROCESS, settings.api_key or demo_key(bench), transport=transport)


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
    from api.settings import MIB, ApiSettings, read_oidc
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
        hooks=settings.hook_secrets,
        hooks_url=settings.hooks_url,
        trackers=settings.trackers,
        oidc=read_oidc(
            issuer=settings.oidc_issuer,
            audience=settings.oidc_audience,
            email_claim=settings.oidc_email_claim,
            email_trusted=str(settings.oidc_email_trusted),
            role_claim=settings.oidc_role_claim,
            roles=settings.oidc_roles,
        ),
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
