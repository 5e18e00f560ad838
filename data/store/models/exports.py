"""What left the store: issues in trackers, and the rule that the views for BI tools ask."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from data.store.models.base import Base


class ThemeIssue(Base):
    """The one issue of a theme at a tracker (`target` jira or linear).

    `mark` is drawn before the issue is made and known to the tracker: whoever was killed in between finds it again.
    No foreign key: an issue outlives its theme. `content_hash` is that of the words sent last.
    """

    __tablename__ = "theme_issues"

    theme_key: Mapped[str] = mapped_column(String(80), primary_key=True)
    target: Mapped[str] = mapped_column(String(20), primary_key=True)
    mark: Mapped[str] = mapped_column(String(36))
    # Null until the tracker has it.
    issue_id: Mapped[str | None] = mapped_column(String(80))
    issue_key: Mapped[str | None] = mapped_column(String(80))
    url: Mapped[str | None] = mapped_column(String(400))
    content_hash: Mapped[str | None] = mapped_column(String(64))
    asked_by: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime | None]
    updated_at: Mapped[datetime | None]


class BiRule(Base):
    """A number that the views `bi_...` ask, by name: `anonymous_min_group`, as the setting was when a command began."""

    __tablename__ = "bi_rules"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[int]
