"""`sottovoce backup` and `sottovoce restore`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.commands.opening import AsJson, open_settings, print_json
from pipelines.explained import explained

if TYPE_CHECKING:
    from pipelines.backup.make import Made
    from pipelines.backup.restore import Restored


@explained
def backup(
    out: Annotated[Path, typer.Option("--out", help="A folder (the file is named by the time), or a file to write.")],
    with_secret: Annotated[
        bool, typer.Option("--with-secret", help="Put the secret in, too: whoever has the file can read all.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write everything into one file while the server, imports and runs go on. The secret only if asked."""
    from pipelines.backup.make import make_backup
    from pipelines.stage import Bench

    settings = open_settings()
    # Of an older version's tables too: a backup is what one makes before migrating.
    bench = Bench(settings, settings.store(), settings.vault())
    made = make_backup(bench, out, with_secret=with_secret)
    if as_json:
        print_json(_told(made))
    else:
        _show_made(made, bench.settings.secret_path)


@explained
def restore(
    file: Annotated[Path, typer.Argument(help="A backup.")],
    into: Annotated[
        str, typer.Option("--into", help="An empty home folder, or the URL of an empty database; else the settings'.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Make everything again from a backup, where no database is yet. Killed anywhere, the same command does it."""
    from pipelines.backup.restore import restore_backup

    done = restore_backup(file, open_settings(), into=into)
    if as_json:
        print_json(
            {
                "database": done.url_shown,
                "home": str(done.home),
                "revision": done.manifest.copied.revision,
                "migrated": done.migrated,
                "rows": {name: table.rows for name, table in done.manifest.copied.tables.items()},
                "secret_missing": done.secret_missing,
                "secret_differs": done.secret_differs,
            }
        )
    else:
        _show_restored(done)


def _told(made: "Made") -> dict[str, object]:
    manifest = made.manifest
    return {
        "file": str(made.file),
        "bytes": made.size,
        "revision": manifest.copied.revision,
        "rows": {name: table.rows for name, table in manifest.copied.tables.items()},
        "members": len(manifest.members),
        "secret": manifest.has_secret,
        "left_out": manifest.left_out,
    }


def _show_made(made: "Made", secret: Path) -> None:
    manifest = made.manifest
    tables = sum(1 for table in manifest.copied.tables.values() if table.rows)
    typer.echo(
        f"{made.file}: {manifest.rows:,} rows of {tables} tables, {len(manifest.members)} files, "
        f"{made.size / 2**20:,.1f} MiB, revision {manifest.copied.revision}"
    )
    if manifest.has_secret:
        typer.echo("The secret is in it: whoever has this file can read every original text.")
    else:
        typer.echo(f"The secret is NOT in it: keep a copy of {secret} elsewhere; without it originals can't be read.")
    typer.echo("It holds names and addresses in clear, and uploads that wait: keep it where only admins reach.")
    typer.echo(f"Left out: {', '.join(manifest.left_out)}.")


def _show_restored(done: "Restored") -> None:
    typer.echo(f"{done.url_shown}: {done.manifest.rows:,} rows restored, as of {done.manifest.made_at}")
    if done.migrated:
        typer.echo(f"It was at revision {done.manifest.copied.revision}, and was brought to this version's tables.")
    if done.secret_missing:
        typer.echo(f"Put the secret into {done.secret_path} before anything else: else a new one is made there,")
        typer.echo("which can't read the originals.")
    if done.secret_differs:
        typer.echo(f"{done.secret_path} is not the secret of this backup: its originals can't be read with it.")
    typer.echo("Who was forgotten since then is back: run `sottovoce forget` for them again.")
    typer.echo("Next: sottovoce run (it makes the index of meanings again)")
