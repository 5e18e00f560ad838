"""The `sottovoce evaluate` commands: each prints a JSON summary last."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.commands.opening import open_settings, print_json
from pipelines.explained import explained

evaluate_app = typer.Typer(help="Measure on labelled text; prints a JSON summary last.", no_args_is_help=True)

File = Annotated[Path, typer.Argument(help="CSV, TSV, JSONL or Parquet file.")]
TextColumn = Annotated[str, typer.Option("--text", help="Column of the text.")]
Out = Annotated[Path | None, typer.Option("--out", help="Write every prediction, one JSON object a line.")]


@evaluate_app.command("discover")
@explained
def discover(
    file: File,
    text: TextColumn = "text",
    label: Annotated[str | None, typer.Option("--label", help="Column of one label.")] = None,
    labels: Annotated[str | None, typer.Option("--labels", help="Column of several, joined by |.")] = None,
    out: Out = None,
    cache: Annotated[
        bool,
        typer.Option(
            "--cache/--no-cache", help="Keep texts, vectors, themes and the result in the home folder; start from them."
        ),
    ] = False,
) -> None:
    """Find themes from nothing and measure them against labels."""
    from pipelines.evaluate.discover import evaluate_discover

    found = evaluate_discover(
        file, text=text, label=label, labels=labels, settings=open_settings(), out=out, cache=cache
    )
    print_json(found)


@evaluate_app.command("tag")
@explained
def tag(file: File, out: Out = None) -> None:
    """Tag comments with the taxonomy and measure against the file's themes."""
    from pipelines.evaluate.tag import evaluate_tag

    print_json(evaluate_tag(file, settings=open_settings(), out=out))


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

    print_json(evaluate_fewshot(file, text=text, labels=labels, k=k, seeds=seeds, settings=open_settings(), out=out))


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

    print_json(evaluate_sentiment(file, text=text, label=label, settings=open_settings(), out=out))


@evaluate_app.command("aspects")
@explained
def aspects(
    file: File,
    text: TextColumn = "text",
    meta: Annotated[str, typer.Option("--meta", help='Column of JSON: {"polarity": {aspect: polarity}}.')] = "meta",
    out: Out = None,
) -> None:
    """Find the polarity of each thing that a sentence speaks of; measure against what people said."""
    from pipelines.evaluate.aspects import evaluate_aspects

    print_json(evaluate_aspects(file, text=text, meta=meta, settings=open_settings(), out=out))


@evaluate_app.command("redact")
@explained
def redact(
    file: File,
    against: Annotated[str | None, typer.Option("--against", help="presidio: measure it beside, as it comes.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Write what was missed or hidden without need.")] = None,
) -> None:
    """Find personal data in comments; measure against labelled spans."""
    from pipelines.evaluate.redact import evaluate_redact

    print_json(evaluate_redact(file, against=against, settings=open_settings(), out=out))


@evaluate_app.command("names")
@explained
def names(
    file: Annotated[Path | None, typer.Argument(help="Labelled or not; without it the themes in the store.")] = None,
    text: TextColumn = "text",
    out: Annotated[Path, typer.Option("--out", help="Folder for quiz.txt and key.json.")] = Path("names_quiz"),
    seed: Annotated[int, typer.Option("--seed", help="Which themes and comments are drawn.")] = 0,
    answers: Annotated[Path | None, typer.Option("--answers", help="Score these answers to the quiz in --out.")] = None,
) -> None:
    """Write a quiz that tells whether names say what is in their themes, or score its answers."""
    from pipelines.evaluate.names import evaluate_names, score_quiz

    if answers is not None:
        print_json(score_quiz(answers, out / "key.json"))
        return
    print_json(evaluate_names(file, text=text, settings=open_settings(), out=out, seed=seed))


@evaluate_app.command("all")
@explained
def everything(
    folder: Annotated[Path, typer.Argument(help="Folder with labelled files (columns text, label, labels, score).")],
    docs: Annotated[Path | None, typer.Option("--docs", help="Write this page from the figures.")] = None,
) -> None:
    """Run every measure over a folder and over the shipped gold labels."""
    from pipelines.bench.report import beside_of
    from pipelines.evaluate.everything import evaluate_all, quality_page

    summaries = evaluate_all(folder, say=typer.echo)
    if docs is not None:
        docs.write_text(quality_page(summaries, beside=beside_of(docs.parent)), encoding="utf-8")
