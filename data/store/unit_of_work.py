"""The store: sessions that read, sessions that write and commit once, and the migrations."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from copy import copy
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Engine, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from data.errors import SchemaOutdatedError, StoreError
from data.store.engine import open_engine

T = TypeVar("T")
MIGRATIONS = Path(__file__).parent / "migrations"


def head_revision() -> str:
    """Give the newest revision; files are named by date, so it is the last one (Alembic is not imported for it)."""
    return max(path.stem for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def hide_password(url: str) -> str:
    """Give a database URL as it may be shown."""
    return make_url(url).render_as_string(hide_password=True)


# What the database says of itself, not of the statement: busy, locked, read-only, input or output, corrupt, full, can't
# be opened, no database (sqlite.org/rescode.html).
_SQLITE_GONE = frozenset({5, 6, 8, 10, 11, 13, 14, 26})
# Classes of SQLSTATE alike: connection, resources, operator intervention, system (PostgreSQL, appendix A).
_POSTGRESQL_GONE = ("08", "53", "57", "58")
_LATER, _FREE = "try again", "free some space, then do the same again: what was stored is kept"
_WRITABLE = "let this user write the database's file and its folder, or set SOTTOVOCE_HOME to another one"
_DAMAGED = "restore a backup: sottovoce restore"
# What it means, and what to do, by the same codes.
_SAID: dict[int | str, tuple[str, str]] = {
    5: ("another process has held it for 30 s", _LATER),
    6: ("another process has held it for 30 s", _LATER),
    8: ("it is read-only", _WRITABLE),
    10: ("its disk can't be read or written", "free some space or mend the disk, then do the same again"),
    11: ("its file is damaged", _DAMAGED),
    13: ("its disk is full", _FREE),
    14: ("its file can't be opened", _WRITABLE),
    26: ("its file is no database", _DAMAGED),
    "53100": ("its disk is full", _FREE),
    "53200": ("it has no memory left", _LATER),
    "53300": ("it has no connections left", _LATER),
    "57P01": ("its server was stopped", "start it, then do the same again: what was stored is kept"),
    "57P03": ("its server is starting or stopping", _LATER),
}
_UNREACHABLE = ("its server can't be reached", "start it, or set SOTTOVOCE_DATABASE_URL; then do the same again")


def is_gone(error: OperationalError) -> bool:
    """Say whether the database itself can't be used, rather than that a statement is wrong or lost a deadlock."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return code & 0xFF in _SQLITE_GONE
    state = getattr(error.orig, "sqlstate", None)
    return error.connection_invalidated or state is None or str(state).startswith(_POSTGRESQL_GONE)


def _why_gone(error: OperationalError) -> str:
    """Say in our words why the database can't be used, and what to do; the driver's may name hosts and users."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    state = getattr(error.orig, "sqlstate", None)
    why, step = _UNREACHABLE if code is None else (type(error.orig).__name__, _LATER)
    why, step = _SAID.get(code & 0xFF if code is not None else str(state), (why, step))
    return f"{why}: {step}; `sottovoce doctor` says more"


@contextmanager
def explained() -> Iterator[None]:
    """Turn the driver's error into ours where the database can't be used now.

    Raises:
        StoreError: Says so; the driver's words, which may name hosts and users, are its cause only.
    """
    try:
        yield
    except OperationalError as error:
        if not is_gone(error):
            raise
        raise StoreError(f"the database can't be used now, {_why_gone(error)}") from error


# What was found in a session that only reads, by name.
FOUND = "found"


def once_a_read(session: Session, key: Hashable, find: Callable[[], T]) -> T:
    """Find something once in a session that only reads; in one that writes each time."""
    known: dict[Hashable, T] | None = session.info.get(FOUND)
    if known is None:
        return find()
    if key not in known:
        known[key] = find()
    return known[key]


# What was found of the version of the data that a session's reader saw before it began, by name.
KEPT = "kept"


def once_a_version(session: Session, key: Hashable, find: Callable[[], T]) -> T:
    """Find something once until anything is committed, where the session's version is known; else once in a read.

    For what is small and asked for by nearly every question: its statement takes longer than all else of it. It is
    handed to several readers: none may change it.
    """
    kept: dict[Hashable, T] | None = session.info.get(KEPT)
    if kept is None:
        return once_a_read(session, key, find)
    if key not in kept:
        kept[key] = find()
    return kept[key]


class _Kept:
    """What was found of the newest version of the data that was asked for."""

    def __init__(self) -> None:
        self._held: tuple[str, dict[Hashable, Any]] = ("", {})

    def of(self, version: str) -> dict[Hashable, Any]:
        held = self._held
        if held[0] != version:
            self._held = held = (version, {})
        return held[1]


class Store:
    """One database. Open it, migrate it, and ask for sessions; nothing else holds an engine."""

    def __init__(self, url: str, *, engine: Engine | None = None) -> None:
        """Open lazily: nothing is read or written yet."""
        self.url = url
        self.engine = engine or open_engine(url)
        self._kept = _Kept()
        self._version: Callable[[], str] | None = None

    def seen(self, version: Callable[[], str]) -> "Store":
        """Give the same store to a reader who knows the data's version (`DataVersion`), asked for before each read."""
        store = copy(self)
        store._version = version
        return store

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Give a session for reading; whatever it changed is rolled back.

        Raises:
            StoreError: The database can't be used now.
        """
        kept = None if self._version is None else self._kept.of(self._version())
        with explained(), Session(self.engine, expire_on_commit=False, autoflush=False) as session:
            session.info[FOUND], session.info[KEPT] = {}, kept
            if self._version is not None and self.engine.dialect.name == "postgresql":
                # A transaction shows each statement what is committed by then, as none does, and takes two trips more.
                session.connection(execution_options={"isolation_level": "AUTOCOMMIT"})
            try:
                yield session
            finally:
                # Rows that were read stay readable: a rollback would expire them.
                session.expunge_all()
                session.rollback()

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Give a session for one unit of work: committed at the end, rolled back on any error.

        Raises:
            StoreError: The database can't be used now.
        """
        with explained(), Session(self.engine, expire_on_commit=False) as session:
            session.connection(execution_options={"sottovoce_write": True})
            yield session
            session.commit()

    def revision(self) -> str | None:
        """Give the revision of the database, or None when it is empty.

        Raises:
            StoreError: The database can't be reached.
        """
        try:
            with self.engine.connect() as connection:
                if not inspect(connection).has_table("alembic_version"):
                    return None
                return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        except OperationalError as error:
            raise StoreError(f"can't open the database {self.engine.url!r}, {_why_gone(error)}") from error

    def require_current(self) -> None:
        """Check that the database has this version's tables.

        Raises:
            SchemaOutdatedError: It has not; says which command mends it.
        """
        revision, head = self.revision(), head_revision()
        if revision is None:
            raise SchemaOutdatedError("the database is empty: run `sottovoce import data/sample` first")
        if revision != head:
            raise SchemaOutdatedError(
                f"the database is at revision {revision}, this version needs {head}: run `sottovoce migrate`"
            )

    def migrate(self) -> None:
        """Bring the tables to the newest revision; does nothing where they are."""
        if self.revision() == head_revision():
            return
        from data.store.migrations.run import upgrade  # Alembic takes 0.3 s to import; reads never need it.

        upgrade(self.engine)

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()
