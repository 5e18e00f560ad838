"""What one account's part of the columns says of its themes: by role or stage, when last, and in whose words."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

import numpy as np

from data.store.columns.pack import LISTED, OWN, VENDOR
from data.store.columns.whole import Numbers, Whole
from data.store.queries.chosen import Chooser
from data.store.queries.comments import CommentRow, known_comments
from data.store.queries.counts import count_said
from data.store.queries.selection import comment_mask
from data.store.queries.slices import Slice

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Detractors first, then what has no score, then the rest: by score band, of which -1 is the last.
_RANK = np.array([2, 2, 1, 0])


def spread(reader: Chooser, dimension: str) -> dict[str, dict[str, int]]:
    """Count the comments of each theme by a dimension, most first."""
    table = count_said(reader, ("theme", dimension), with_people=False)
    themes, values = table.labels
    numbers, found = table.whole_numbers["comments"].tolist(), dict[str, dict[str, int]]()
    groups = table.groups.tolist()
    for place in table.order.tolist():
        theme, value = groups[place]
        if numbers[place]:
            found.setdefault(themes[theme], {})[values[value]] = numbers[place]
    return found


def _own_mentions(whole: Whole, kind: str) -> tuple[Numbers, Numbers]:
    """Give comment (row) and theme (place in the words) of each mention of a very theme, not only of one below it."""
    mentions = whole.mentions[kind]
    if not mentions:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    rows = np.flatnonzero(mentions["said"] & OWN)
    return mentions["comment"][rows].astype(np.int64), mentions["theme"][rows].astype(np.int64)


def last_said(reader: Chooser) -> dict[str, datetime]:
    """Give when anybody spoke of each theme last in the window, in any role; small anonymous groups are left out."""
    whole, filters = reader.whole, reader.filters
    window = Slice(
        as_of=filters.as_of,
        since=filters.since,
        accounts=filters.accounts,
        anonymous_min_group=filters.anonymous_min_group,
    )
    comment, theme = _own_mentions(whole, reader.kind)
    at = whole.comments["at"][comment] if len(comment) else comment
    shown = comment_mask(reader.session, whole, window, by_account=True)
    inside = shown[comment] if len(comment) else np.zeros(0, bool)
    words = whole.words.get("themes", [])
    newest = np.full(len(words), np.iinfo(np.int64).min)
    np.maximum.at(newest, theme[inside], at[inside])
    spoken = np.unique(theme[inside]).tolist()
    return {words[place]: _EPOCH + timedelta(microseconds=int(newest[place])) for place in spoken}


def words_on(reader: Chooser, account_id: str, keys: Collection[str], *, each: int) -> dict[str, list[CommentRow]]:
    """Give up to `each` comments of each theme, detractors first, then the newest; customers before notes."""
    whole = reader.whole
    comment, theme = _own_mentions(whole, reader.kind)
    if not each or not len(comment):
        return {}
    columns, names = whole.comments, whole.words["themes"]
    shown = np.array([name in keys for name in names], bool)
    shown_rows = comment_mask(reader.session, whole, reader.filters, needed=LISTED)
    kept = shown[theme] & shown_rows[comment]
    comment, theme = comment[kept], theme[kept]
    pk, at = columns["pk"][comment].astype(np.int64), columns["at"][comment]
    order = np.lexsort((-pk, -at, _RANK[columns["band"][comment]], columns["flags"][comment] & VENDOR, theme))
    theme, pk = theme[order], pk[order]
    starts = np.flatnonzero(np.diff(theme, prepend=-1)).tolist()
    chosen = {
        names[theme[start]]: pk[start : start + each][theme[start : start + each] == theme[start]].tolist()
        for start in starts
    }
    pks = sorted({one for some in chosen.values() for one in some})
    rows = known_comments(reader.session, reader.filters, pks, account_id=account_id)
    return {key: [rows[one] for one in some if one in rows] for key, some in chosen.items()}
