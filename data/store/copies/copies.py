"""Copy a whole store, whichever database it is on, and make one again from a copy."""

from pathlib import Path

from sqlalchemy.engine import make_url

from data.errors import SchemaOutdatedError, StoreError
from data.store.copies import postgresql, sqlite
from data.store.copies.copied import Copied
from data.store.unit_of_work import MIGRATIONS, Store, head_revision


def take_copy(store: Store, folder: Path) -> Copied:
    """Write everything that the store holds into files of an empty folder, as of one moment, while others write.

    Raises:
        StoreError: The store is empty, damaged or can't be used now, or the folder can't be written.
    """
    return (sqlite if store.engine.dialect.name == "sqlite" else postgresql).take(store, folder)


def require_known(copied: Copied) -> None:
    """Check that this version knows the copy's tables: older ones can be migrated, newer ones can't.

    Raises:
        SchemaOutdatedError: They are newer.
    """
    if not (MIGRATIONS / "versions" / f"{copied.revision}.py").is_file():
        raise SchemaOutdatedError(
            f"the backup is at revision {copied.revision}, this version knows {head_revision()} and older: "
            "restore it with the version that made it, or a newer one"
        )


def require_empty(url: str, copied: Copied) -> None:
    """Check that a database is of the copy's kind and holds nothing.

    Raises:
        StoreError: It is another kind, holds something, or can't be reached.
    """
    if not url.startswith(copied.database):
        raise StoreError(
            f"the backup is of {copied.database} and can't be restored into another kind of database: "
            + ("name a folder, or sqlite:///PATH" if copied.database == "sqlite" else "name postgresql://HOST/NAME")
        )
    if copied.database == "sqlite":
        file = sqlite_file(url)
        if file.exists():
            raise StoreError(f"{file} is there already: restore into a folder without a database, nothing is replaced")
        return
    store = Store(url)
    try:
        # Whether it can be reached is said here, not as an empty one.
        store.revision()
        with store.engine.connect() as connection:
            postgresql.require_empty(connection)
    finally:
        store.close()


def load_copy(url: str, folder: Path, copied: Copied) -> None:
    """Make the store again from the files of a folder: it is there whole, or not at all.

    Raises:
        StoreError: The database is not empty, can't be used now, or the files are not those that were copied.
    """
    if copied.database == "sqlite":
        file = sqlite_file(url)
        sqlite.load(folder / sqlite.FILE, copied)
        file.parent.mkdir(parents=True, exist_ok=True)
        require_empty(url, copied)
        (folder / sqlite.FILE).rename(file)
        return
    store = Store(url)
    try:
        postgresql.load(store, folder, copied)
    finally:
        store.close()


def sqlite_file(url: str) -> Path:
    """Give the file of an SQLite URL."""
    return Path(make_url(url).database or "")
