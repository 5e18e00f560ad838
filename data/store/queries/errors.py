"""Errors of the read models."""

from data.errors import DataError


class QueryError(DataError, ValueError):
    """A question to the store names a dimension, an order, a polarity or a place in a list that does not exist."""
