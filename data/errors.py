"""Errors of what is kept: the store and the files that ship."""


class DataError(Exception):
    """Base of every error raised by `data`."""


class StoreError(DataError, RuntimeError):
    """The database can't be used as it is (missing, too old, locked, read-only)."""


class SchemaOutdatedError(StoreError):
    """The database was made by another version of the migrations."""


class BusyError(StoreError):
    """Another run is at work: one at a time."""


class NotFoundError(DataError, LookupError):
    """A row that was asked for by its id does not exist."""


class SecretError(DataError, ValueError):
    """The secret that protects original texts is missing or wrong."""


class ShippedFileError(DataError, ValueError):
    """A file that ships with the project is missing or was changed."""
