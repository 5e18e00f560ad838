"""Where a theme comes from and where it went: born, kept, merged, split, gone, with names and dates."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from data.store.models import Lineage, Theme
from data.store.queries.counts import count_groups
from data.store.queries.own_names import own_names
from data.store.queries.slices import Slice
from data.store.queries.themes import ThemeInfo


@dataclass(frozen=True)
class Step:
    """One edge of a theme's history; `share` of the members moved."""

    event: str
    happened_at: datetime
    from_key: str | None
    from_name: str | None
    to_key: str | None
    to_name: str | None
    share: float | None


@dataclass(frozen=True)
class NearTheme:
    """A theme beside another one; `similarity` is a cosine, None where it is a parent or a child."""

    key: str
    name: str
    similarity: float | None = None


def lineage(session: Session, theme_key: str, *, filters: Slice) -> list[Step]:
    """Give the history of a theme up to the slice's end, oldest first, named as its reader may see it.

    A theme that the reader's accounts never spoke of does not exist for them: its key and name are left out.
    """
    rows = session.execute(
        select(Lineage.event, Lineage.happened_at, Lineage.from_key, Lineage.to_key, Lineage.share)
        .where(or_(Lineage.from_key == theme_key, Lineage.to_key == theme_key))
        .order_by(Lineage.happened_at, Lineage.id)
    ).all()
    keys = {key for row in rows for key in (row[2], row[3]) if key is not None}
    names = shown_names(session, keys, filters=filters)

    def named(key: str | None) -> tuple[str | None, str | None]:
        return (key, names[key]) if key in names else (None, None)

    return [Step(event, at, *named(old), *named(new), share) for event, at, old, new, share in rows]


def shown_names(session: Session, keys: Collection[str], *, filters: Slice) -> dict[str, str]:
    """Give the names of the themes among these that the reader may see."""
    if not keys:
        return {}
    columns = (Theme.theme_key, Theme.name, Theme.kind)
    rows = session.execute(select(*columns).where(Theme.theme_key.in_(keys), Theme.state != "hidden")).all()
    names = {key: name for key, name, _ in rows}
    if filters.scope is not None:
        everything = Slice(
            as_of=filters.as_of,
            accounts=filters.scope,
            scope=filters.scope,
            anonymous_min_group=filters.anonymous_min_group,
        )
        found = count_groups(session, everything, kind="discovered", theme_keys=sorted(names), with_money=False)
        spoken = {row.group["theme"] for row in found.rows()}
        names = {key: names[key] for key, _, kind in rows if kind == "taxonomy" or key in spoken}
    return own_names(session, filters, names)


def neighbours(
    session: Session, info: ThemeInfo, *, filters: Slice
) -> tuple[NearTheme | None, NearTheme | None, list[NearTheme]]:
    """Give the taxonomy's nearest theme, the theme above and those below."""
    below = list(session.scalars(select(Theme.theme_key).where(Theme.parent_key == info.key, Theme.state == "active")))
    wanted = {key for key in (info.nearest_key, info.parent_key, *below) if key is not None}
    names = shown_names(session, wanted, filters=filters)

    def near(key: str | None) -> NearTheme | None:
        return NearTheme(key, names[key]) if key is not None and key in names else None

    nearest = near(info.nearest_key)
    children = [one for key in sorted(below) if (one := near(key)) is not None]
    return replace(nearest, similarity=info.nearest_similarity) if nearest else None, near(info.parent_key), children
