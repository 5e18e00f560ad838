"""What `make demo` does before it serves: the shipped sample in, the whole run, the short report, a key."""

import os

from rich.console import Console

from data.store.repositories.keys import create_key, find_key
from pipelines.ingest import import_path
from pipelines.reading.report import short_report
from pipelines.run import run
from pipelines.sample import SAMPLE
from pipelines.stage import Bench
from pipelines.terminal import import_line

KEY_NAME = "demo"


def analyse_sample(bench: Bench, console: Console) -> None:
    """Import and analyse the sample, and show the short report. A second time nothing is left to do."""
    console.print("[bold]Import[/bold] data/sample")
    console.print("  " + import_line(import_path(SAMPLE, bench=bench)))
    console.print("[bold]Run[/bold]")
    report = run(bench)
    console.print(f"  done in {report.seconds:.1f} s")


def show(bench: Bench, console: Console) -> None:
    """Show the short report and where to go on."""
    short_report(console, bench.store)
    console.print("\nMore: sottovoce themes --by role,stage   sottovoce account A07   sottovoce doctor")


def demo_key(bench: Bench) -> str:
    """Give the demo's key: made once, kept beside the database for this user only (the store has but its hash)."""
    file = bench.settings.home / "demo.key"
    if file.exists():
        secret = file.read_text().strip()
        with bench.store.read() as session:
            if find_key(session, bench.vault, secret):
                return secret
    with bench.store.write() as session:
        _, secret = create_key(session, bench.vault, name=KEY_NAME, role="viewer", now=bench.clock())
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as out:
        out.write(secret + "\n")
    return secret
