"""How commands end that try something many times."""

from collections.abc import Sequence

import typer


def end_with(wrong: Sequence[str]) -> None:
    """Say what was wrong, each on a line, and end with code 1; does nothing where nothing was."""
    for one in wrong:
        typer.echo(one)
    if wrong:
        raise typer.Exit(1)
