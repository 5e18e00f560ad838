"""Durable theme keys, made from what a theme holds at birth and never from its number in a run."""

import base64
import hashlib
from collections.abc import Collection, Iterable

# 60 bits: among a million themes two meet by chance with a probability under one in a million.
KEY_CHARS = 12
PREFIX = "t-"


def birth_key(members: Iterable[str], *, salt: str, taken: Collection[str] = ()) -> str:
    """Return a key such as `t-k3f5m2q7wz4a`.

    Args:
        members: Passage keys of the theme at birth, in any order.
        salt: Keeps two installations, or two births of the same passages, apart.
        taken: Keys in use; the next free one is made where the first is among them.
    """
    content = "\n".join(sorted(members))
    for attempt in range(len(taken) + 1):
        digest = hashlib.sha256(f"{salt}\x00{attempt}\x00{content}".encode()).digest()
        key = PREFIX + base64.b32encode(digest).decode("ascii").lower()[:KEY_CHARS]
        if key not in taken:
            break
    return key
