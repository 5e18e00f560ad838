"""What a load test may ask about: ids of accounts and themes, and how far back the store goes."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.store.models import Account, Comment, Theme


def account_ids(session: Session) -> list[str]:
    """Give the ids of all accounts, in order."""
    return list(session.scalars(select(Account.account_id).order_by(Account.account_id)))


def theme_keys(session: Session, kind: str) -> list[str]:
    """Give the keys of the active themes of a kind, in order."""
    shown = select(Theme.theme_key).where(Theme.kind == kind, Theme.state == "active")
    return list(session.scalars(shown.order_by(Theme.theme_key)))


def first_record(session: Session) -> datetime | None:
    """Give the time of the oldest comment; None in an empty store."""
    return session.scalar(select(func.min(Comment.said_at)))
