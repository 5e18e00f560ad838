"""Answers and tables kept in this process until the data changes: what is asked for again costs no query.

Bounded by bytes. The data's version is part of every key, so nothing old is ever given.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from fastapi import Request, Response
from pydantic import BaseModel

T = TypeVar("T")
# All that a process keeps, and how many tables are counted at once: each takes up to 100 MiB while it is.
MOST_BYTES, AT_ONCE = 8 << 20, 1
# The size of what is not to be kept.
NEVER_KEPT = 1 << 62


class Kept:
    """Things by key, the last used ones; one thread makes a thing, others that want the same wait for it."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        """Nothing is kept yet."""
        self._most = most_bytes
        self._lock = threading.Lock()
        self._things: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._bytes = 0
        self._making: dict[Hashable, threading.Lock] = {}
        self._room = threading.BoundedSemaphore(AT_ONCE)

    def get(self, key: Hashable, make: Callable[[], T], *, size: Callable[[T], int]) -> T:
        """Give the thing, made by `make` where it is not kept; one larger than all that may be kept is not."""
        with self._lock:
            if key in self._things:
                self._things.move_to_end(key)
                found: T = self._things[key][0]
                return found
            making = self._making.setdefault(key, threading.Lock())
        with making:
            with self._lock:
                if key in self._things:
                    found = self._things[key][0]
                    return found
            try:
                found = make()
            finally:
                with self._lock:
                    self._making.pop(key, None)
            self._keep(key, found, size(found))
            return found

    def counted(self, key: Hashable, make: Callable[[], T], *, size: Callable[[T], int]) -> T:
        """Give the thing as `get` does, made by few threads at a time: for what takes much memory while it is made."""

        def with_room() -> T:
            with self._room:
                return make()

        return self.get(key, with_room, size=size)

    def holds(self, key: Hashable) -> bool:
        """Whether the thing is kept."""
        return key in self._things

    def _keep(self, key: Hashable, thing: object, size: int) -> None:
        with self._lock:
            if size > self._most or key in self._things:
                return
            self._things[key] = (thing, size)
            self._bytes += size
            while self._bytes > self._most:
                _, (_, freed) = self._things.popitem(last=False)
                self._bytes -= freed


def kept_of(request: Request) -> Kept:
    """Give what the application keeps."""
    found: Kept = request.app.state.kept
    return found


def data_key(request: Request, *parts: Hashable) -> Hashable:
    """Make a key that goes with the data's version; ask for it before reading what it is to stand for."""
    return (version_of(request), *parts)


def version_of(request: Request) -> str:
    """Give the data's version as a question that changes nothing found it, once; another one asks each time."""
    version: str | None = getattr(request.state, "data_version", None)
    if version is None or request.method != "GET":
        version = request.app.state.data_version.read()
        request.state.data_version = version
    return version


def fresh_answer(request: Request, make: Callable[[], BaseModel]) -> Response:
    """Answer a read with a schema as JSON, written where it is made: FastAPI would change threads twice for it."""
    validators: dict[str, str] = request.state.validators
    return Response(make().model_dump_json(), media_type="application/json", headers=validators)


def kept_answer(request: Request, make: Callable[[], BaseModel]) -> Response:
    """Answer with a schema as JSON, or with what the same question was answered before: its ETag says which."""
    validators: dict[str, str] = request.state.validators
    body = kept_of(request).get(("answer", validators["ETag"]), lambda: make().model_dump_json().encode(), size=len)
    return Response(body, media_type="application/json", headers=validators)
