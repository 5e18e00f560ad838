"""What commands open before they begin, and how they print; everything is imported when it is asked for."""

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from data.store.unit_of_work import Store
    from pipelines.settings import Settings
    from pipelines.stage import Bench

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else on standard output.")]
# Exit code: done, but rows were set aside.
ROWS_SET_ASIDE = 3


def open_console(*, stderr: bool = True) -> "Console":
    """Open the terminal: standard error, where people look, or standard output, where results go."""
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, width=None if sys.stderr.isatty() else 80)


def open_settings() -> "Settings":
    """Read the settings, and log as they say."""
    from pipelines.logs import configure_logs
    from pipelines.settings import load_settings

    settings = load_settings()
    configure_logs(settings.log_level)
    return settings


def open_bench(settings: "Settings", *, migrate: bool = True) -> "Bench":
    """Open the store and the vault; without `migrate` the store must be of this version already."""
    from pipelines.stage import Bench

    store = settings.store()
    if migrate:
        from data.store.repositories.bi import keep_min_group

        store.migrate()
        keep_min_group(store, settings.anonymous_min_group)
    else:
        store.require_current()
    return Bench(settings, store, settings.vault())


def open_read_store() -> "Store":
    """Open the store for a read command: no vault, no models, no migration."""
    store = open_settings().store()
    store.require_current()
    return store


def print_json(value: object) -> None:
    """Print JSON on standard output."""
    typer.echo(json.dumps(value, ensure_ascii=False, default=str))


def write_text(path: str, text: str, *, told: str) -> None:
    """Write a file whole or not at all, and say on standard error what it holds; "-" is standard output."""
    from pathlib import Path

    if path == "-":
        typer.echo(text, nl=False)
        return
    file = Path(path)
    if not file.parent.is_dir():
        raise OSError(f"there is no folder {str(file.parent)!r}: make it first, or write elsewhere")
    scratch = file.with_name(f".{file.name}.part")
    try:
        scratch.write_text(text, encoding="utf-8")
        scratch.replace(file)
    finally:
        scratch.unlink(missing_ok=True)
    typer.echo(f"{path}: {told} ({len(text.encode()) / 1024:,.0f} KB)", err=True)
