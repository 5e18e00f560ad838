"""What imported rows speak of and no import has described: companies without an account of their own."""

from dataclasses import dataclass

from sqlalchemy import Select, func, select, union_all
from sqlalchemy.orm import Session

from data.store.models import Account, Comment, Response, Ticket

# Kinds of comments whose rows are counted by themselves; those of answers and tickets are counted there.
_OWN_ROWS = ("in_app", "review_note")


@dataclass(frozen=True)
class Unmatched:
    """A company as rows name it, and how many answers, tickets and other comments are kept under it."""

    name: str
    rows: int


def list_unmatched(session: Session, *, limit: int) -> list[Unmatched]:
    """Give the companies without an account of their own, those with most rows first."""
    stubs = select(Account.account_id).where(Account.is_stub.is_(True))
    counted = union_all(
        select(Response.account_id).where(Response.account_id.in_(stubs)),
        select(Ticket.account_id).where(Ticket.account_id.in_(stubs)),
        select(Comment.account_id).where(Comment.account_id.in_(stubs), Comment.kind.in_(_OWN_ROWS)),
    ).subquery()
    n = func.count(counted.c.account_id)
    rows = session.execute(
        select(Account.name, n)
        .outerjoin(counted, counted.c.account_id == Account.account_id)
        .where(Account.is_stub.is_(True))
        .group_by(Account.account_id, Account.name)
        .order_by(n.desc(), Account.name, Account.account_id)
        .limit(limit)
    )
    return [Unmatched(name, count) for name, count in rows]


def count_without_account(session: Session) -> int:
    """Count the answers, tickets and other comments that belong to no account at all."""
    questions: tuple[Select[int], ...] = (
        select(func.count()).select_from(Response).where(Response.account_id.is_(None)),
        select(func.count()).select_from(Ticket).where(Ticket.account_id.is_(None)),
        select(func.count()).select_from(Comment).where(Comment.account_id.is_(None), Comment.kind.in_(_OWN_ROWS)),
    )
    return sum(session.scalar(question) or 0 for question in questions)
