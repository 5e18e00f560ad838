"""The `sottovoce evaluate` commands: each prints a JSON summary last."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.explained import explained

if TYPE_CHECKING:
    from pipelines.settings import Settings

evaluate_app = typer.Typer(help="Measure on labelled text; prints a JSON summary last.", no_args_is_help=True)

File = Annotated[Path, typer.Argument(help="CSV, TSV, JSONL or Parquet file.")]
TextColumn = Annotated[str, typer.Option("--text", help="Column of the text.")]
Out = Annotated[Path | None, typer.Option("--out", help="Write every prediction, one JSON object a line.")]


def _settings() -> "Settings":
    from pipelines.logs import configure_logs
    from pipelines.settings import load_settings

    settings = load_settings()
    configure_logs(settings.log_level)
    return settings


def _print(summary: dict[str, Any]) -> None:
    typer.echo(json.dumps(summary, ensure_ascii=False))


@evaluate_app.command("discover")
@explained
def discover(
    file: File,
    text: TextColumn = "text",
    label: Annotated[str | None, typer.Option("--label", help="Column of one label.")] = None,
    labels: Annotated[str | None, typer.Option("--labels", help="Column of several, joined by |.")] = None,
    out: Out = None,
) -> None:
    """Find themes from nothing and measure them against labels."""
    from pipelines.evaluate.discover import evaluate_discover

    _print(evaluate_discover(file, text=text, label=label, labels=labels, settings=_settings(), out=out))


@evaluate_app.command("tag")
@explained
def tag(file: File, out: Out = None) -> None:
    """Tag comments with the taxonomy and measure against the file's themes."""
    from pipelines.evaluate.tag import evaluate_tag

    _print(evaluate_tag(file, settings=_settings(), out=out))


@evaluate_app.command("fewshot")
@explained
def fewshot(
    file: File,
    text: TextColumn = "text",
    labels: Annotated[str, typer.Option("--labels", help="Column of the labels, joined by |.")] = "labels",
    k: Annotated[int, typer.Option("--k", min=1, help="Examples of each label.")] = 16,
    seeds: Annotated[int, typer.Option("--seeds", min=1, help="Draws of examples.")] = 3,
    out: Out = None,
) -> None:
    """Learn a label set from k examples each; measure on the rest."""
    from pipelines.evaluate.fewshot import evaluate_fewshot

    _print(evaluate_fewshot(file, text=text, labels=labels, k=k, seeds=seeds, settings=_settings(), out=out))


@evaluate_app.command("sentiment")
@explained
def sentiment(
    file: File,
    text: TextColumn = "text",
    label: Annotated[str, typer.Option("--label", help="Column of polarities, stars or scores.")] = "label",
    out: Out = None,
) -> None:
    """Score whole comments from -1 to 1; measure against polarities or stars."""
    from pipelines.evaluate.tag import evaluate_sentiment

    _print(evaluate_sentiment(file, text=text, label=label, settings=_settings(), out=out))


@evaluate_app.command("all")
@explained
def everything(
    folder: Annotated[Path, typer.Argument(help="Folder with labelled files (columns text, label, labels, score).")],
    docs: Annotated[Path | None, typer.Option("--docs", help="Write this page from the figures.")] = None,
) -> None:
    """Run every measure over a folder and over the shipped gold labels."""
    from pipelines.evaluate.everything import evaluate_all, quality_page

    summaries = evaluate_all(folder, say=typer.echo)
    if docs is not None:
        docs.write_text(quality_page(summaries), encoding="utf-8")
