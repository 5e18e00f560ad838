"""Saved views: filters that somebody keeps under a name."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from data.store.models.base import Base


class SavedView(Base):
    """One saved view: which page, and the slice's parameters as they stand in an address.

    `accounts` are those that its owner's key saw when it was saved (null: all): a shared view is shown to keys only
    that may see as much, since a view's name may hold a customer's.
    """

    __tablename__ = "saved_views"
    __table_args__ = (Index("ix_saved_views_owner", "owner"),)

    view_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    page: Mapped[str] = mapped_column(String(40))
    parameters: Mapped[dict[str, Any]]
    owner: Mapped[str] = mapped_column(String(200))
    shared: Mapped[bool] = mapped_column(default=False)
    accounts: Mapped[list[Any] | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
