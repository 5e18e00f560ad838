"""What an account said, packed for counting: made by `data.store.columns`, read whole into memory by it."""

from sqlalchemy import BigInteger, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from data.store.models.base import Base


class AccountPack(Base):
    """The comments, mentions and answers of one account as columns of numbers, about 40 bytes a comment.

    `account_key` is the account's id, "" for what has none. `stamp` is drawn at random whenever the row is written:
    the sum over all rows says whether anything changed.
    """

    __tablename__ = "account_packs"
    __table_args__ = (Index("ix_account_packs_stamp", "stamp", "account_key"),)

    account_key: Mapped[str] = mapped_column(String(120), primary_key=True)
    stamp: Mapped[int] = mapped_column(BigInteger)
    # Rows of each section of the body: a reader makes room before it reads.
    comments: Mapped[int]
    taxonomy: Mapped[int]
    discovered: Mapped[int]
    answers: Mapped[int]
    persons: Mapped[int]
    body: Mapped[bytes] = mapped_column(LargeBinary)
