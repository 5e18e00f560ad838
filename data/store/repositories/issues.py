"""Issues of themes at trackers: one a theme and tracker, claimed before it is made."""

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.store.models import ThemeIssue
from data.store.repositories.bulk import insert_ignore


@dataclass(frozen=True)
class KnownIssue:
    """An issue as it is known. Without `issue_id` nobody knows whether the tracker has it: `mark` finds it there."""

    theme_key: str
    target: str
    mark: str
    issue_id: str | None
    issue_key: str | None
    url: str | None
    content_hash: str | None
    created_at: datetime | None
    updated_at: datetime | None


def claim_issue(session: Session, theme_key: str, target: str, *, asked_by: str) -> KnownIssue:
    """Give the one issue of a theme at a tracker; where there is none, draw the mark that it will be known by.

    Commit before the tracker is asked.
    """
    row = {"theme_key": theme_key, "target": target, "mark": str(uuid4()), "asked_by": asked_by}
    insert_ignore(session, ThemeIssue, [row])
    return _known(_get(session, theme_key, target))


def settle_issue(
    session: Session,
    known: KnownIssue,
    *,
    issue_id: str,
    issue_key: str,
    url: str,
    content_hash: str,
    asked_by: str,
    now: datetime,
) -> None:
    """Write down where the issue is, and what it was told last."""
    row = _get(session, known.theme_key, known.target)
    row.issue_id, row.issue_key, row.url, row.content_hash = issue_id, issue_key, url, content_hash
    row.asked_by, row.created_at, row.updated_at = asked_by, row.created_at or now, now


def forget_issue(session: Session, known: KnownIssue) -> None:
    """Forget an issue that the tracker has no more."""
    session.delete(_get(session, known.theme_key, known.target))


def list_issues(session: Session, theme_key: str) -> list[KnownIssue]:
    """Give a theme's issues that trackers have, by tracker."""
    wanted = select(ThemeIssue).where(ThemeIssue.theme_key == theme_key, ThemeIssue.url.is_not(None))
    return [_known(row) for row in session.scalars(wanted.order_by(ThemeIssue.target))]


def _get(session: Session, theme_key: str, target: str) -> ThemeIssue:
    return session.get_one(ThemeIssue, (theme_key, target), populate_existing=True)


def _known(row: ThemeIssue) -> KnownIssue:
    return KnownIssue(
        row.theme_key,
        row.target,
        row.mark,
        row.issue_id,
        row.issue_key,
        row.url,
        row.content_hash,
        row.created_at,
        row.updated_at,
    )
