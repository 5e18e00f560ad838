"""Themes with durable keys: the taxonomy, the discovered ones, their members and their lineage."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from cx.corrected import CHANGEABLE
from data.store.models import Comment, Embedding, Lineage, Mention, OverruledMention, Passage, PassageText, Theme
from data.store.repositories.bulk import chunks, insert_ignore
from data.store.repositories.changes import refold
from data.store.repositories.effective import bare, reached, rebuild
from data.store.repositories.mentions import MentionRow
from data.store.repositories.preparation import mark_stale

# No list shows a comment that makes no point, so no theme may count it.
_SPEAKS = (Comment.analysed.is_(True), Comment.empty_reason.is_(None))


@dataclass(frozen=True)
class ThemeRow:
    """A theme to store; fields as in the table `themes`."""

    theme_key: str
    kind: str
    name: str
    level: int = 0
    parent_key: str | None = None
    definition: str | None = None
    owner: str | None = None
    action: str | None = None
    terms: list[str] | None = None
    exemplars: list[str] | None = None
    nearest_key: str | None = None
    nearest_similarity: float | None = None
    emerging: bool = False
    state: str = "active"
    size: int = 0
    centroid: bytes | None = None
    floor: float | None = None
    born_run_id: int | None = None


@dataclass(frozen=True)
class LineageRow:
    """One edge of a theme's history to store."""

    event: str
    from_key: str | None
    to_key: str | None
    share: float | None


@dataclass(frozen=True)
class Member:
    """A passage that can belong to a discovered theme."""

    passage_id: int
    comment_pk: int
    content_key: str
    text_key: str
    account_id: str | None
    said_at: datetime
    sentiment: float | None


def themes_by_key(session: Session, kind: str | None = None) -> dict[str, Theme]:
    """Give the themes of a kind (all without), keyed and ordered by key."""
    query = select(Theme).order_by(Theme.theme_key)
    if kind is not None:
        query = query.where(Theme.kind == kind)
    return {theme.theme_key: theme for theme in session.scalars(query)}


def model_parents(session: Session) -> dict[str, str | None]:
    """Give the parent that the model gave each discovered theme, wherever a person moved it."""
    return {
        key: theme.parent_key if theme.base is None else theme.base.get("parent_key")
        for key, theme in themes_by_key(session, "discovered").items()
    }


def joinable(session: Session) -> list[Theme]:
    """Give the discovered themes that new passages may join: those of the last fit, merged by a person or not.

    What joins a merged theme is counted with its target.
    """
    return [
        theme
        for theme in themes_by_key(session, "discovered").values()
        if theme.centroid is not None
        and theme.floor is not None
        and (theme.state if theme.base is None else theme.base.get("state")) in ("active", "hidden")
    ]


def put_themes(session: Session, rows: Sequence[ThemeRow], *, now: datetime) -> None:
    """Add or update themes as the model or the shipped file has them; what people changed stands above it."""
    known = themes_by_key(session)
    for row in rows:
        values = asdict(row)
        theme = known.get(row.theme_key)
        if theme is None:
            session.add(Theme(**values, named_by="model", updated_at=now))
            continue
        if theme.base is not None:
            theme.base = {**theme.base, **{name: values.pop(name) for name in CHANGEABLE if name in values}}
        if theme.named_by == "person":
            values.pop("name", None)
        if theme.state == "hidden":
            values.pop("state", None)
        values["born_run_id"] = theme.born_run_id
        if any(getattr(theme, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(theme, name, value)
            theme.updated_at = now
    session.flush()
    refold(session, now=now)


def end_themes(session: Session, states: Mapping[str, str], *, now: datetime) -> None:
    """Set the state (gone, merged, split) of themes that have no members any more."""
    for part in chunks(sorted(states)):
        for theme in session.scalars(select(Theme).where(Theme.theme_key.in_(part))):
            theme.size, theme.updated_at = 0, now
            if theme.base is not None:
                theme.base = {**theme.base, "state": states[theme.theme_key]}
            elif theme.state != "hidden":
                theme.state = states[theme.theme_key]
    session.flush()
    refold(session, now=now)


def add_lineage(session: Session, run_id: int, rows: Sequence[LineageRow], *, now: datetime) -> None:
    """Append to the history of themes."""
    session.add_all(Lineage(run_id=run_id, happened_at=now, **asdict(row)) for row in rows)


def corpus(session: Session, model_key: str) -> Iterator[tuple[str, str, str, bytes, int]]:
    """Give (content key, text key, words, vector, respondents) of each distinct customer passage in its comment.

    Comments of the same words are one; order by keys, so that the order of import does not matter. Review notes are
    the vendor's voice: they join themes, they don't make them. Comments that say nothing do neither.
    """
    query = (
        select(
            Comment.content_key,
            Passage.text_key,
            PassageText.text,
            Embedding.vector,
            func.count(Comment.respondent_key.distinct()),
        )
        .join(Passage, Passage.comment_pk == Comment.id)
        .join(PassageText, PassageText.text_key == Passage.text_key)
        .join(Embedding, (Embedding.text_key == Passage.text_key) & (Embedding.model_key == model_key))
        .where(*_SPEAKS, Comment.vendor_voice.is_(False))
        .group_by(Comment.content_key, Passage.text_key, PassageText.text, Embedding.vector)
        .order_by(Comment.content_key, Passage.text_key)
        .execution_options(yield_per=5000)
    )
    for row in session.execute(query):
        yield row[0] or "", row[1], row[2], row[3], row[4]


def tokens_of(session: Session, text_keys: Sequence[str]) -> dict[str, list[list[str]]]:
    """Give the tokens ([text, lemma, part of speech]) of passages."""
    found: dict[str, list[list[str]]] = {}
    for part in chunks(sorted(set(text_keys))):
        rows = session.execute(select(PassageText.text_key, PassageText.tokens).where(PassageText.text_key.in_(part)))
        found.update({key: tokens or [] for key, tokens in rows})
    return found


def texts_of(session: Session, text_keys: Sequence[str]) -> dict[str, str]:
    """Give the words of passages."""
    found: dict[str, str] = {}
    for part in chunks(sorted(set(text_keys))):
        rows = session.execute(select(PassageText.text_key, PassageText.text).where(PassageText.text_key.in_(part)))
        found.update({key: text for key, text in rows})
    return found


def members(session: Session, *, waiting_only: bool = False) -> Iterator[Member]:
    """Give every passage of a comment that says something, or only those that discovery has not looked at, by id."""
    query = (
        select(
            Passage.id,
            Passage.comment_pk,
            func.coalesce(Comment.content_key, ""),
            Passage.text_key,
            Comment.account_id,
            Comment.said_at,
            Passage.sentiment,
        )
        .join(Comment, Comment.id == Passage.comment_pk)
        .where(*_SPEAKS)
        .order_by(Passage.id)
        .execution_options(yield_per=5000)
    )
    if waiting_only:
        query = query.where(Passage.theme_state.is_(None))
    for row in session.execute(query):
        yield Member(*row)


def current_members(session: Session) -> dict[tuple[str, str], str]:
    """Give the discovered theme that each distinct passage is in now: (content key, text key) -> theme key.

    As the model left them: corrections stand above its themes and do not change what it starts from.
    """
    shown = select(Mention.passage_id, Mention.theme_key).where(
        Mention.kind == "discovered", Mention.correction_id.is_(None)
    )
    waiting = select(OverruledMention.passage_id, OverruledMention.theme_key).where(
        OverruledMention.kind == "discovered"
    )
    found = {}
    for part in (shown.subquery(), waiting.subquery()):
        rows = session.execute(
            select(Comment.content_key, Passage.text_key, part.c.theme_key)
            .join(Passage, Passage.id == part.c.passage_id)
            .join(Comment, Comment.id == Passage.comment_pk)
            .distinct()
        )
        found.update({(content_key or "", text_key): theme_key for content_key, text_key, theme_key in rows})
    return found


def count_unplaced(session: Session) -> int:
    """Count the passages that discovery has not looked at."""
    query = (
        select(func.count())
        .select_from(Passage)
        .join(Comment, Comment.id == Passage.comment_pk)
        .where(*_SPEAKS, Passage.theme_state.is_(None))
    )
    return session.scalar(query) or 0


def clear_members(session: Session) -> None:
    """Take every passage out of the discovered themes; `place` puts back what people decided."""
    session.execute(delete(Mention).where(Mention.kind == "discovered"))
    session.execute(delete(OverruledMention).where(OverruledMention.kind == "discovered"))


def place(
    session: Session, mentions: Sequence[MentionRow], states: Mapping[int, str | None], *, everything: bool = False
) -> None:
    """Put passages into discovered themes and note where the others stand; what people decided of them holds.

    `everything` says that no passage is in a discovered theme now (after `clear_members`).
    """
    pks: set[int] = set()
    if not everything:
        pks = _comments_of(session, states)
        bare(session, pks, kind="discovered")
    if mentions:
        insert_ignore(session, Mention, [vars(m) for m in mentions])
    if states:
        session.execute(update(Passage), [{"id": pk, "theme_state": state} for pk, state in states.items()])
    # Only now is it known who came to a theme that a person merged.
    rebuild(session, reached(session) if everything else pks)
    mark_stale(session, {m.account_id or "" for m in mentions})


def _comments_of(session: Session, passage_ids: Iterable[int]) -> set[int]:
    found: set[int] = set()
    for part in chunks(sorted(passage_ids)):
        found.update(session.scalars(select(Passage.comment_pk).where(Passage.id.in_(part))))
    return found


def all_analysed_are_stale(session: Session) -> None:
    """Note every account with an analysed comment for new counts."""
    keys = session.scalars(select(func.coalesce(Comment.account_id, "")).where(Comment.analysed.is_(True)).distinct())
    mark_stale(session, set(keys))
