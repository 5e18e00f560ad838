"""Who is who: customer accounts and their contacts, and the vendor's people."""

from datetime import date
from decimal import Decimal

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Numeric, String
from sqlalchemy.orm import Mapped, mapped_column

from data.store.models.base import Base, Imported


class Account(Imported, Base):
    """A customer. A stub stands for an account that is referred to but was not imported yet."""

    __tablename__ = "accounts"
    __table_args__ = (CheckConstraint("arr IS NULL OR arr >= 0", name="arr_not_negative"),)

    account_id: Mapped[str] = mapped_column(String(120), primary_key=True)
    name: Mapped[str] = mapped_column(String(300))
    # The name in lower case with single blanks: what a file's company names are matched by.
    name_key: Mapped[str | None] = mapped_column(String(300), index=True)
    domain: Mapped[str | None] = mapped_column(String(255), index=True)
    parent_account_id: Mapped[str | None] = mapped_column(String(120), index=True)
    industry: Mapped[str | None] = mapped_column(String(120))
    segment: Mapped[str | None] = mapped_column(String(40))
    tier: Mapped[str | None] = mapped_column(String(40))
    motion: Mapped[str | None] = mapped_column(String(40))
    arr: Mapped[Decimal | None] = mapped_column(Numeric(16, 2))
    currency: Mapped[str | None] = mapped_column(String(3))
    contract_start: Mapped[date | None] = mapped_column(Date)
    first_value_date: Mapped[date | None] = mapped_column(Date)
    renewal_date: Mapped[date | None] = mapped_column(Date, index=True)
    is_stub: Mapped[bool] = mapped_column(default=False)


class Staff(Imported, Base):
    """A person of the vendor by function; without an account they serve all of them."""

    __tablename__ = "staff"

    staff_id: Mapped[str] = mapped_column(String(120), primary_key=True)
    # The account's id, "" for all accounts: a key can't hold null.
    account_key: Mapped[str] = mapped_column(String(120), primary_key=True, default="")
    name: Mapped[str] = mapped_column(String(300))
    email: Mapped[str | None] = mapped_column(String(320))
    function: Mapped[str] = mapped_column(String(60), index=True)
    account_id: Mapped[str | None] = mapped_column(ForeignKey("accounts.account_id"), index=True)
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)


class Contact(Imported, Base):
    """A person at a customer, with the role they have now."""

    __tablename__ = "contacts"

    contact_id: Mapped[str] = mapped_column(String(120), primary_key=True)
    account_id: Mapped[str | None] = mapped_column(ForeignKey("accounts.account_id"), index=True)
    name: Mapped[str | None] = mapped_column(String(300))
    email: Mapped[str | None] = mapped_column(String(320), index=True)
    title: Mapped[str | None] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(40), default="unknown")
    left_on: Mapped[date | None] = mapped_column(Date)
    is_stub: Mapped[bool] = mapped_column(default=False)


class ContactRole(Base):
    """One role a contact had, from a day to a day (open where unknown)."""

    __tablename__ = "contact_roles"
    __table_args__ = (Index("ix_contact_roles_contact_id_role_from", "contact_id", "role_from"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[str] = mapped_column(ForeignKey("contacts.contact_id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(String(40))
    role_from: Mapped[date | None] = mapped_column(Date)
    role_to: Mapped[date | None] = mapped_column(Date)
