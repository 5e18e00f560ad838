"""Errors of the domain."""


class CxError(Exception):
    """Base of every error raised by `cx`."""


class ScaleError(CxError, ValueError):
    """A score lies outside its survey's range, or the range makes no sense."""
