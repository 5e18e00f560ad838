"""Errors as a user reads them: one line with the next step, never a traceback."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import typer

log = logging.getLogger(__name__)
P = ParamSpec("P")
R = TypeVar("R")
# By name, so that a command that fails early has not loaded every room.
OURS = frozenset({"NlpError", "CxError", "DataError", "PipelineError", "ApiError", "ClientError"})


def explained(command: Callable[P, R]) -> Callable[P, R]:
    """Turn our own errors into one line and exit code 1; anything else is a defect and keeps its traceback."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except Exception as error:
            if not _is_ours(error) and not _is_outside(error):
                raise
            log.debug("the command failed", exc_info=True)
            typer.echo(f"Error: {error}", err=True)
            raise typer.Exit(1) from error

    return run


def _is_ours(error: Exception) -> bool:
    return any(base.__name__ in OURS for base in type(error).__mro__)


def _is_outside(error: Exception) -> bool:
    """Say whether it is the machine's or the database's doing: disk full, no right to write, database gone."""
    return isinstance(error, OSError) or any(
        base.__module__.startswith("sqlalchemy.") and base.__name__ == "DBAPIError" for base in type(error).__mro__
    )
