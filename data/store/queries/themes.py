"""Themes as a reader sees them: name, kind, parent, counts and trend."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy.orm import Session

from data.errors import NotFoundError
from data.store.columns.cache import read_columns
from data.store.columns.pack import ANALYSED
from data.store.queries.chosen import Chooser
from data.store.queries.counts import Counts, GroupCounts, count_said
from data.store.queries.known_themes import HIDDEN, known_themes
from data.store.queries.known_themes import ThemeInfo as ThemeInfo
from data.store.queries.lately import Month, count_lately
from data.store.queries.money import money
from data.store.queries.own_names import own_names
from data.store.queries.slices import Slice
from data.store.queries.speaking import comments_on


@dataclass(frozen=True)
class MonthCounts:
    """A theme in one month."""

    month: str
    comments: int
    negative: int
    accounts: int


@dataclass(frozen=True)
class ThemeRow:
    """A theme with its counts, its months and, where asked for, its groups."""

    info: ThemeInfo
    counts: Counts
    trend: list[MonthCounts] = field(default_factory=list)
    groups: list[GroupCounts] = field(default_factory=list)


def theme_infos(session: Session, keys: Iterable[str], *, filters: Slice | None = None) -> dict[str, ThemeInfo]:
    """Give themes by key; unknown keys are left out. With `filters`: named as their reader may see them."""
    wanted = frozenset(keys)
    infos = {key: known.info for key, known in known_themes(session).items() if key in wanted}
    if filters is None:
        return infos
    names = own_names(session, filters, {key: info.name for key, info in infos.items()})
    return {key: info if names[key] == info.name else replace(info, name=names[key]) for key, info in infos.items()}


def theme_info(session: Session, key: str, *, filters: Slice) -> ThemeInfo:
    """Give one theme.

    Raises:
        NotFoundError: There is none with this key, it is hidden, or it is a discovered one that none of the accounts in
            the reader's scope ever spoke of by `as_of`: for them it does not exist.
    """
    info = theme_infos(session, [key], filters=filters).get(key)
    if info is None or info.state == HIDDEN or not _is_visible(session, filters, info):
        raise NotFoundError(f"no theme {key!r}: GET /v1/themes or `sottovoce themes` lists those that you may see")
    return info


def _is_visible(session: Session, filters: Slice, info: ThemeInfo) -> bool:
    if filters.scope is None or info.kind == "taxonomy":
        return True
    everything = Slice(
        as_of=filters.as_of,
        accounts=filters.scope,
        scope=filters.scope,
        anonymous_min_group=filters.anonymous_min_group,
    )
    return len(comments_on(session, read_columns(session), everything, info.key, needed=ANALYSED)) > 0


@dataclass(frozen=True)
class ThemeList:
    """Themes with their counts, and those over all of them where asked for."""

    rows: list[ThemeRow]
    total: Counts | None


def theme_rows(
    session: Session,
    filters: Slice,
    *,
    kind: str = "taxonomy",
    theme_keys: Sequence[str] = (),
    group_by: Sequence[str] = (),
    trend: bool = True,
) -> list[ThemeRow]:
    """List the themes that somebody speaks of in a slice, most comments first, then by key.

    `group_by` adds counts by further dimensions under each theme. Only themes with a comment or note there are listed,
    so that a reader of some accounts does not learn what others speak of.
    """
    return theme_list(session, filters, kind=kind, theme_keys=theme_keys, group_by=group_by, trend=trend).rows


def theme_list(
    session: Session,
    filters: Slice,
    *,
    kind: str = "taxonomy",
    theme_keys: Sequence[str] = (),
    group_by: Sequence[str] = (),
    trend: bool = True,
    total: bool = False,
) -> ThemeList:
    """Give what `theme_rows` does, and with `total` the counts over all themes; mentions are gone over once."""
    whole = read_columns(session)
    reader = Chooser(session, whole, filters, kind, tuple(theme_keys))
    worth = money(session, whole, filters.as_of)
    known = count_lately(reader, worth, total=total)
    table = known.table if known is not None else count_said(reader, ("theme",), worth=worth, with_total=total)
    infos = theme_infos(session, table.keys("theme"), filters=filters)
    months: dict[str, list[MonthCounts]] = {}
    for key, month in (known.months if known is not None else _months(reader)) if trend else ():
        months.setdefault(key, []).append(MonthCounts(*month))
    groups: dict[str, list[GroupCounts]] = {}
    if group_by:
        for one in count_said(reader, ("theme", *group_by), worth=worth).rows():
            key = one.group.pop("theme")
            groups.setdefault(key, []).append(one)
    rows = [
        ThemeRow(infos[key], one.counts, months.get(key, []), groups.get(key, []))
        for one in table.rows()
        if (key := one.group["theme"]) in infos and (one.counts.comments or one.counts.review_notes)
    ]
    return ThemeList(rows, known.total if known is not None else table.total)


def _months(reader: Chooser) -> Iterator[tuple[str, Month]]:
    """Give the months of themes, in the order of both."""
    table = count_said(reader, ("theme", "month"), with_people=False)
    themes, months = table.labels
    counts = [table.whole_numbers[name].tolist() for name in ("comments", "negative", "accounts")]
    # The rows themselves stand by theme and month; `table.order` is that of the counts.
    for (theme, month), *numbers in zip(table.groups.tolist(), *counts, strict=True):
        yield themes[theme], (months[month], *numbers)


def child_keys(session: Session, key: str) -> list[str]:
    """Give a theme's key and those of the themes below it."""
    return [key, *(below for below, known in known_themes(session).items() if known.info.parent_key == key)]
