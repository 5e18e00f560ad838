"""The whole store's columns in this process's memory, as new as the database says.

Asking costs two small queries; only the packs of accounts that changed are read again.
"""

import threading
from collections.abc import Iterator, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from data.errors import StoreError
from data.memory import give_back
from data.store.columns.build import build_packs
from data.store.columns.pack import SECTIONS, empty_pack, from_bytes
from data.store.columns.whole import Assembly, Part, Vocabulary, Whole, part_of
from data.store.models import AccountPack, StaleAccount
from data.store.repositories.bulk import chunks
from data.store.unit_of_work import once_a_version

# Accounts that changed since the last run are packed while reading, up to so many (some 10,000 comments, 0.3 s);
# where more wait, a run is on its way, and what was counted last stands until it is through.
MOST_LIVE = 20
# Packs read at once: some megabytes.
READ_AT_ONCE = 100
# How often packs are read that change under the reader's hands.
TRIES = 3


class Columns:
    """The columns of one database."""

    def __init__(self) -> None:
        """Nothing is read yet."""
        self._lock = threading.Lock()
        self._vocabulary = Vocabulary()
        # By account: stamp of its pack, or of the change that was read live; whether live.
        self._stamps: dict[str, tuple[int, bool]] = {}
        self._assembly: Assembly | None = None
        self._seen: Any = None
        self._whole: Whole | None = None

    def read(self, session: Session) -> Whole:
        """Give the columns as the session's transaction sees the store."""
        with self._lock:
            waiting = _waiting(session)
            packed = session.execute(select(func.count(), func.sum(AccountPack.stamp))).one()
            seen = (tuple(packed), tuple(sorted(waiting.items())))
            if self._whole is None or seen != self._seen:
                self._whole = self._read_again(session, waiting)
                self._seen = seen
                # Of a million comments' packs the C library keeps 30 MB for itself.
                give_back()
            return self._whole

    def _read_again(self, session: Session, waiting: dict[str, int]) -> Whole:
        """Read what changed; once more where an account was packed again between two of the queries (PostgreSQL)."""
        for _ in range(TRIES - 1):
            try:
                return self._read(session, waiting)
            except StoreError:
                continue
        return self._read(session, waiting)

    def _read(self, session: Session, waiting: dict[str, int]) -> Whole:
        stamps: dict[str, tuple[int, bool]] = {}
        sizes: dict[str, Sequence[int]] = {}
        columns = (getattr(AccountPack, name) for name in SECTIONS)
        for key, stamp, *rows in session.execute(select(AccountPack.account_key, AccountPack.stamp, *columns)):
            stamps[key], sizes[key] = (stamp, False), rows
        live = build_packs(session, sorted(waiting)) if waiting else {}
        for key, stamp in waiting.items():
            stamps[key], sizes[key] = (stamp, True), live.get(key, _NOTHING).sizes
        assembly, done = Assembly(sizes), set(waiting)
        for key in sorted(waiting):
            assembly.put(key, part_of(live.get(key, _NOTHING), self._vocabulary))
        if self._assembly is not None:
            for key in [one for one, stamp in self._stamps.items() if one not in done and stamps.get(one) == stamp]:
                assembly.take(key, self._assembly)
                done.add(key)
        for some in chunks(sorted(stamps.keys() - done), READ_AT_ONCE):
            for key, part in self._stored(session, some):
                assembly.put(key, part)
                done.add(key)
        if done != stamps.keys():
            raise StoreError("an account went while it was read: ask again")
        whole = assembly.whole(self._vocabulary)
        self._stamps, self._assembly = stamps, assembly
        return whole

    def _stored(self, session: Session, keys: Sequence[str]) -> Iterator[tuple[str, Part]]:
        """Read packs; their bytes go before the next are read."""
        rows = session.execute(
            select(AccountPack.account_key, AccountPack.body).where(AccountPack.account_key.in_(keys))
        )
        for key, body in rows:
            yield key, part_of(from_bytes(body), self._vocabulary)


_NOTHING = empty_pack()


def _waiting(session: Session) -> dict[str, int]:
    rows = session.execute(select(StaleAccount.account_key, StaleAccount.stamp).limit(MOST_LIVE + 1)).all()
    return {key: stamp for key, stamp in rows} if len(rows) <= MOST_LIVE else {}


_OF_ENGINE: "WeakKeyDictionary[Engine, Columns]" = WeakKeyDictionary()
_LOCK = threading.Lock()


def read_columns(session: Session) -> Whole:
    """Give the columns of the session's database."""

    def read() -> Whole:
        engine = session.get_bind().engine
        with _LOCK:
            columns = _OF_ENGINE.setdefault(engine, Columns())
        return columns.read(session)

    return once_a_version(session, "columns", read)
