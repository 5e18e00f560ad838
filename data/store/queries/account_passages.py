"""The passages of some accounts as columns of numbers: a reader of few accounts searches in theirs alone.

They are those that the index of meanings holds. They are kept with the columns of comments, so that they go when
anything that an account said changes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from data.store.columns.whole import Mask, Numbers, Whole
from data.store.models import Comment, Passage
from data.store.sketches import KEY_TYPE, Sketches

# Passages kept at most: 20 bytes each, as many as some thirty readers of twenty accounts each have.
MOST_KEPT = 300_000


@dataclass(frozen=True)
class AccountPassages:
    """Passages in the order of their keys: row of the comment in the columns, place in its text, and row in the index.

    Only those that the index holds.
    """

    key: NDArray[np.int32]
    row: NDArray[np.int32]
    start: NDArray[np.int32]
    end: NDArray[np.int32]
    text: NDArray[np.int32]

    def __len__(self) -> int:
        """Count them."""
        return len(self.key)

    def take(self, rows: Numbers) -> "AccountPassages":
        """Give some of them."""
        return AccountPassages(*(getattr(self, name).take(rows) for name in AccountPassages.__annotations__))

    def within(self, inside: Mask) -> "AccountPassages":
        """Give those of some comments: `inside` says of each row of the columns whether it is one."""
        return self.take(np.flatnonzero(inside.take(self.row)))


def passages_of(session: Session, whole: Whole, index: Sketches, accounts: Sequence[int]) -> AccountPassages:
    """Give the passages of some accounts (places in the columns), read where they are not kept."""
    kept: dict[int, AccountPassages] = whole.once(("passages", index.held.generation), dict)
    found = {place: kept[place] for place in accounts if place in kept}
    missing = [place for place in accounts if place not in found]
    if missing:
        fresh = _read(session, whole, index, missing)
        if sum(map(len, kept.copy().values())) + sum(map(len, fresh.values())) > MOST_KEPT:
            kept.clear()
        kept.update(fresh)
        found |= fresh
    columns = [[getattr(found[place], name) for place in accounts] for name in AccountPassages.__annotations__]
    together = AccountPassages(*(np.concatenate([np.zeros(0, np.int32), *parts]) for parts in columns))
    return together.take(np.argsort(together.key))


def _read(session: Session, whole: Whole, index: Sketches, accounts: Sequence[int]) -> dict[int, AccountPassages]:
    statement = (
        select(Passage.id, Passage.comment_pk, Passage.start, Passage.end, Passage.text_key)
        .join(Comment, Comment.id == Passage.comment_pk)
        .where(Comment.account_id.in_([whole.accounts[place] for place in accounts]))
    )
    columns = list(zip(*session.execute(statement), strict=True)) or [()] * 5
    key, pk, start, end = (np.array(column, dtype=np.int32) for column in columns[:4])
    text = index.rows_of(np.array(columns[4], dtype=KEY_TYPE))
    found = {}
    for place in accounts:
        row = _rows_of(whole, place, pk)
        everything = AccountPassages(key, row, start, end, text)
        found[place] = everything.take(np.flatnonzero((row >= 0) & (text >= 0)))
    return found


def _rows_of(whole: Whole, account: int, pks: NDArray[np.int32]) -> NDArray[np.int32]:
    """Give the rows of comments at an account; -1 for others'."""
    column = whole.comments["account"]
    first, last = (int(np.searchsorted(column, column.dtype.type(account), side=side)) for side in ("left", "right"))
    own = whole.comments["pk"][first:last]
    if not len(own):
        return np.full(len(pks), -1, np.int32)
    at = np.minimum(np.searchsorted(own, pks), len(own) - 1)
    return np.where(own[at] == pks, at + first, -1).astype(np.int32)
