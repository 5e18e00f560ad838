"""The `sottovoce bench` commands: measure beside the stock library, keep every run, write the pages from them."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.explained import explained

bench_app = typer.Typer(
    help="Measure speed, memory and quality beside the stock libraries; a second call goes on.", no_args_is_help=True
)

# The whole message was said when it happened.
FAILURE_CHARS = 160

Corpora = Annotated[Path, typer.Argument(help="Folder with labelled files (columns text, label, labels, score).")]
Out = Annotated[
    Path | None, typer.Option("--out", help="Folder of the records and made files; bench/ in the home folder.")
]
Again = Annotated[bool, typer.Option("--again", help="Forget earlier runs of these benches and measure anew.")]
Most = Annotated[int | None, typer.Option("--runs", min=1, help="At most so many runs of each; for a first look.")]
Only = Annotated[str, typer.Option("--only", help="Measure only what has this in its name.")]


def _carry_out(
    names: list[str], corpora: Path, out: Path | None, *, again: bool, only: str, runs: int | None, stock_100k: bool
) -> int:
    import shutil
    from dataclasses import replace
    from functools import partial

    from pipelines.bench import suites
    from pipelines.bench.tasks import carry_out

    folder = _folder(out)
    if again:
        # Caches and vectors there may be of an older version.
        shutil.rmtree(folder / "work", ignore_errors=True)
    plan = suites.open_plan(corpora, folder / "work")
    failures: list[str] = []
    for name in names:
        make = suites.SUITES[name]
        make = partial(suites.growth, stock_largest=True) if name == "growth" and stock_100k else make
        tasks = [replace(task, runs=min(task.runs, runs or task.runs)) for task in make(plan) if only in task.key]
        failures += carry_out(tasks, folder, again=again, say=lambda line: typer.echo(line, err=True))
    for failure in failures:
        typer.echo(f"failed: {failure[:FAILURE_CHARS]}", err=True)
    typer.echo(f"records in {folder}; pages: sottovoce bench report", err=True)
    return len(failures)


def _end(failures: int) -> None:
    if failures:
        raise typer.Exit(1)


def _folder(out: Path | None) -> Path:
    from pipelines.settings import load_settings

    return (out or load_settings().home / "bench").resolve()


def _add(name: str, text: str) -> None:
    @bench_app.command(name, help=text)
    @explained
    def command(corpora: Corpora, out: Out = None, again: Again = False, only: Only = "", runs: Most = None) -> None:
        _end(_carry_out([name], corpora, out, again=again, only=only, runs=runs, stock_100k=False))


for _name, _text in {
    "discover": "Themes from nothing: stock BERTopic, ours, ours again, with 1 % new rows, and on HDBSCAN.",
    "embedding": "Comments embedded a second, and the cosine to the original.",
    "fewshot": "A user's own labels from k examples, beside TF-IDF and MiniLM with logistic regression.",
    "sentiment": "Polarity beside VADER: stars, and aspects.",
    "tag": "The shipped tagger on the hand-labelled sets that ship.",
    "identity": "Keys over a refit, beside BERTopic's topic numbers.",
    "start": "Start-up of --help and themes.",
    "pipeline": "100,000 comments through import and run.",
}.items():
    _add(_name, _text)


@bench_app.command("growth")
@explained
def growth(
    corpora: Corpora,
    out: Out = None,
    again: Again = False,
    only: Only = "",
    runs: Most = None,
    stock_100k: Annotated[bool, typer.Option("--stock-100k", help="Stock on 100,000 comments too (long).")] = False,
) -> None:
    """Seconds a comment and memory at 1k, 10k and 100k comments."""
    _end(_carry_out(["growth"], corpora, out, again=again, only=only, runs=runs, stock_100k=stock_100k))


@bench_app.command("all")
@explained
def everything(
    corpora: Corpora,
    out: Out = None,
    again: Again = False,
    only: Only = "",
    runs: Most = None,
    docs: Annotated[Path | None, typer.Option("--docs", help="Write the pages into this folder at the end.")] = None,
) -> None:
    """Every bench; most of an hour on two quiet cores."""
    from pipelines.bench.suites import SUITES

    failures = _carry_out(list(SUITES), corpora, out, again=again, only=only, runs=runs, stock_100k=False)
    if docs is not None:
        report(out, docs)
    _end(failures)


@bench_app.command("report")
@explained
def report(
    out: Out = None,
    docs: Annotated[Path, typer.Option("--docs", help="Folder of the pages.")] = Path("docs"),
) -> None:
    """Write bench.json, performance.md and quality.md from the records alone."""
    from pipelines.bench.report import write_pages

    for page in write_pages(_folder(out), docs):
        typer.echo(str(page), err=True)
