"""Erase a person's rows in one transaction. Bare scores stay, and tickets without words, unlinked from the person.

What stays of an answer: account, survey, role, stage, score and the day (UTC). Its id, its time of day and where it
came from go, so that it can't be looked up in the file or system that it came from.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time
from typing import Any

from sqlalchemy import delete, exists, insert, select, update
from sqlalchemy.orm import Session

from data.store.models import (
    AccountStanding,
    Comment,
    CommitmentMatch,
    Contact,
    ContactRole,
    CorrectedPassage,
    Correction,
    Embedding,
    LoopAct,
    Mention,
    OpenedLoop,
    Original,
    OverruledMention,
    Passage,
    PassageText,
    Place,
    Pseudonym,
    Response,
    Theme,
    Ticket,
    TicketMessage,
)
from data.store.personal.needles import GONE
from data.store.personal.person import Held, comment_pks, loops_of
from data.store.repositories.bulk import chunks
from data.store.repositories.preparation import mark_stale
from data.store.vault import Vault

# What an unlinked row is known by: nothing of the person, nor of where it came from.
PREFIX = "forgotten:"


def erase(session: Session, vault: Vault, held: Held, *, pseudonyms: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Erase all rows that are a person's, and unlink what stays. Does nothing where it was done.

    Args:
        session: One that writes.
        vault: To encrypt what others said of the person, without their name.
        held: What `held_of` read before.
        pseudonyms: By account the hashes that the person's number may stand under.

    Returns:
        Rows by what became of them.
    """
    counts = {"mentions of them by others": _rewrite_mentions(session, vault, held, pseudonyms)}
    pks = list(comment_pks(session, held).values())
    counts["loops unlinked"] = _unlink_loops(session, held)
    counts["scores unlinked"] = _unlink_responses(session, held)
    counts["tickets unlinked"] = _unlink_tickets(session, held)
    counts["messages"] = _delete(session, TicketMessage.message_id, held.messages)
    counts["comments"] = _delete_comments(session, pks)
    counts["passage texts"] = delete_orphans(session, held.text_keys)
    _delete(session, ContactRole.contact_id, held.contacts)
    counts["contacts"] = _delete(session, Contact.contact_id, held.contacts)
    _delete(session, AccountStanding.account_id, held.accounts)
    mark_stale(session, held.accounts)
    return counts


def _delete(session: Session, column: Any, values: Iterable[Any]) -> int:  # noqa: ANN401 - a mapped column
    gone = 0
    for part in chunks(values):
        gone += session.execute(delete(column.class_).where(column.in_(part))).rowcount  # type: ignore[attr-defined]
    return gone


def _rewrite_mentions(session: Session, vault: Vault, held: Held, pseudonyms: Mapping[str, Sequence[str]]) -> int:
    """Keep the redacted words only, of what others said of the person: their name is known to nobody after this.

    Redaction would not know the name again. The number behind it is given to nobody else, and stands for nobody.
    """
    mine = set(comment_pks(session, held).values())
    done = 0
    for account, hashes in pseudonyms.items():
        rows = session.scalars(
            select(Pseudonym).where(Pseudonym.account_key == account, Pseudonym.name_hash.in_(hashes))
        ).all()
        of_account = Comment.account_id == account if account else Comment.account_id.is_(None)
        for row in rows:
            telling = Comment.text.contains(f"<PERSON_{row.number}>", autoescape=True)
            found = session.execute(
                select(Comment.id, Comment.text)
                .join(Original, Original.comment_pk == Comment.id)
                .where(of_account, telling)
            ).all()
            for pk, text in found:
                if pk not in mine:
                    sealed = vault.encrypt(text or "")
                    session.execute(update(Original).where(Original.comment_pk == pk).values(body_encrypted=sealed))
                    done += 1
            session.execute(
                update(Pseudonym)
                .where(Pseudonym.account_key == account, Pseudonym.name_hash == row.name_hash)
                .values(name_hash=_new_id())
            )
    return done


def _new_id() -> str:
    return PREFIX + secrets.token_hex(8)


def _unlink_loops(session: Session, held: Held) -> int:
    loops = loops_of(session, held)
    ids = [loop.id for loop in loops]
    for part in chunks(ids):
        mine = LoopAct.loop_id.in_(part)
        session.execute(update(LoopAct).where(mine, LoopAct.note != "").values(note=GONE))
        session.execute(update(LoopAct).where(mine, LoopAct.outcome != "").values(outcome=GONE))
    for loop in loops:
        # Those of answers follow their answer's new id.
        if loop.signal_key.partition(":")[2] not in held.responses:
            loop.signal_key = _new_id()
        loop.said_at = _day(loop.said_at)
    session.flush()
    return len(loops)


def _day(moment: datetime) -> datetime:
    return datetime.combine(moment.date(), time.min, moment.tzinfo)


def _unlink_responses(session: Session, held: Held) -> int:
    done = 0
    for part in chunks(held.responses):
        for row in session.scalars(select(Response).where(Response.response_id.in_(part))):
            new = _new_id()
            _rename_loop(session, f"response:{row.response_id}", f"response:{new}")
            row.response_id, row.contact_id = new, None
            row.responded_at = _day(row.responded_at)
            # As if the row itself had said them: nothing that they could be derived from is left.
            row.given = _given(row)
            row.origin, row.row_hash = PREFIX, ""
            done += 1
        session.flush()
    return done


def _given(row: Response) -> dict[str, Any]:
    given: dict[str, Any] = {"account": True} if row.account_id else {}
    return given | {"role": row.role} | ({"stage": row.stage} if row.stage and not row.stage_derived else {})


def _rename_loop(session: Session, old: str, new: str) -> None:
    session.execute(update(OpenedLoop).where(OpenedLoop.signal_key == old).values(signal_key=new))


def _unlink_tickets(session: Session, held: Held) -> int:
    """Give tickets new ids and no words; what others wrote in them follows."""
    done = 0
    names = [column.name for column in Ticket.__table__.columns]
    for part in chunks(held.tickets):
        rows = session.execute(select(*Ticket.__table__.c).where(Ticket.ticket_id.in_(part))).mappings().all()
        for row in rows:
            old, new = row["ticket_id"], _new_id()
            kept = {name: row[name] for name in names if name != "subject_encrypted"}
            kept |= {"ticket_id": new, "contact_id": None, "origin": PREFIX, "row_hash": ""}
            kept |= {name: row[name] and _day(row[name]) for name in ("opened_at", "solved_at")}
            kept["given"] = {"account": True} if row["account_id"] else {}
            session.execute(insert(Ticket), kept)
            for model in (TicketMessage, Response, Comment, OpenedLoop):
                session.execute(update(model).where(model.ticket_id == old).values(ticket_id=new))
            session.execute(delete(Ticket).where(Ticket.ticket_id == old))
            done += 1
    return done


def _delete_comments(session: Session, pks: Sequence[int]) -> int:
    """Delete comments with all that was found in them; what was learned from corrections on them stays without them."""
    for part in chunks(sorted(pks)):
        values = {"comment_pk": None, "text_key": None}
        session.execute(update(Correction).where(Correction.comment_pk.in_(part)).values(**values))
        passages = select(Passage.id).where(Passage.comment_pk.in_(part))
        session.execute(delete(CommitmentMatch).where(CommitmentMatch.passage_id.in_(passages)))
        for model in (Mention, OverruledMention, Place, Original, Passage):
            session.execute(delete(model).where(model.comment_pk.in_(part)))
    return _delete(session, Comment.id, pks)


def delete_orphans(session: Session, keys: Sequence[str]) -> int:
    """Delete words, vectors and what corrections held of passages that nobody holds any more; themes show others."""
    orphans: list[str] = []
    for part in chunks(keys):
        orphans += session.scalars(
            select(PassageText.text_key).where(
                PassageText.text_key.in_(part), ~exists().where(Passage.text_key == PassageText.text_key)
            )
        )
    for column in (Embedding.text_key, CorrectedPassage.text_key):
        _delete(session, column, orphans)
    for part in chunks(orphans):
        session.execute(update(Correction).where(Correction.text_key.in_(part)).values(text_key=None))
    gone = set(orphans)
    for theme in session.scalars(select(Theme).where(Theme.exemplars.is_not(None)).order_by(Theme.theme_key)):
        if gone & set(theme.exemplars or ()):
            theme.exemplars = [key for key in theme.exemplars or () if key not in gone]
    session.flush()
    return _delete(session, PassageText.text_key, orphans)
