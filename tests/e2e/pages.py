"""Pages of the docs with calls and their answers: asks each call again and puts what it says into the shape shown.

`python -m tests.e2e.pages` writes the pages anew, after the sample's answers have changed (a retrained tagger, say).
"""

import contextlib
import csv
import io
import json
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from unittest import mock

from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import ApiSettings
from data.store.repositories.keys import create_key

DOCS = Path(__file__).parents[2] / "docs"
# Whose key each page is written for.
PAGES = {"for-csm.md": ("csm", ["A07", "A23", "A41"]), "for-pm.md": ("viewer", None)}
CUT = "…"
CUT_AT = 160
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_ADDRESS = re.compile(r'"\$API([^"]+)"')
_ANSWERS = ("json", "csv", "text")


@dataclass(frozen=True)
class Example:
    """A call and the answer shown under it: the block's language and text."""

    call: str
    language: str
    shown: str


def examples(page: str) -> list[Example]:
    """Give the calls of a page with the answer under each."""
    found, call = [], ""
    for block in _BLOCK.finditer(page):
        language, text = block.groups()
        if language in ("sh", "python"):
            call = text
        elif language in _ANSWERS:
            found.append(Example(call, language, text))
    return found


def answer(example: Example, client: TestClient) -> str:
    """Ask the call again, and write the answer in the shape of the one shown."""
    if example.language == "text":
        return _printed(example.call, client)
    address = _ADDRESS.search(example.call)
    assert address, example.call
    got = client.get(address[1])
    if example.language == "csv":
        return _rows(example.shown, got.text)
    return json.dumps(shaped(json.loads(example.shown), got.json()), ensure_ascii=False)


def shaped(shown, real):
    """Give what is real in the shape shown: its keys, as many items, texts cut where they are cut."""
    if isinstance(shown, dict):
        assert isinstance(real, dict), f"{real!r} is no object"
        missing = [key for key in shown if key not in real]
        assert missing == [], f"no {missing} in {sorted(real)}"
        return {key: shaped(value, real[key]) for key, value in shown.items()}
    if isinstance(shown, list):
        assert len(real) >= len(shown), f"{len(shown)} items are shown of {len(real)}"
        return [shaped(one, other) for one, other in zip(shown, real, strict=False)]
    if isinstance(shown, str) and shown.endswith(CUT) and len(real) > CUT_AT:
        return real[:CUT_AT].rsplit(" ", 1)[0] + f" {CUT}"
    return real


def _rows(shown: str, real: str) -> str:
    """Give the first rows in the columns shown."""
    columns, *rows = csv.reader(io.StringIO(shown))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for _, row in zip(rows, csv.DictReader(io.StringIO(real)), strict=False):
        writer.writerow([row[name] for name in columns])
    return out.getvalue()


def _printed(code: str, client: TestClient) -> str:
    out = io.StringIO()
    environment = {"API": "http://api", "KEY": "key"}
    with (
        contextlib.redirect_stdout(out),
        mock.patch.dict(os.environ, environment),
        mock.patch("httpx.Client", return_value=client),
    ):
        exec(compile(code, "page", "exec"), {})
    return out.getvalue()


def rewritten(page: str, ask: Callable[[Example], str]) -> str:
    """Write a page with the answers as they are now."""
    call = [""]

    def block(match: re.Match[str]) -> str:
        language, text = match.groups()
        if language in ("sh", "python"):
            call[0] = text
        if language not in _ANSWERS:
            return match[0]
        found = ask(Example(call[0], language, text))
        return f"```{language}\n{_laid_out(json.loads(found)) if language == 'json' else found}```"

    return _BLOCK.sub(block, page)


def _laid_out(value: object) -> str:
    """Write JSON with what is short on one line."""

    def write(one: object, depth: int) -> str:
        line = json.dumps(one, ensure_ascii=False)
        if not isinstance(one, dict | list) or (len(line) + 2 * depth < 110 and depth > 1):
            return line
        inner, margin = "  " * (depth + 1), "  " * depth
        if isinstance(one, dict):
            parts = [f"{inner}{json.dumps(key)}: {write(each, depth + 1)}" for key, each in one.items()]
            return "{\n" + ",\n".join(parts) + f"\n{margin}}}"
        return "[\n" + ",\n".join(inner + write(each, depth + 1) for each in one) + f"\n{margin}]"

    return write(value, 0) + "\n"


@contextlib.contextmanager
def reader(bench, page: str) -> Iterator[TestClient]:
    """Give a client with the key that a page is written for."""
    role, accounts = PAGES[page]
    with bench.store.write() as session:
        now = datetime(2026, 10, 1, tzinfo=UTC)
        _, secret = create_key(session, bench.vault, name=page, role=role, now=now, accounts=accounts)
    app = create_app(ApiSettings(rate_per_s=0), bench.store, bench.vault)
    with TestClient(app, headers={"Authorization": f"Bearer {secret}"}) as client:
        yield client


def write_pages() -> None:
    """Analyse the sample and write the pages anew."""
    from pipelines.ingest import import_path
    from pipelines.run import run
    from pipelines.sample import SAMPLE, VENDOR_NAMES
    from pipelines.settings import Settings
    from pipelines.stage import Bench
    from tests.e2e.conftest import NOW

    with tempfile.TemporaryDirectory() as home:
        settings = Settings(home=Path(home), vendor_names=VENDOR_NAMES)
        store = settings.store()
        store.migrate()
        bench = Bench(settings, store, settings.vault(), clock=lambda: NOW)
        import_path(SAMPLE, bench=bench)
        run(bench)
        for name in PAGES:
            file = DOCS / name
            with reader(bench, name) as client:
                file.write_text(rewritten(file.read_text(), partial(answer, client=client)))


if __name__ == "__main__":
    write_pages()
