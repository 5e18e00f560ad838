"""Lists of comments found in the columns: a page, how many there are in all, and what they speak badly of.

The same lists as `comments.list_comments` gives, without a scan over mentions; only a page's comments are read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from data.store.columns.cache import read_columns
from data.store.columns.pack import ANALYSED, LISTED, NEGATIVE, NO_NAME, OWN, POLARITY, VENDOR
from data.store.columns.whole import Numbers, Whole
from data.store.models import Comment, Survey, Theme
from data.store.queries.chosen import mentions_of, visible_themes
from data.store.queries.comments import POLARITIES, CommentQuery, CommentRow, ThemeShare, known_comments
from data.store.queries.errors import QueryError
from data.store.queries.paging import After, Page
from data.store.queries.selection import band_table, comment_mask
from data.store.queries.slices import Slice
from data.store.queries.speaking import comments_on
from data.store.repositories.bulk import chunks

# A rank before times in microseconds (under 2^52 until the year 2112).
_RANK = 1 << 52
# Evidence is looked for among so many comments first.
NEAR = 20_000


@dataclass(frozen=True)
class Found:
    """The comments of a list: rows of the columns, in no order."""

    whole: Whole
    rows: Numbers
    order: str

    def __len__(self) -> int:
        """Count them."""
        return len(self.rows)


def find_comments(session: Session, filters: Slice, query: CommentQuery) -> Found:
    """Find the comments of a list; languages, features and empty talk are not in the columns.

    Raises:
        QueryError: The query asks for these, or has a word that is not known.
    """
    if query.languages or query.features or query.empty_talk:
        raise QueryError("languages, features and empty talk are not kept in the columns: use list_comments")
    if query.polarity is not None and query.polarity not in POLARITIES:
        raise QueryError(f"polarity {query.polarity!r} is not known: use {', '.join(POLARITIES)}")
    whole = read_columns(session)
    if not whole.comments:
        return Found(whole, np.zeros(0, np.int64), query.order)
    columns = whole.comments
    if query.theme_key is None:
        rows = np.flatnonzero(comment_mask(session, whole, filters, needed=LISTED))
    else:
        rank = None if query.polarity is None else POLARITIES[query.polarity]
        rows = comments_on(session, whole, filters, query.theme_key, needed=LISTED | ANALYSED, rank=rank)
    if query.bands:
        rows = rows[band_table(query.bands)[columns["band"][rows]]]
    if query.voice != "all":
        rows = rows[((columns["flags"][rows] & VENDOR) > 0) == (query.voice == "vendor")]
    if query.scale is not None:
        rows = _of_scale(session, whole, rows, query.scale)
    return Found(whole, rows, query.order)


def _of_scale(session: Session, whole: Whole, rows: Numbers, scale: tuple[str, float, float, bool]) -> Numbers:
    columns = (Survey.type, Survey.scale_min, Survey.scale_max, Survey.high_is_good)
    found = session.execute(select(Survey.survey_id, *columns))
    wanted = {key for key, *rest in found if tuple(rest) == scale}
    surveys = np.zeros(NO_NAME + 1, bool)
    surveys[[place for place, word in enumerate(whole.words.get("surveys", ())) if word in wanted]] = True
    source = whole.words.get("sources", [])
    place = source.index(scale[0]) if scale[0] in source else len(source)
    rows = rows[surveys[whole.comments["survey"][rows]]]
    return rows[whole.comments["source"][rows] == place]


def first_and_last(found: Found) -> tuple[datetime, datetime] | None:
    """Give the times of the oldest and the newest comment of a list."""
    if not len(found):
        return None
    at = found.whole.comments["at"][found.rows]
    return _time(int(at.min())), _time(int(at.max()))


def _time(microseconds: int) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=microseconds)


def page_of(
    session: Session, filters: Slice, found: Found, *, limit: int, after: After | None = None
) -> Page[CommentRow]:
    """Read a page of a list; `after` has the keys of the last row of the page before: (place in the order, key)."""
    columns, rows = found.whole.comments, found.rows
    keys, pks = _order(found), columns["pk"][rows].astype(np.int64) if len(rows) else rows
    if after is not None:
        key, pk = _cursor(after)
        later = (keys > key) | ((keys == key) & (pks < pk))
        keys, pks = keys[later], pks[later]
    if len(keys) > limit:
        # Only what can be on the page is sorted, and the rows that tie with its last one.
        near = keys <= np.partition(keys, limit)[limit]
        more = len(keys) > limit
        keys, pks = keys[near], pks[near]
    else:
        more = False
    order = np.lexsort((-pks, keys))[:limit]
    following = (int(keys[order[-1]]), int(pks[order[-1]])) if more and len(order) else None
    shown = pks[order].tolist()
    known = known_comments(session, filters, shown)
    return Page([known[pk] for pk in shown if pk in known], following)


def _cursor(after: After) -> tuple[int, int]:
    if len(after) != 2:
        raise QueryError(f"cursor has {len(after)} values, this list is ordered by 2")
    return int(after[0]), int(after[1])


def _order(found: Found) -> Numbers:
    """Give each row's place: the newest first; or detractors, then those without a score, then the rest."""
    columns, rows = found.whole.comments, found.rows
    if not len(rows):
        return np.zeros(0, np.int64)
    newest: Numbers = -columns["at"][rows]
    if found.order == "newest":
        return newest
    band = columns["band"][rows]
    return newest + _RANK * np.where(band == -1, 0, np.where(np.abs(band) <= 1, 2, 1))


def negative_shares(session: Session, found: Found, *, limit: int = 5) -> list[ThemeShare]:
    """Give the taxonomy themes that most comments of a list speak badly of."""
    whole = found.whole
    mentions = whole.mentions["taxonomy"]
    if not len(found) or not mentions:
        return []
    rows, _ = mentions_of(whole, "taxonomy", found.rows)
    said, theme = mentions["said"][rows], mentions["theme"][rows]
    bad = ((said & POLARITY) == NEGATIVE) & ((said & OWN) > 0) & visible_themes(session, whole, "taxonomy")[theme]
    counts = np.bincount(theme[bad], minlength=len(whole.words["themes"]))
    words = whole.words["themes"]
    best = sorted(np.flatnonzero(counts).tolist(), key=lambda place: (-int(counts[place]), words[place]))[:limit]
    names = _names(session, [words[place] for place in best])
    return [ThemeShare(words[place], names[words[place]], int(counts[place])) for place in best]


def _names(session: Session, keys: Sequence[str]) -> dict[str, str]:
    return {
        key: name for key, name in session.execute(select(Theme.theme_key, Theme.name).where(Theme.theme_key.in_(keys)))
    }


def evidence(
    session: Session, filters: Slice, theme_keys: Sequence[str], *, kind: str, each: int = 3
) -> dict[str, list[str]]:
    """Give ids of customers' comments by theme, detractors first, then the newest; own mentions and those below."""
    found = find_comments(session, filters, CommentQuery(voice="customer", order="detractors"))
    whole = found.whole
    places = whole.place("themes") if "themes" in whole.words else {}
    wanted = [places[key] for key in theme_keys if key in places]
    if not len(found) or not wanted:
        return {}
    keys = _order(found)
    chosen: dict[int, Numbers] = {}
    # Most themes are spoken of by those that come first in the slice; only for the others all of it is gone over.
    for number in (NEAR, len(found)):
        missing = [place for place in wanted if len(chosen.get(place, ())) < each]
        if not missing or (number == NEAR and len(found) <= NEAR):
            continue
        near = keys <= np.partition(keys, number)[number] if number < len(keys) else np.ones(len(keys), bool)
        chosen |= _leading(whole, kind, found.rows[near], keys[near], missing, each)
    pks = {place: whole.comments["pk"][of].tolist() for place, of in chosen.items()}
    ids = comment_ids(session, [pk for some in pks.values() for pk in some])
    return {whole.words["themes"][place]: [ids[pk] for pk in some if pk in ids] for place, some in pks.items()}


def _leading(
    whole: Whole, kind: str, rows: Numbers, keys: Numbers, themes: Sequence[int], each: int
) -> dict[int, Numbers]:
    """Give the first comments of each theme among these rows, of which `keys` are the places in the order."""
    mentions, place = mentions_of(whole, kind, rows)
    wanted = np.zeros(len(whole.words["themes"]), bool)
    wanted[list(themes)] = True
    theme = whole.mentions[kind]["theme"][mentions]
    kept = np.flatnonzero(wanted[theme])
    theme, place = theme[kept].astype(np.int64), place[kept]
    order = np.lexsort((-whole.comments["pk"][rows[place]].astype(np.int64), keys[place], theme))
    theme, comment = theme[order], rows[place[order]]
    starts = np.flatnonzero(np.concatenate(([True], theme[1:] != theme[:-1]))) if len(theme) else theme
    return {
        int(theme[start]): comment[start : start + each][theme[start : start + each] == theme[start]]
        for start in starts.tolist()
    }


def comment_ids(session: Session, pks: Sequence[int]) -> dict[int, str]:
    """Give the ids that pages and exports show."""
    found: dict[int, str] = {}
    for part in chunks(sorted(set(pks))):
        rows = session.execute(select(Comment.id, Comment.comment_id).where(Comment.id.in_(part)))
        found.update({pk: comment_id for pk, comment_id in rows})
    return found
