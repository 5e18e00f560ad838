"""All themes without their counts: hundreds of rows that nearly every question needs some of, read once a version."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.store.models import Theme
from data.store.unit_of_work import once_a_version

HIDDEN = "hidden"


@dataclass(frozen=True)
class ThemeInfo:
    """A theme without its counts."""

    key: str
    name: str
    kind: str
    parent_key: str | None
    level: int
    state: str
    emerging: bool
    definition: str | None
    owner: str | None
    action: str | None
    nearest_key: str | None
    nearest_similarity: float | None


class KnownTheme(NamedTuple):
    """A theme, and who named it ("person", or a step of a run)."""

    info: ThemeInfo
    named_by: str | None


_ALL = select(
    Theme.theme_key,
    Theme.name,
    Theme.kind,
    Theme.parent_key,
    Theme.level,
    Theme.state,
    Theme.emerging,
    Theme.definition,
    Theme.owner,
    Theme.action,
    Theme.nearest_key,
    Theme.nearest_similarity,
    Theme.named_by,
).order_by(Theme.theme_key)


def known_themes(session: Session) -> Mapping[str, KnownTheme]:
    """Give all themes by key, in the order of their keys; hidden ones too."""

    def read() -> dict[str, KnownTheme]:
        rows: Iterable[Any] = session.execute(_ALL)
        return {key: KnownTheme(ThemeInfo(key, *rest), named_by) for key, *rest, named_by in rows}

    return once_a_version(session, "themes", read)
