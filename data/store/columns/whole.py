"""The packs of all accounts put together: columns over the whole store, words numbered once for all of them.

About 70 bytes a comment with its mentions and answers. A change of some accounts decodes their packs only and puts the
columns together again.
"""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from data.errors import StoreError
from data.store.columns.pack import KINDS, NO_NAME, NO_PERSON, NO_ROW, SECTIONS, Column, Pack

Numbers = NDArray[np.int64]
Mask = NDArray[np.bool_]
T = TypeVar("T")
# Which columns hold numbers of words, and of which table.
_CODED = {
    "comments": {"role": "roles", "stage": "stages", "source": "sources", "survey": "surveys"},
    "answers": {"role": "roles", "stage": "stages", "survey": "surveys", "agent": "agents"},
    **{kind: {"theme": "themes"} for kind in KINDS},
}


class Vocabulary:
    """The words of all packs by table, numbered in the order in which they came; numbers never change."""

    def __init__(self) -> None:
        """No word came yet."""
        self.places: dict[str, dict[str, int]] = {}

    def words(self, table: str) -> list[str]:
        """Give the words of a table by number."""
        return list(self.places.get(table, ()))

    def number(self, table: str, words: Sequence[str]) -> Numbers:
        """Number words, the new ones too."""
        places = self.places.setdefault(table, {})
        return np.array([places.setdefault(word, len(places)) for word in words], dtype=np.int64)


@dataclass(frozen=True)
class Part:
    """One account in the words of the whole."""

    sections: dict[str, dict[str, Column]]


def part_of(pack: Pack, vocabulary: Vocabulary) -> Part:
    """Turn a pack's numbers of words into those of the whole."""
    numbers = {table: vocabulary.number(table, words) for table, words in pack.tables.items()}
    sections = {}
    for name, columns in pack.sections.items():
        coded = _CODED.get(name, {})
        sections[name] = {
            key: _renumbered(column, numbers[coded[key]]) if key in coded else column for key, column in columns.items()
        }
    return Part(sections)


def _renumbered(column: Column, numbers: Numbers) -> Column:
    if np.array_equal(numbers, np.arange(len(numbers))):
        return column
    missing = column == NO_NAME if column.dtype == np.uint16 else np.zeros(len(column), bool)
    found = numbers[np.where(missing, 0, column)] if len(numbers) else np.zeros(len(column), np.int64)
    return np.where(missing, NO_NAME, found).astype(column.dtype)


class Mentions(dict[str, Column]):
    """Columns of mentions; `comment`, the row of each one's comment, is made when it is asked for: 20 MB at a million.

    What needs it for some comments only asks `chosen.mentions_of`.
    """

    def __init__(self, columns: Mapping[str, Column], sizes: Column) -> None:
        """Keep the columns, and how many mentions each comment has."""
        super().__init__(columns)
        self._sizes = sizes

    def __missing__(self, name: str) -> Column:
        """Make `comment`."""
        if name != "comment":
            raise KeyError(name)
        return np.repeat(np.arange(len(self._sizes), dtype=np.uint32), self._sizes)


@dataclass(frozen=True)
class Whole:
    """Columns over all accounts, in their order.

    `accounts` are the account keys in their order, "" for none. `comments`, `answers` and, by kind, `mentions` hold
    the columns of `pack`, and these: `account` (place in `accounts`), mentions' `comment` and answers' `comment` (row
    of the comment, -1 without). `person` is a person at an account: `person_number` tells who spoke at two of them,
    `person_account` is the account, `person_hash` stands for the person's key. `worked_out` keeps what queries made of
    these columns alone.
    """

    accounts: tuple[str, ...]
    words: dict[str, list[str]]
    comments: dict[str, Column]
    answers: dict[str, Column]
    mentions: Mapping[str, Mapping[str, Column]]
    person_number: Numbers
    person_account: NDArray[np.uint32]
    person_hash: NDArray[np.uint64]
    worked_out: dict[object, Any] = field(default_factory=dict)
    # Another one for each time that columns are put together in this process.
    number: int = field(default_factory=itertools.count().__next__)

    def once(self, key: object, make: Callable[[], T]) -> T:
        """Give what follows from these columns alone, made when it is first asked for."""
        if key not in self.worked_out:
            self.worked_out[key] = make()
        found: T = self.worked_out[key]
        return found

    def place(self, table: str) -> dict[str, int]:
        """Give the number of each word of a table."""
        return {word: place for place, word in enumerate(self.words[table])}

    @property
    def nobody(self) -> int:
        """Give the place of what has no account; -1 where everything has one."""
        return self.accounts.index("") if "" in self.accounts else -1


# Which columns count from where an account's rows begin, what stands for none in them, and whose rows they count.
_MOVED = (
    ("comments", "person", NO_PERSON, "persons"),
    ("answers", "person", NO_PERSON, "persons"),
    ("answers", "comment", NO_ROW, "comments"),
)

# Which columns are kept in as few bytes as hold what is in them: most scores are whole numbers, and few stores have
# more than 255 themes (14 MB less at a million comments). Whoever computes with them widens what it takes.
_NARROWED = (("answers", "score"), *((kind, "theme") for kind in KINDS), *(("comments", f"n_{kind}") for kind in KINDS))


class Assembly:
    """Room for the columns of all accounts, filled account by account; nothing is held twice."""

    def __init__(self, sizes: Mapping[str, Sequence[int]]) -> None:
        """Make room; `sizes` has the rows of each section (`pack.SECTIONS`) by account key."""
        self._keys = sorted(sizes)
        self._place = {key: place for place, key in enumerate(self._keys)}
        numbers = np.array([sizes[key] for key in self._keys], dtype=np.int64).reshape(-1, len(SECTIONS))
        self._sizes = dict(zip(SECTIONS, numbers.T, strict=True))
        self._starts = {name: np.cumsum(rows) - rows for name, rows in self._sizes.items()}
        self._columns = {
            name: {key: np.empty(int(self._sizes[name].sum()), kind) for key, kind in columns.items()}
            for name, columns in SECTIONS.items()
        }

    def put(self, key: str, part: Part) -> None:
        """Copy an account's columns in.

        Raises:
            StoreError: Its sizes are not those that room was made for: it was packed again meanwhile.
        """
        for name, own in self._views(key).items():
            columns = part.sections[name]
            if any(len(columns[one]) != len(view) for one, view in own.items()):
                raise StoreError(f"account {key!r} was packed again while it was read: ask again")
            for one, view in own.items():
                view[:] = columns[one]

    def take(self, key: str, older: "Assembly") -> None:
        """Copy an account's columns in from another assembly, of which the whole was made already."""
        theirs, own = older._views(key), self._views(key)
        for name, columns in own.items():
            for one, view in columns.items():
                view[:] = theirs[name][one]
        for name, one, missing, starts in _MOVED:
            column = own[name][one]
            column -= column.dtype.type(older._starts[starts][older._place[key]]) * (column != missing)

    def _views(self, key: str) -> dict[str, dict[str, Column]]:
        place, found = self._place[key], {}
        for name, columns in self._columns.items():
            start = int(self._starts[name][place])
            rows = slice(start, start + int(self._sizes[name][place]))
            found[name] = {one: column[rows] for one, column in columns.items()}
        return found

    def whole(self, vocabulary: Vocabulary) -> Whole:
        """Give the columns of all accounts, with what follows from where each stands; once, when all are in."""
        words = {table: vocabulary.words(table) for table in vocabulary.places}
        if not self._keys:
            nothing = np.zeros(0, np.int64)
            people = nothing, nothing.astype(np.uint32), nothing.astype(np.uint64)
            return Whole((), words, {}, {}, {kind: {} for kind in KINDS}, *people)
        for name, one in _NARROWED:
            self._columns[name][one] = narrowed(self._columns[name][one])
        comments, answers = dict(self._columns["comments"]), dict(self._columns["answers"])
        mentions = {kind: Mentions(self._columns[kind], comments[f"n_{kind}"]) for kind in KINDS}
        accounts = np.arange(len(self._keys))
        for name, one, missing, starts in _MOVED:
            column = self._columns[name][one]
            shift = self._repeated(self._starts[starts].astype(column.dtype), name)
            # In place: rows of an account become rows of the whole.
            np.add(column, shift, out=column, where=column != missing)
        for section, name in ((comments, "comments"), (answers, "answers")):
            section["account"] = self._repeated(narrowed(accounts.astype(np.uint32)), name)
        number = _persons(self._columns["persons"]["hash"])
        return Whole(
            tuple(self._keys),
            words,
            comments,
            answers,
            mentions,
            number,
            self._repeated(accounts, "persons").astype(np.uint32),
            self._columns["persons"]["hash"],
        )

    def _repeated(self, values: Column, section: str) -> Column:
        return np.repeat(values, self._sizes[section])


def narrowed(column: Column) -> Column:
    """Give the same numbers in as few bytes as hold all of them; float or unsigned."""
    if column.dtype.kind == "u":
        return column.astype(np.min_scalar_type(int(column.max(initial=0))))
    for kind in (np.float16, np.float32):
        # What is too large for the type becomes infinite, and so unequal.
        with np.errstate(over="ignore"):
            small = column.astype(kind)
        if np.array_equal(small, column, equal_nan=True):
            return small
    return column


def _persons(hashes: Column) -> Numbers:
    """Number people over all accounts, (persons at an account,)."""
    order = np.argsort(hashes, kind="stable")
    ordered = hashes[order]
    new = np.concatenate(([True], ordered[1:] != ordered[:-1]))[: len(ordered)]
    number = np.empty(len(hashes), np.int64)
    number[order] = np.cumsum(new) - 1
    return number
