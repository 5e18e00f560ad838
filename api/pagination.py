"""Opaque cursors: where a list goes on, for this list and this order only."""

import base64
import binascii
import json
from collections.abc import Sequence
from typing import Any, TypeVar

from api.errors import CursorError

T = TypeVar("T")


def encode_cursor(after: Sequence[Any] | None, *, listing: str) -> str | None:
    """Write the keys of the last row into a cursor; None at the end of a list."""
    if after is None:
        return None
    body = json.dumps([listing, *after], separators=(",", ":"))
    return base64.urlsafe_b64encode(body.encode()).decode().rstrip("=")


def decode_cursor(cursor: str | None, *, listing: str) -> list[Any] | None:
    """Read what `encode_cursor` wrote.

    Raises:
        CursorError: It is not a cursor, or another list's or order's.
    """
    if cursor is None:
        return None
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError, RecursionError) as error:
        raise CursorError(f"cursor {cursor[:40]!r} can't be read: pass next_cursor as it was given") from error
    if not isinstance(values, list) or not values or values[0] != listing:
        raise CursorError("this cursor belongs to another list or order: start again without it")
    if not all(isinstance(value, str | int | float) for value in values[1:]):
        raise CursorError(f"cursor {cursor[:40]!r} can't be read: pass next_cursor as it was given")
    return values[1:]


def cut_list(rows: Sequence[T], after: Sequence[Any] | None, limit: int) -> tuple[list[T], list[int] | None]:
    """Cut a page out of a list that is counted as a whole (themes); the cursor is the place to go on at.

    Raises:
        CursorError: The cursor's place is not a whole number from 0.
    """
    start = after[0] if after else 0
    if not isinstance(start, int) or start < 0:
        raise CursorError("this cursor belongs to another list or order: start again without it")
    end = start + limit
    return list(rows[start:end]), [end] if end < len(rows) else None
