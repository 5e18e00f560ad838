"""The mentions that readers see: the model's, with people's corrections applied.

Whoever writes the model's mentions of some comments calls `bare` before (the model's rows only, as it left them) and
`rebuild` after; whoever adds or takes back a correction calls `rebuild` for the comments that it reaches.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, delete, insert, select
from sqlalchemy.orm import Session

from cx.corrected import TAG_ACTIONS, Decision, Spoken, corrected
from data.store.models import Comment, CorrectedPassage, Correction, Lineage, Mention, OverruledMention, Passage, Theme
from data.store.repositories.bulk import chunks, insert_ignore
from data.store.repositories.preparation import mark_stale

# The sentiment (-1..1) from which a passage counts as praise or complaint.
POLARITY_LINE = 0.15
_MODEL = ("passage_id", "theme_key", "comment_pk", "kind", "polarity", "confidence", "said_by")


@dataclass(frozen=True)
class Place:
    """A passage with what a mention copies from its comment."""

    passage_id: int
    comment_pk: int
    text_key: str
    length: int
    sentiment: float | None
    account_id: str | None
    said_at: datetime
    empty: bool


@dataclass(frozen=True)
class Merge:
    """A live merge of one theme, or of one that a later fit split off it."""

    correction_id: int
    theme_key: str
    into: str
    kind: str


@dataclass
class Rebuilt:
    """What a rebuild changed; `uncounted` are accounts whose counts follow with the next run."""

    comments: set[int] = field(default_factory=set)
    accounts: set[str] = field(default_factory=set)
    uncounted: int = 0

    def add(self, other: "Rebuilt") -> None:
        """Count another part of the same work in."""
        self.comments |= other.comments
        self.accounts |= other.accounts


def bare(session: Session, pks: Collection[int], *, kind: str | None = None) -> None:
    """Leave only the model's rows of these comments, all of them in `mentions`; of one kind where it is given."""
    if not _any(session):
        return
    names = (*_MODEL, "account_id", "said_at")
    back = select(*(getattr(OverruledMention, name) for name in _MODEL), Comment.account_id, Comment.said_at)
    back = back.join(Comment, Comment.id == OverruledMention.comment_pk)
    for part in chunks(sorted(pks)):
        made: list[ColumnElement[bool]] = [Mention.comment_pk.in_(part), Mention.correction_id.is_not(None)]
        waiting: list[ColumnElement[bool]] = [OverruledMention.comment_pk.in_(part)]
        if kind is not None:
            made.append(Mention.kind == kind)
            waiting.append(OverruledMention.kind == kind)
        session.execute(delete(Mention).where(*made))
        rows = session.execute(back.where(*waiting)).all()
        insert_ignore(session, Mention, [dict(zip(names, row, strict=True)) for row in rows])
        session.execute(delete(OverruledMention).where(*waiting))


def rebuild(session: Session, pks: Collection[int]) -> Rebuilt:
    """Make the mentions of these comments again from the model's and the live corrections; stale accounts are noted."""
    done = Rebuilt()
    if not _any(session):
        return done
    merges = live_merges(session)
    for part in chunks(sorted(pks)):
        done.add(_rebuild_part(session, part, merges))
    mark_stale(session, done.accounts)
    return done


def _any(session: Session) -> bool:
    """Whether anybody ever corrected anything; without it a run does not look for what it would not find."""
    return session.scalar(select(Correction.id).limit(1)) is not None


def reached(session: Session) -> set[int]:
    """Give every comment that a live correction may reach: what a fit that moves everything has to rebuild."""
    live = Correction.undone_at.is_(None)
    by_hand = select(Correction.comment_pk).where(live, Correction.comment_pk.is_not(None)).distinct()
    found = set(session.scalars(by_hand))
    by_words = (
        select(Passage.comment_pk)
        .join(CorrectedPassage, CorrectedPassage.text_key == Passage.text_key)
        .join(Correction, Correction.id == CorrectedPassage.correction_id)
        .where(live)
        .distinct()
    )
    found |= set(session.scalars(by_words))
    for part in chunks(sorted({merge.theme_key for merge in live_merges(session)})):
        found |= set(session.scalars(select(Mention.comment_pk).where(Mention.theme_key.in_(part)).distinct()))
        found |= set(
            session.scalars(select(OverruledMention.comment_pk).where(OverruledMention.theme_key.in_(part)).distinct())
        )
    return {pk for pk in found if pk is not None}


def live_merges(session: Session) -> list[Merge]:
    """Give the merges in force; what a later fit split off a merged theme goes with it."""
    rows = session.execute(
        select(Correction.id, Correction.theme_key, Correction.payload, Theme.kind, Correction.made_at)
        .join(Theme, Theme.theme_key == Correction.theme_key)
        .where(Correction.action == "merge", Correction.undone_at.is_(None))
        .order_by(Correction.id)
    ).all()
    found = []
    for correction_id, key, payload, kind, made_at in rows:
        for follower in [key, *_split_off(session, key, made_at, payload["into"])]:
            found.append(Merge(correction_id, follower, payload["into"], kind))
    return found


def _split_off(session: Session, key: str, since: datetime, into: str) -> list[str]:
    rows = session.scalars(
        select(Lineage.to_key)
        .where(Lineage.event == "split", Lineage.from_key == key, Lineage.run_id.is_not(None))
        .where(Lineage.happened_at >= since, Lineage.to_key.is_not(None), Lineage.to_key.not_in((key, into)))
        .order_by(Lineage.id)
    )
    return [found for found in dict.fromkeys(rows) if found]


def _rebuild_part(session: Session, pks: Sequence[int], merges: Sequence[Merge]) -> Rebuilt:
    places = _places(session, pks)
    shown, model = _rows(session, pks)
    by_passage = _decisions(session, places, model)
    done = Rebuilt()
    gone: list[int] = []
    mentions: list[dict[str, object]] = []
    overruled: list[dict[str, object]] = []
    for place in places:
        own = model.get(place.passage_id, {})
        decisions = by_passage.get(place.passage_id, [])
        decisions += [
            Decision(m.correction_id, "merge", m.theme_key, m.kind, into=m.into) for m in merges if m.theme_key in own
        ]
        decisions += _chained(decisions, merges)
        target = {row.theme_key: row for row in corrected(own.values(), decisions)}
        if target == shown.get(place.passage_id, {}):
            continue
        gone.append(place.passage_id)
        copied = {"account_id": place.account_id, "said_at": place.said_at}
        mentions += [_stored(place, row) | copied | {"correction_id": row.correction_id} for row in target.values()]
        overruled += [_stored(place, row) for key, row in own.items() if target.get(key) != row]
        done.comments.add(place.comment_pk)
        done.accounts.add(place.account_id or "")
    for part in chunks(gone):
        session.execute(delete(Mention).where(Mention.passage_id.in_(part)))
        session.execute(delete(OverruledMention).where(OverruledMention.passage_id.in_(part)))
    if mentions:
        session.execute(insert(Mention), mentions)
    if overruled:
        session.execute(insert(OverruledMention), overruled)
    return done


def _chained(decisions: Sequence[Decision], merges: Sequence[Merge]) -> list[Decision]:
    """Add the merges of themes that other corrections lead to: a tagged, or a merged or split, theme merged later."""
    known = {(one.correction_id, one.theme_key) for one in decisions}
    reachable = {one.into or one.theme_key for one in decisions if one.action != "untag"}
    found: list[Decision] = []
    grown = True
    while grown:
        grown = False
        for merge in merges:
            if merge.theme_key in reachable and (merge.correction_id, merge.theme_key) not in known:
                found.append(Decision(merge.correction_id, "merge", merge.theme_key, merge.kind, into=merge.into))
                known.add((merge.correction_id, merge.theme_key))
                reachable.add(merge.into)
                grown = True
    return found


def _stored(place: Place, row: Spoken) -> dict[str, object]:
    return {
        "passage_id": place.passage_id,
        "comment_pk": place.comment_pk,
        "theme_key": row.theme_key,
        "kind": row.kind,
        "polarity": row.polarity,
        "confidence": row.confidence,
        "said_by": row.said_by,
    }


def _places(session: Session, pks: Sequence[int]) -> list[Place]:
    rows = session.execute(
        select(
            Passage.id,
            Passage.comment_pk,
            Passage.text_key,
            Passage.end - Passage.start,
            Passage.sentiment,
            Comment.account_id,
            Comment.said_at,
            Comment.empty_reason.is_not(None),
        )
        .join(Comment, Comment.id == Passage.comment_pk)
        .where(Passage.comment_pk.in_(pks), Comment.analysed.is_(True))
        .order_by(Passage.comment_pk, Passage.position)
    )
    return [Place(*row) for row in rows]


_Rows = dict[int, dict[str, Spoken]]


def _rows(session: Session, pks: Sequence[int]) -> tuple[_Rows, _Rows]:
    """Give by passage and theme what readers see, and what the model said."""
    shown: _Rows = defaultdict(dict)
    model: _Rows = defaultdict(dict)
    names = ("theme_key", "kind", "polarity", "confidence", "said_by")
    seen = select(Mention.passage_id, *(getattr(Mention, name) for name in names), Mention.correction_id)
    for passage_id, *values in session.execute(seen.where(Mention.comment_pk.in_(pks))):
        row = Spoken(*values)
        shown[passage_id][row.theme_key] = row
        if row.correction_id is None:
            model[passage_id][row.theme_key] = row
    waiting = select(OverruledMention.passage_id, *(getattr(OverruledMention, name) for name in names))
    for passage_id, *values in session.execute(waiting.where(OverruledMention.comment_pk.in_(pks))):
        row = Spoken(*values)
        model[passage_id][row.theme_key] = row
    return dict(shown), dict(model)


def _decisions(
    session: Session, places: Sequence[Place], model: Mapping[int, Mapping[str, Spoken]]
) -> dict[int, list[Decision]]:
    """Give by passage the corrections made on its comment, and those that reach its words."""
    found: dict[int, list[Decision]] = defaultdict(list)
    by_comment: dict[int, list[Place]] = defaultdict(list)
    by_words: dict[str, list[Place]] = defaultdict(list)
    for place in places:
        by_comment[place.comment_pk].append(place)
        by_words[place.text_key].append(place)
    for one, kind in _of_comments(session, list(by_comment)):
        for place in _meant(one, by_comment[one.comment_pk or 0], model):
            found[place.passage_id].append(
                Decision(one.id, one.action, one.theme_key or "", kind, polarity=one.payload.get("polarity", "neutral"))
            )
    for one, kind, text_key, similarity in _of_words(session, list(by_words)):
        for place in by_words[text_key]:
            # What is empty talk to the model stays so until a person tags it.
            if one.comment_pk != place.comment_pk and not (place.empty and similarity is not None):
                found[place.passage_id].append(_by_words(one, kind, place, similarity))
    return found


def _by_words(one: Correction, kind: str, place: Place, similarity: float | None) -> Decision:
    tagged = one.action in TAG_ACTIONS
    return Decision(
        one.id,
        one.action,
        one.theme_key or "",
        kind,
        into=one.payload.get("into"),
        polarity=one.payload.get("polarity", "neutral") if tagged else polarity_of(place.sentiment),
        similarity=similarity,
        pinned=similarity is None,
    )


def polarity_of(sentiment: float | None) -> str:
    """Turn a sentiment (-1..1) into a polarity; neutral near zero and where there is none."""
    if sentiment is None or abs(sentiment) < POLARITY_LINE:
        return "neutral"
    return "positive" if sentiment > 0 else "negative"


def _meant(one: Correction, places: Sequence[Place], model: Mapping[int, Mapping[str, Spoken]]) -> list[Place]:
    """Give the passages of its comment that a tag correction is about.

    Where it names words, those; where the comment has them no more (it was prepared again and reads otherwise), it
    holds for the whole comment, so that no correction is lost. On a whole comment, a tag goes to the passages that have
    the theme already, else to the longest; taking a tag away, and a polarity, to all.
    """
    named = [place for place in places if one.text_key is not None and place.text_key == one.text_key]
    if named or one.action != "tag":
        return named or list(places)
    having = [place for place in places if one.theme_key in model.get(place.passage_id, {})]
    return having or sorted(places, key=lambda place: (-place.length, place.passage_id))[:1]


def _of_comments(session: Session, pks: Sequence[int]) -> Iterable[tuple[Correction, str]]:
    rows = session.execute(
        select(Correction, Theme.kind)
        .join(Theme, Theme.theme_key == Correction.theme_key)
        .where(Correction.comment_pk.in_(pks), Correction.undone_at.is_(None), Correction.action.in_(TAG_ACTIONS))
        .order_by(Correction.id)
    )
    return [(one, kind) for one, kind in rows]


def _of_words(session: Session, text_keys: Sequence[str]) -> list[tuple[Correction, str, str, float | None]]:
    """Give what reaches these words: pins of merges and splits, and what was learned from any correction.

    The words that a person pointed at in a tag correction reach other comments once a run has learned from it.
    """
    found: list[tuple[Correction, str, str, float | None]] = []
    for part in chunks(text_keys):
        rows = session.execute(
            select(Correction, Theme.kind, CorrectedPassage.text_key, CorrectedPassage.similarity)
            .join(CorrectedPassage, CorrectedPassage.correction_id == Correction.id)
            .join(Theme, Theme.theme_key == Correction.theme_key)
            .where(CorrectedPassage.text_key.in_(part), Correction.undone_at.is_(None))
            .where(Correction.action.not_in(TAG_ACTIONS) | CorrectedPassage.similarity.is_not(None))
            .order_by(Correction.id, CorrectedPassage.text_key)
        )
        found += [(one, kind, text_key, similarity) for one, kind, text_key, similarity in rows]
    return found
