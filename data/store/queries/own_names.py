"""Names of discovered themes as a reader of some accounts may see them.

A model names a theme in the words of everybody who speaks of it. A reader of some accounts sees the parts of the name
whose words their own accounts used in that theme, never a part that comes from others' words only.
"""

import re
import threading
from collections import OrderedDict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from sqlalchemy import Engine, Select, func, select
from sqlalchemy.orm import Session

from data.store.columns.cache import read_columns
from data.store.columns.whole import Numbers, Whole
from data.store.models import AccountPack, Mention, Passage, PassageText, StaleAccount, Theme
from data.store.queries.chosen import mentions_of
from data.store.queries.known_themes import KnownTheme, known_themes
from data.store.queries.selection import rows_of
from data.store.queries.slices import Slice
from data.store.repositories.bulk import chunks
from data.store.unit_of_work import once_a_version

_WORD = re.compile(r"\w{3,}")
# A model joins the parts of a name so.
_JOINT = re.compile(r",\s*|\s+and\s+")
# Names of some readers and themes; one takes about 500 bytes.
MOST_REMEMBERED = 20_000
# Readers of accounts with up to so many comments have the words of all themes read at once: 0.2 s, in place of as much
# for each answer that shows a theme for the first time.
AT_ONCE = 20_000
_LITTLE = frozenset({"and", "for", "from", "the", "with"})


def own_names(session: Session, filters: Slice, names: Mapping[str, str]) -> dict[str, str]:
    """Give the names of themes, by key, as the reader of a slice may see them.

    What a person named and the taxonomy keep their names; so does everything for a reader of all accounts. A name
    without a part that may be shown becomes "Theme near ..." with the taxonomy's nearest theme.
    """
    shown = dict(names)
    if filters.scope is None or not names:
        return shown
    themes = known_themes(session)
    nearest = {
        key: _taxonomy_name(themes, one.info.nearest_key)
        for key, one in themes.items()
        if key in names and _is_veiled(one)
    }
    said = _remembered(session, filters.scope, {key: _stems(names[key]) for key in nearest})
    for key, near_name in nearest.items():
        parts = [part for part in _JOINT.split(names[key]) if _stems(part) and _stems(part) <= said[key]]
        shown[key] = _joined(parts) or (f"Theme near {near_name}" if near_name else "Theme without a name of its own")
    return shown


def _is_veiled(one: KnownTheme) -> bool:
    """Whether a model named the theme, in everybody's words."""
    return one.info.kind == "discovered" and one.named_by not in (None, "person")


def _taxonomy_name(themes: Mapping[str, KnownTheme], key: str | None) -> str | None:
    near = themes.get(key or "")
    return near.info.name if near is not None and near.info.kind == "taxonomy" else None


@lru_cache(maxsize=MOST_REMEMBERED)
def _stems(text: str) -> frozenset[str]:
    """Words of three letters or more, shortened so that "phones" is found in "phone" and the other way round."""
    words = (word for word in _WORD.findall(text.lower()) if word not in _LITTLE)
    return frozenset(word if len(word) <= 4 else word[: max(4, len(word) - 2)] for word in words)


def _joined(parts: list[str]) -> str:
    text = " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)
    return text[:1].upper() + text[1:]


class _Memory:
    """What was found for a reader's accounts, as long as nothing they said changed. The oldest readings go first."""

    def __init__(self) -> None:
        self._found: OrderedDict[Hashable, frozenset[str]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> frozenset[str] | None:
        with self._lock:
            return self._found.get(key)

    def put(self, found: Mapping[Hashable, frozenset[str]]) -> None:
        with self._lock:
            self._found.update(found)
            while len(self._found) > MOST_REMEMBERED:
                self._found.popitem(last=False)


_OF_ENGINE: "WeakKeyDictionary[Engine, _Memory]" = WeakKeyDictionary()


def _remembered(
    session: Session, accounts: tuple[str, ...], wanted: Mapping[str, frozenset[str]]
) -> Mapping[str, AbstractSet[str]]:
    """Give what `_said` gives, read once: the words of hundreds of comments hang behind every list a CSM asks for."""
    memory = _OF_ENGINE.setdefault(session.get_bind().engine, _Memory())
    mark = accounts, once_a_version(session, ("changes", accounts), lambda: _changes(session, accounts))
    found = {key: memory.get((mark, key, stems)) for key, stems in wanted.items()}
    missing = {key: wanted[key] for key, said in found.items() if said is None}
    if not missing:
        return {key: said or frozenset() for key, said in found.items()}
    if len(_rows_of(read_columns(session), accounts)) <= AT_ONCE:
        every = {key: _stems(one.info.name) for key, one in known_themes(session).items() if _is_veiled(one)}
        missing = {key: stems for key, stems in every.items() if memory.get((mark, key, stems)) is None} | missing
    fresh = {key: frozenset(said) for key, said in _said(session, accounts, missing).items()}
    memory.put({(mark, key, missing[key]): said for key, said in fresh.items()})
    return {key: fresh[key] if said is None else said for key, said in found.items()}


def _changes(session: Session, accounts: tuple[str, ...]) -> tuple[Any, ...]:
    """Give what changes whenever something that these accounts said does: the stamps of their packs, and of changes."""
    marks: list[Any] = []
    for model in (AccountPack, StaleAccount):
        for part in chunks(accounts):
            stamps = select(func.count(), func.sum(model.stamp)).where(model.account_key.in_(part))
            marks.append(tuple(session.execute(stamps).one()))
    return tuple(marks)


def _said(session: Session, accounts: tuple[str, ...], wanted: Mapping[str, frozenset[str]]) -> dict[str, set[str]]:
    """Give which of the wanted stems the accounts used in each theme; reads on only as long as one is missing."""
    said: dict[str, set[str]] = {key: set() for key in wanted}
    missing = {key: set(stems) for key, stems in wanted.items() if stems}
    for part in chunks(_own_comments(session, accounts, missing)):
        for account_id, theme_key, parent_key, text in session.execute(_own_words(part)):
            lower = text.lower() if account_id in accounts else ""
            for key in (theme_key, parent_key):
                found = {stem for stem in missing.get(key, ()) if stem in lower}
                if found:
                    said[key] |= found
                    missing[key] -= found
                    if not missing[key]:
                        del missing[key]
        if not missing:
            break
    return said


def _own_comments(session: Session, accounts: tuple[str, ...], keys: Iterable[str]) -> list[int]:
    """Give the accounts' comments on any of the themes, from the columns: SQL would go over all accounts' mentions."""
    whole = read_columns(session)
    themes = {word: at for at, word in enumerate(whole.words.get("themes", ()))}
    wanted = np.zeros(len(themes), bool)
    wanted[[themes[key] for key in keys if key in themes]] = True
    rows = _rows_of(whole, accounts)
    if not wanted.any() or not len(rows):
        return []
    mentions, place = mentions_of(whole, "discovered", rows)
    speak = np.unique(place[wanted[whole.mentions["discovered"]["theme"][mentions]]])
    pks: list[int] = whole.comments["pk"][rows[speak]].tolist()
    return pks


def _rows_of(whole: Whole, accounts: Sequence[str]) -> Numbers:
    """Give the rows of some accounts' comments."""
    places = {account: at for at, account in enumerate(whole.accounts)}
    own = np.array(sorted(places[account] for account in accounts if account in places), dtype=np.int64)
    return rows_of(whole, "comments", own) if len(own) else own


def _own_words(pks: Sequence[int]) -> Select[*tuple[Any, ...]]:
    return (
        select(Mention.account_id, Theme.theme_key, Theme.parent_key, PassageText.text)
        .select_from(Mention)
        .join(Theme, Theme.theme_key == Mention.theme_key)
        .join(Passage, Passage.id == Mention.passage_id)
        .join(PassageText, PassageText.text_key == Passage.text_key)
        .where(Mention.comment_pk.in_(pks), Mention.kind == "discovered")
    )
