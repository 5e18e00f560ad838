"""Which comments speak of a theme, found in the columns."""

import numpy as np
from sqlalchemy.orm import Session

from data.store.columns.pack import KINDS, POLARITY
from data.store.columns.whole import Numbers, Whole
from data.store.queries.chosen import mentions_of, starts_of, themes_of
from data.store.queries.selection import FEW, comment_mask, comments_among
from data.store.queries.slices import Slice


def comments_on(
    session: Session, whole: Whole, filters: Slice, theme_key: str, *, needed: int, rank: int | None = None
) -> Numbers:
    """Give the comments of a slice that have the flags needed and speak of a theme (with this `rank` only), in order.

    A theme above is spoken of where one below it is.
    """
    place = whole.place("themes").get(theme_key) if "themes" in whole.words else None
    kind = next((one for one in KINDS if place is not None and place in themes_of(whole, one)), None)
    if place is None or kind is None:
        return np.zeros(0, np.int64)
    if filters.accounts is not None and len(filters.accounts) * FEW <= len(whole.accounts):
        rows = np.flatnonzero(comment_mask(session, whole, filters, needed=needed))
        mentions, at = mentions_of(whole, kind, rows)
        own = np.flatnonzero(whole.mentions[kind]["theme"][mentions] == place)
        return rows[at[own[_is_of(whole, kind, mentions[own], rank)]]]
    column = whole.mentions[kind]["theme"]
    mentions = np.flatnonzero(column == column.dtype.type(place))
    mentions = mentions[_is_of(whole, kind, mentions, rank)]
    starts = starts_of(whole, kind)
    # The last comment that begins at or before a mention has it; one without mentions begins where the next one does.
    rows = np.searchsorted(starts, mentions.astype(starts.dtype), side="right") - 1
    return comments_among(session, whole, filters, rows, needed=needed)


def _is_of(whole: Whole, kind: str, mentions: Numbers, rank: int | None) -> Numbers | slice:
    if rank is None:
        return slice(None)
    return np.flatnonzero((whole.mentions[kind]["said"][mentions] & POLARITY) == rank)
