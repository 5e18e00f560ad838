"""Look for what is left of a person: in every table, in the index of words, in files, in the database's own bytes."""

import mmap
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Column, LargeBinary, Table, bindparam, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from data.store.personal.needles import Needles, leaves
from data.store.personal.sweep import PEOPLE, SPOKEN
from data.store.personal.walk import Row, batches, tables, wordy
from data.store.vault import Vault

NAME, TEXT, KEY = "name or address", "words", "key"


@dataclass(frozen=True)
class Finding:
    """Where something of the person was found, and how often. `blocks`: it is theirs, and must go."""

    place: str
    what: str
    count: int
    blocks: bool = True


def search_tables(session: Session, vault: Vault, needles: Needles, *, shared: set[str] | None = None) -> list[Finding]:
    """Look through every column of every table that can hold words, encrypted ones opened.

    The same name in a table of people is somebody else's (or another row of the same person, to be forgotten as well);
    the same words in somebody else's comment are theirs. Both are told, and block nothing; `shared` takes these names,
    addresses and words, which bytes would be taken for the person's by.
    """
    found: Counter[tuple[str, str, bool]] = Counter()
    for table in tables():
        columns = wordy(table)
        for batch in batches(session, vault, table, columns):
            for column in columns:
                found += Counter(_in_column(table, column, batch, needles, shared if shared is not None else set()))
        found += Counter(_in_blobs(session, vault, table, needles))
    found += Counter(_in_word_index(session, needles))
    return [Finding(place, what, n, blocks) for (place, what, blocks), n in sorted(found.items())]


def _in_column(
    table: Table, column: Column[Any], batch: Sequence[Row], needles: Needles, shared: set[str]
) -> Iterator[tuple[str, str, bool]]:
    place, keys = f"{table.name}.{column.name}", needles.keys.get(column.name, frozenset()) | needles.marks
    values = [(row, list(leaves(row.values[column.name]))) for row in batch]
    theirs = any(leaf in keys for _, own in values for leaf in own)
    if not theirs and not needles.may_hold("\n".join(leaf for _, own in values for leaf in own)):
        return
    for _, own in values:
        if any(leaf in keys for leaf in own):
            yield place, KEY, True
        if any(needles.has_word(leaf) for leaf in own):
            yield place, NAME, table.name not in PEOPLE
            shared |= needles.words_in(own) if table.name in PEOPLE else set()
        if any(needles.has_text(leaf) for leaf in own):
            yield place, TEXT, table.name not in SPOKEN
            shared |= {one for one in needles.texts if any(one in leaf for leaf in own)}


def _in_blobs(session: Session, vault: Vault, table: Table, needles: Needles) -> Iterator[tuple[str, str, bool]]:
    """Look into bytes that are no vector and not encrypted: packed columns hold words between numbers."""
    blobs = [one for one in table.columns if isinstance(one.type, LargeBinary) and one.name == "body"]
    sought = [one.encode() for one in (*needles.words, *needles.texts, *needles.marks)]
    for column in blobs:
        for batch in batches(session, vault, table, [column]):
            for row in batch:
                if any(one in row.values[column.name] for one in sought):
                    yield f"{table.name}.{column.name}", TEXT, True


def _in_word_index(session: Session, needles: Needles) -> Iterator[tuple[str, str, bool]]:
    """Ask the index that searches read for names and addresses, as phrases."""
    sqlite = session.get_bind().dialect.name == "sqlite"
    asked = text(
        "SELECT count(*) FROM comment_words WHERE comment_words MATCH :words"
        if sqlite
        else "SELECT count(*) FROM comment_words WHERE words @@ phraseto_tsquery('english', :words)"
    ).bindparams(bindparam("words"))
    for one in needles.words:
        phrase = '"' + one.replace('"', " ") + '"' if sqlite else one
        if session.scalar(asked, {"words": phrase}):
            yield "comment_words", NAME, True


def search_files(folder: Path, needles: Needles, *, left_out: Iterable[str] = ()) -> list[Finding]:
    """Look through the bytes of every file below a folder; `left_out` are names of files at its top."""
    skipped = set(left_out)
    found = []
    for file in sorted(one for one in folder.rglob("*") if one.is_file()):
        name = str(file.relative_to(folder))
        count = 0 if name in skipped else count_in_file(file, needles)
        if count:
            found.append(Finding(name, "name, address, words or key", count))
    return found


def count_in_file(file: Path, needles: Needles) -> int:
    """Count the needles that a file's bytes hold: names and addresses in the usual cases, words and hashes as they are.

    Other keys are not looked for: bytes do not say where one ends.
    """
    sought = {form for one in needles.words for form in (one, one.lower(), one.upper())}
    sought |= {*needles.texts, *needles.text_keys}
    return _count_bytes(file, sought)


def _count_bytes(file: Path, sought: Iterable[str]) -> int:
    if not file.stat().st_size:
        return 0
    with file.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as held:
        # Once as it is, once as JSON writes what is not ASCII.
        forms = {form for one in sought for form in (one.encode("utf-8", "replace"), _escaped(one))}
        return sum(held.find(form) >= 0 for form in forms if form)


def _escaped(text: str) -> bytes:
    return text.encode("unicode_escape").replace(b"\\x", b"\\u00")


def database_files(url: str) -> list[Path]:
    """Give the files of an SQLite database; none for PostgreSQL, whose files are its server's."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        return []
    main = Path(parsed.database)
    return [file for file in (main, Path(f"{main}-wal")) if file.exists()]


def search_bytes(url: str, needles: Needles) -> list[Finding]:
    """Look through the bytes of the database's files: what was deleted may lie in free pages."""
    found = [(file.name, count_in_file(file, needles)) for file in database_files(url)]
    return [Finding(name, "deleted, but not overwritten", count) for name, count in found if count]
