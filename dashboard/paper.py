"""Pieces of the pages on paper: written into a file, outside Streamlit, from the answers of a client of its own.

Within `sheet` the pages' own pieces work as they are: questions go to the sheet's client, blocks are collected, and
links, which would lead nowhere in a file, are plain words.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar

from api.schemas.base import Schema
from dashboard.client import Api

S = TypeVar("S", bound=Schema)


@dataclass
class Sheet:
    """A file that is being written; `quoted` are the comments that stand on it already."""

    client: Api
    blocks: list[str] = field(default_factory=list)
    quoted: set[str] = field(default_factory=set)
    _answers: dict[tuple[Any, ...], Schema] = field(default_factory=dict)

    def read(self, path: str, schema: type[S], asked: tuple[tuple[str, Any], ...]) -> S:
        """Read an address of the API, once."""
        key = (path, repr(asked))
        if key not in self._answers:
            self._answers[key] = self.client.read(path, schema, dict(asked))
        found = self._answers[key]
        if not isinstance(found, schema):
            raise TypeError(f"{path} was read as {type(found).__name__}")
        return found


_sheet: ContextVar[Sheet | None] = ContextVar("sheet", default=None)


def current() -> Sheet | None:
    """Give the file that is being written, None where a page is drawn."""
    return _sheet.get()


@contextmanager
def sheet(client: Api) -> Iterator[Sheet]:
    """Write pieces into a file until the end of the block."""
    opened = Sheet(client)
    token = _sheet.set(opened)
    try:
        yield opened
    finally:
        _sheet.reset(token)
