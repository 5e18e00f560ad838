"""Texts become comments: new ones are stored, changed words send the analysis back, changed copies follow."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, null, select, update
from sqlalchemy.orm import Session

from data.store.models import Comment, Mention, Original, Passage
from data.store.repositories.bulk import chunks
from data.store.repositories.incoming import ImportContext, Outcome, insert_rows, update_rows
from data.store.repositories.placing import Surroundings, band, place
from data.store.repositories.preparation import mark_stale

# Copies that a comment takes from its row and from what stands around it.
COPIES = (
    "source",
    "vendor_voice",
    "account_id",
    "contact_id",
    "respondent_key",
    "anonymous",
    "survey_id",
    "response_id",
    "ticket_id",
    "feature",
    "role",
    "stage",
    "stage_derived",
    "said_at",
    "month",
    "score",
    "score_band",
    "given",
    "author_id",
    "meeting",
)


@dataclass(frozen=True)
class Said:
    """One text with what its row says of it. An empty text takes the comment away."""

    kind: str
    origin_id: str
    source: str
    said_at: datetime
    text: str | None
    origin: str
    account_id: str | None = None
    contact_id: str | None = None
    survey_id: str | None = None
    response_id: str | None = None
    ticket_id: str | None = None
    feature: str | None = None
    author_id: str | None = None
    meeting: str | None = None
    score: float | None = None
    anonymous: bool = False
    given: dict[str, Any] = field(default_factory=dict)

    @property
    def comment_id(self) -> str:
        """The id that pages and exports show."""
        return f"{self.kind}:{self.origin_id}"


def copies(said: Said, around: Surroundings) -> dict[str, Any]:
    """Give the columns of a comment that are copies."""
    placed = place(
        around,
        source=said.source,
        given=said.given,
        account_id=said.account_id,
        contact_id=said.contact_id,
        survey_id=said.survey_id,
        ticket_id=said.ticket_id,
        said_at=said.said_at,
    )
    return {
        "source": said.source,
        "vendor_voice": said.kind == "review_note",
        "contact_id": said.contact_id,
        "respondent_key": said.contact_id or said.comment_id,
        "anonymous": said.anonymous,
        "survey_id": said.survey_id,
        "response_id": said.response_id,
        "ticket_id": said.ticket_id,
        "feature": said.feature,
        "said_at": said.said_at,
        "month": said.said_at.strftime("%Y-%m"),
        "score": said.score,
        "score_band": band(around, said.survey_id, said.score),
        "given": said.given,
        "author_id": said.author_id,
        "meeting": said.meeting,
        **placed,
    }


def load_comments(session: Session, comment_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Give the stored comments by comment_id: key, hash of the words, and the copies."""
    columns = [Comment.id, Comment.comment_id, Comment.original_hash, *(getattr(Comment, name) for name in COPIES)]
    found = {}
    for part in chunks(comment_ids):
        for row in session.execute(select(*columns).where(Comment.comment_id.in_(part))).mappings():
            found[row["comment_id"]] = dict(row)
    return found


def store_comments(
    session: Session, texts: Sequence[Said], around: Surroundings, context: ImportContext
) -> list[Outcome]:
    """Store a batch of texts; each comment_id comes once. Returns an outcome a text."""
    before = load_comments(session, [said.comment_id for said in texts])
    outcomes: list[Outcome] = []
    new: list[tuple[Said, dict[str, Any]]] = []
    gone: list[dict[str, Any]] = []
    moved: list[tuple[dict[str, Any], dict[str, Any]]] = []
    reworded: list[tuple[int, str]] = []
    stale: set[str | None] = set()
    for said in texts:
        stored = before.get(said.comment_id)
        if not said.text:
            gone.extend([stored] if stored else [])
            outcomes.append("changed" if stored else "same")
            continue
        target = copies(said, around)
        digest = context.vault.hash(said.text)
        if stored is None:
            new.append((said, {**target, "original_hash": digest}))
            stale.add(target["account_id"])
            outcomes.append("new")
            continue
        outcome: Outcome = "same"
        if stored["original_hash"] != digest:
            reworded.append((stored["id"], said.text))
            stale.update((stored["account_id"], target["account_id"]))
            target = {**target, "original_hash": digest, "origin": said.origin[:400]}
            outcome = "changed"
        change = {name: value for name, value in target.items() if name == "origin" or stored[name] != value}
        if change:
            moved.append((stored, change))
            outcome = "changed"
        outcomes.append(outcome)
    _insert(session, new, context)
    _send_back(session, reworded, context)
    move(session, moved)
    remove(session, gone)
    mark_stale(session, [key or "" for key in stale])
    return outcomes


def _insert(session: Session, new: Sequence[tuple[Said, dict[str, Any]]], context: ImportContext) -> None:
    if not new:
        return
    rows = [
        {
            **target,
            "comment_id": said.comment_id,
            "kind": said.kind,
            "origin_id": said.origin_id,
            "origin": said.origin[:400],
        }
        for said, target in new
    ]
    insert_rows(session, Comment, rows)
    keys: dict[str, int] = {}
    for part in chunks([said.comment_id for said, _ in new]):
        keys.update(session.execute(select(Comment.comment_id, Comment.id).where(Comment.comment_id.in_(part))).all())
    bodies = [
        {"comment_pk": keys[said.comment_id], "body_encrypted": context.vault.encrypt(said.text or "")}
        for said, _ in new
    ]
    insert_rows(session, Original, bodies)


def _send_back(session: Session, reworded: Sequence[tuple[int, str]], context: ImportContext) -> None:
    """Forget the analysis of comments whose words changed, so that the next run does it again."""
    for part in chunks(reworded):
        pks = [pk for pk, _ in part]
        session.execute(delete(Mention).where(Mention.comment_pk.in_(pks)))
        session.execute(delete(Passage).where(Passage.comment_pk.in_(pks)))
        session.execute(delete(Original).where(Original.comment_pk.in_(pks)))
        session.execute(
            update(Comment)
            .where(Comment.id.in_(pks))
            .values(
                text=None,
                language=None,
                language_confidence=None,
                redactions=null(),
                empty_reason=None,
                analysed=None,
                content_key=None,
                sentiment=None,
                prepared_with=None,
                tagged_with=None,
            )
        )
        bodies = [{"comment_pk": pk, "body_encrypted": context.vault.encrypt(text)} for pk, text in part]
        insert_rows(session, Original, bodies)


def move(session: Session, moved: Sequence[tuple[dict[str, Any], dict[str, Any]]]) -> None:
    """Set changed copies (stored row, changes); mentions follow their comment's account and time."""
    update_rows(session, Comment, [{"id": stored["id"], **change} for stored, change in moved])
    for stored, change in moved:
        copied = {name: change[name] for name in ("account_id", "said_at") if name in change}
        if copied:
            session.execute(update(Mention).where(Mention.comment_pk == stored["id"]).values(**copied))
    keys = {stored["account_id"] for stored, _ in moved} | {c["account_id"] for _, c in moved if "account_id" in c}
    mark_stale(session, [key or "" for key in keys])


def remove(session: Session, gone: Sequence[dict[str, Any]]) -> None:
    """Delete comments whose words are gone, with all that was found in them."""
    for part in chunks(gone):
        session.execute(delete(Comment).where(Comment.id.in_([stored["id"] for stored in part])))
    mark_stale(session, [stored["account_id"] or "" for stored in gone])
