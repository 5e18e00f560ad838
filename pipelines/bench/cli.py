"""The `sottovoce bench` commands: measure beside the stock library, keep every run, write the pages from them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.explained import explained

if TYPE_CHECKING:
    from pipelines.stage import Bench

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


@bench_app.command("seed")
@explained
def seed_command(
    comments: Annotated[int, typer.Option("--comments", min=100, help="Comments to make.")] = 1_000_000,
    accounts: Annotated[int, typer.Option("--accounts", min=1, help="Accounts to make.")] = 2_000,
    home: Annotated[Path | None, typer.Option("--home", help="Home folder; SOTTOVOCE_HOME without.")] = None,
    database_url: Annotated[str, typer.Option("--database-url", help="SQLAlchemy URL; SQLite in the home.")] = "",
) -> None:
    """Fill a fresh store with planted answers and their analysis, for measuring; no model reads them."""
    import json

    from pipelines.bench.seed import seed_store

    bench = _open_home(home, database_url)
    done = seed_store(bench, comments=comments, accounts=accounts, say=lambda line: typer.echo(line, err=True))
    typer.echo(json.dumps(done))


@bench_app.command("load")
@explained
def load_command(
    home: Annotated[Path | None, typer.Option("--home", help="Home of a seeded store; SOTTOVOCE_HOME without.")] = None,
    database_url: Annotated[str, typer.Option("--database-url", help="SQLAlchemy URL; SQLite in the home.")] = "",
    mixes: Annotated[str, typer.Option("--mixes", help="What is asked, joined by commas.")] = (
        "all,diagnosis,counts,lists,search"
    ),
    seconds: Annotated[int, typer.Option("--seconds", min=5, help="How long each mix is asked.")] = 60,
    rate: Annotated[float, typer.Option("--rate", min=0.5, help="Requests a second.")] = 20.0,
    warm_up: Annotated[int, typer.Option("--warm-up", min=0, help="Seconds before times count.")] = 10,
    out: Out = None,
) -> None:
    """Serve a seeded store, ask it at a steady rate, and keep times, errors and the server's memory."""
    from pipelines.bench.load import measure_load

    measure_load(
        _open_home(home, database_url),
        [one.strip() for one in mixes.split(",") if one.strip()],
        seconds=seconds,
        rate_per_s=rate,
        warm_up_s=warm_up,
        folder=_folder(out),
        say=lambda line: typer.echo(line, err=True),
    )


@bench_app.command("load-all")
@explained
def load_all_command(
    folder: Annotated[Path, typer.Argument(help="Where the seeded stores lie; what is there is used again.")],
    comments: Annotated[int, typer.Option("--comments", min=100, help="Comments to seed.")] = 1_000_000,
    accounts: Annotated[int, typer.Option("--accounts", min=1, help="Accounts to seed.")] = 2_000,
    databases: Annotated[str, typer.Option("--on", help="Databases, joined by commas.")] = "sqlite,postgresql",
    seconds: Annotated[int, typer.Option("--seconds", min=5, help="How long each mix is asked.")] = 60,
    rate: Annotated[float, typer.Option("--rate", min=0.5, help="Requests a second.")] = 20.0,
    out: Out = None,
) -> None:
    """Seed a store on each database where it is missing, and measure every mix: what docs/performance.md shows."""
    from pipelines.bench.load_all import load_all

    load_all(
        folder.resolve(),
        [one.strip() for one in databases.split(",") if one.strip()],
        comments=comments,
        accounts=accounts,
        seconds=seconds,
        rate_per_s=rate,
        records=_folder(out),
        say=lambda line: typer.echo(line, err=True),
    )


@bench_app.command("pages")
@explained
def pages_command(
    home: Annotated[Path | None, typer.Option("--home", help="Home of a seeded store; SOTTOVOCE_HOME without.")] = None,
    database_url: Annotated[str, typer.Option("--database-url", help="SQLAlchemy URL; SQLite in the home.")] = "",
    rounds: Annotated[int, typer.Option("--rounds", min=1, max=20, help="How often each page is opened.")] = 3,
    only: Annotated[str, typer.Option("--only", help="Only these pages, joined by commas.")] = "",
    out: Out = None,
) -> None:
    """Open every page of the dashboard over a seeded store in Chromium; keep seconds and the server's memory."""
    from pipelines.bench.pages import measure_pages

    bench = _open_home(home, database_url)
    measure_pages(
        bench,
        rounds=rounds,
        only=[one.strip() for one in only.split(",") if one.strip()],
        browser=bench.settings.chromium,
        folder=_folder(out),
        say=lambda line: typer.echo(line, err=True),
    )


def _open_home(home: Path | None, database_url: str) -> "Bench":
    from pipelines.settings import load_settings
    from pipelines.stage import Bench

    given = {"home": home and home.resolve(), "database_url": database_url}
    settings = load_settings().model_copy(update={name: value for name, value in given.items() if value})
    store = settings.store()
    store.migrate()
    return Bench(settings, store, settings.vault())
