"""What was promised beside what is said: how near each complaint of a broken promise is to each recorded one."""

from sqlalchemy import ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from cx.loops import MISMATCH
from data.store.models.analysis import Mention
from data.store.models.base import Base


class CommitmentVector(Base):
    """The vector of a commitment's words by the model that embeds passages, float16, unit length.

    `text_hash` is the SHA-256 of those words: a commitment that reads otherwise now is embedded again.
    """

    __tablename__ = "commitment_vectors"

    commitment_id: Mapped[str] = mapped_column(
        ForeignKey("commitments.commitment_id", ondelete="CASCADE"), primary_key=True
    )
    model_key: Mapped[str] = mapped_column(String(120))
    text_hash: Mapped[str] = mapped_column(String(64))
    vector: Mapped[bytes] = mapped_column(LargeBinary)


class CommitmentMatch(Base):
    """The cosine of a passage that complains of a broken promise and one commitment of its account.

    A likeness, never a verdict. It goes with its passage and with its commitment.
    """

    __tablename__ = "commitment_matches"

    passage_id: Mapped[int] = mapped_column(ForeignKey("passages.id", ondelete="CASCADE"), primary_key=True)
    commitment_id: Mapped[str] = mapped_column(
        ForeignKey("commitments.commitment_id", ondelete="CASCADE"), primary_key=True, index=True
    )
    similarity: Mapped[float]


# The mentions of this one theme by account. A query finds it where it names the theme as a constant (`OF_MISMATCH`);
# the theme stands in the index too, since SQLite would else think that the index of all themes is the narrower one.
OF_MISMATCH = text(f"mentions.theme_key = '{MISMATCH}'")
_ONLY = text(f"theme_key = '{MISMATCH}'")
Index(
    "ix_mentions_mismatch",
    Mention.account_id,
    Mention.theme_key,
    Mention.said_at,
    sqlite_where=_ONLY,
    postgresql_where=_ONLY,
)
