"""Opaque cursors: where a list goes on, for this list and this order only, signed so that nobody makes one up."""

import base64
import binascii
import hmac
import json
from collections.abc import Callable, Sequence
from typing import Any

from api.errors import CursorError

# Keyed hash of a text, in hex digits (`Vault.hash`).
Sign = Callable[[str], str]
# Hex digits of the signature: 64 bits, enough against making one up within the life of a list.
SIGNATURE = 16


def encode_cursor(after: Sequence[Any] | None, *, listing: str, sign: Sign) -> str | None:
    """Write the keys of the last row into a cursor; None at the end of a list."""
    if after is None:
        return None
    body = json.dumps([listing, *after], separators=(",", ":"))
    return base64.urlsafe_b64encode((_signature(body, sign) + body).encode()).decode().rstrip("=")


def decode_cursor(cursor: str | None, *, listing: str, sign: Sign) -> list[Any] | None:
    """Read what `encode_cursor` wrote.

    Raises:
        CursorError: It is not a cursor, or another list's or order's.
    """
    if cursor is None:
        return None
    unread = CursorError(f"cursor {cursor[:40]!r} can't be read: pass next_cursor as it was given")
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (binascii.Error, ValueError) as error:
        raise unread from error
    signature, body = text[:SIGNATURE], text[SIGNATURE:]
    if not hmac.compare_digest(signature.encode(), _signature(body, sign).encode()):
        raise unread
    found, *values = json.loads(body)
    if found != listing:
        raise CursorError("this cursor belongs to another list or order: start again without it")
    return values


def _signature(body: str, sign: Sign) -> str:
    return sign("cursor\x1f" + body)[:SIGNATURE]
