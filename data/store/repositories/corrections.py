"""Corrections: appended, never overwritten; taken back by a mark, and the effect of both made in one transaction.

`plan` appends a correction and says what it reaches; `apply` makes it effective. Between the two a caller can look at
how things stood. What reaches more comments than `AT_ONCE` waits for the next run (`waiting`, `finish`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from data.errors import DataError, NotFoundError
from data.store.models import Comment, CorrectedPassage, Correction, Lineage, Mention, OverruledMention, Passage, Theme
from data.store.repositories.cells import refresh_cells
from data.store.repositories.changes import drop_theme, refold
from data.store.repositories.effective import Rebuilt, live_merges, rebuild
from data.store.repositories.mentions import unplace
from data.store.repositories.preparation import mark_stale

# Comments rebuilt, and accounts counted again, within a request: about a second of work on SQLite.
AT_ONCE, ACCOUNTS_AT_ONCE = 2000, 50


class CorrectionError(DataError, ValueError):
    """A correction that makes no sense as it is asked for."""


class CorrectionConflictError(DataError, RuntimeError):
    """A correction that what others decided meanwhile does not allow; says which."""


@dataclass
class Planned:
    """A correction that was appended (or is to be undone), and what it reaches.

    Attributes:
        correction: The row.
        keys: The themes whose counts or columns change.
        comments: The comments to rebuild.
        accounts: Accounts whose counts change though no mention does (a theme moves under another parent).
        undo: It is taken back.
    """

    correction: Correction
    keys: tuple[str, ...]
    comments: list[int] = field(default_factory=list)
    accounts: set[str] = field(default_factory=set)
    undo: bool = False

    @property
    def waits(self) -> bool:
        """Whether the next run makes it effective."""
        return len(self.comments) > AT_ONCE


def apply(session: Session, planned: Planned, *, now: datetime) -> Rebuilt:
    """Make a planned correction (or undo) effective, or note that the next run does."""
    row = planned.correction
    if planned.undo:
        session.execute(delete(Lineage).where(Lineage.correction_id == row.id))
    refold(session, now=now)
    if planned.waits:
        row.waits = True
        session.flush()
        return Rebuilt()
    done = rebuild(session, planned.comments)
    done.accounts |= planned.accounts
    done.add(_finish_undo(session, row))
    done.uncounted = _count_again(session, done.accounts)
    return done


def plan_undo(session: Session, correction_id: int, *, actor: str, now: datetime) -> Planned:
    """Mark a correction as taken back and say what that reaches.

    Raises:
        NotFoundError: There is none.
        CorrectionConflictError: It is undone already, or later ones build on the theme that it made; names them.
    """
    row = session.get(Correction, correction_id)
    if row is None:
        raise NotFoundError(f"no correction {correction_id}: GET /v1/corrections lists them")
    if row.undone_at is not None:
        raise CorrectionConflictError(
            f"correction {correction_id} was undone on {row.undone_at:%Y-%m-%d %H:%M} already"
        )
    made = row.payload.get("into") if row.action == "split" else row.theme_key if row.action == "create" else None
    later = _built_on(session, made, correction_id) if made is not None else []
    if later:
        listed = ", ".join(map(str, later[:10]))
        raise CorrectionConflictError(
            f"corrections {listed} build on theme {made!r}: undo them first, the last one first"
        )
    comments = _affected(session, row)
    keys = [key for key in (row.theme_key, row.payload.get("into")) if key]
    row.undone_at, row.undone_by = now, actor
    session.flush()
    planned = Planned(row, tuple(keys), sorted(comments), undo=True)
    planned.accounts = speaking(session, keys) if row.action == "move" else set()
    if row.comment_pk is not None and row.payload.get("empty_reason"):
        planned.accounts |= _silence(session, row.comment_pk, row.payload["empty_reason"])
    return planned


def _silence(session: Session, pk: int, reason: str) -> set[str]:
    """Let a comment say nothing again unless somebody else tagged it too; give the account whose counts change."""
    others = select(Correction).where(
        Correction.comment_pk == pk, Correction.action == "tag", Correction.undone_at.is_(None)
    )
    other = session.scalars(others.order_by(Correction.id).limit(1)).first()
    if other is not None:
        other.payload = {**other.payload, "empty_reason": reason}
        return set()
    set_empty(session, pk, reason)
    unplace(session, [pk])
    return {session.get_one(Comment, pk).account_id or ""}


def waiting(session: Session) -> list[int]:
    """Give the ids of the corrections that a run makes effective."""
    return list(session.scalars(select(Correction.id).where(Correction.waits.is_(True)).order_by(Correction.id)))


def affected(session: Session, correction_id: int) -> list[int]:
    """Give the comments that a correction reaches."""
    return sorted(_affected(session, session.get_one(Correction, correction_id)))


def finish(session: Session, correction_id: int) -> None:
    """Note that a waiting correction is effective."""
    row = session.get_one(Correction, correction_id)
    row.waits = None
    session.flush()
    mark_stale(session, _finish_undo(session, row).accounts)


def _finish_undo(session: Session, row: Correction) -> Rebuilt:
    """Delete the theme that an undone correction made, with the model's mentions of it."""
    done = Rebuilt()
    if row.undone_at is None or row.action not in ("split", "create"):
        return done
    made = str(row.payload["into"] if row.action == "split" else row.theme_key)
    if row.action == "create":
        spoken = select(Mention.comment_pk).where(Mention.theme_key == made).distinct()
        done = Rebuilt(set(session.scalars(spoken)), speaking(session, [made]))
        session.execute(delete(Mention).where(Mention.theme_key == made))
        session.execute(delete(OverruledMention).where(OverruledMention.theme_key == made))
    drop_theme(session, made)
    return done


def _count_again(session: Session, accounts: set[str]) -> int:
    """Refresh the counts of few accounts at once; more are left to the next run. Returns how many wait."""
    keys = sorted(accounts)
    if len(keys) > ACCOUNTS_AT_ONCE:
        mark_stale(session, keys)
        return len(keys)
    if keys:
        refresh_cells(session, keys)
    return 0


def by_words(session: Session, correction_id: int, theme_key: str | None) -> set[int]:
    """Give the comments with the words that a correction holds for; with a theme, where they speak of it now."""
    query = (
        select(Passage.comment_pk)
        .join(CorrectedPassage, CorrectedPassage.text_key == Passage.text_key)
        .where(CorrectedPassage.correction_id == correction_id)
        .distinct()
    )
    if theme_key is not None:
        query = query.join(Mention, Mention.passage_id == Passage.id).where(Mention.theme_key == theme_key)
    return set(session.scalars(query))


def _affected(session: Session, row: Correction) -> set[int]:
    found = {row.comment_pk} if row.comment_pk is not None else set()
    found |= set(session.scalars(select(Mention.comment_pk).where(Mention.correction_id == row.id).distinct()))
    found |= by_words(session, row.id, None)
    if row.action == "create":
        found |= set(session.scalars(select(Mention.comment_pk).where(Mention.theme_key == row.theme_key).distinct()))
    if row.action == "merge":
        sources = {merge.theme_key for merge in live_merges(session) if merge.correction_id == row.id}
        sources.add(row.theme_key or "")
        for table in (Mention, OverruledMention):
            found |= set(session.scalars(select(table.comment_pk).where(table.theme_key.in_(sources)).distinct()))
    return {pk for pk in found if pk is not None}


def _built_on(session: Session, key: str, correction_id: int) -> list[int]:
    """Give the live corrections that lean on a theme that a person made."""
    rows = session.execute(
        select(Correction.id, Correction.theme_key, Correction.payload)
        .where(Correction.undone_at.is_(None), Correction.id != correction_id)
        .order_by(Correction.id)
    )
    leans = ("into", "parent_key", "by_theme")
    return [pk for pk, own, payload in rows if own == key or key in {payload.get(name) for name in leans}]


def children(session: Session, key: str) -> list[str]:
    """Give the themes under one."""
    return list(session.scalars(select(Theme.theme_key).where(Theme.parent_key == key).order_by(Theme.theme_key)))


def speaking(session: Session, keys: Sequence[str]) -> set[str]:
    """Give the accounts that speak of themes."""
    if not keys:
        return set()
    rows = session.scalars(select(func.coalesce(Mention.account_id, "")).where(Mention.theme_key.in_(keys)).distinct())
    return set(rows)


def set_empty(session: Session, pk: int, reason: str | None) -> None:
    """Say why a comment makes no point; None: it does."""
    session.execute(update(Comment).where(Comment.id == pk).values(empty_reason=reason))
