"""The `sottovoce taxonomy` commands."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.commands.opening import open_bench, open_settings, print_json
from pipelines.explained import explained

taxonomy_app = typer.Typer(help="The shipped themes and their tagger.", no_args_is_help=True)


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

    settings = open_settings()
    corrections = corrections_of(open_bench(settings)) if corrected else []
    folder = out or (own_model(settings) if corrected else MODEL)
    say = lambda line: typer.echo(line, err=True)  # noqa: E731
    print_json(train(settings, folder=folder, corrections=corrections, epochs=epochs, say=say))


@taxonomy_app.command("reach")
@explained
def taxonomy_reach(
    out: Annotated[Path, typer.Option("--out", help="File to write; the shipped one is nlp/embed's.")],
) -> None:
    """Measure again what the encoder's 8-bit arithmetic is scaled by (docs/decisions/005)."""
    from pipelines.taxonomy import write_reach

    print_json(write_reach(out))
