"""A theme into a tracker: one issue a theme and tracker. Pushed again it gets a comment with how things stand now.

The issue is claimed in the store before the tracker is asked, under a mark that the tracker learns, too: killed at any
point, the next push finds what was made. What somebody wrote into the issue is left alone.
"""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote
from uuid import UUID, uuid5

from cx.issue import Issue, write_issue
from data.errors import BusyError
from data.store.queries.clock import newest_record
from data.store.queries.slices import Slice
from data.store.queries.theme_facts import theme_facts
from data.store.repositories import jobs
from data.store.repositories.audit import record
from data.store.repositories.issues import KnownIssue, claim_issue, forget_issue, settle_issue
from data.store.repositories.jobs import JobTask
from data.store.repositories.locks import try_lock
from pipelines.errors import PushError
from pipelines.patience import Patience
from pipelines.push.interface import GoneError, Placed, Tracker
from pipelines.settings import Settings
from pipelines.stage import Bench

PUSH = "push"
CREATED, UPDATED, SAME = "created", "updated", "unchanged"


@dataclass(frozen=True)
class Pushed:
    """What a push did: created, updated or unchanged, and where the issue is."""

    done: str
    target: str
    issue_key: str
    url: str


def open_tracker(settings: Settings, target: str, *, patience: Patience | None = None) -> Tracker:
    """Open a tracker with what the settings say.

    Raises:
        PushError: They don't say enough, or it is none that is known.
    """
    if target == "jira":
        if target not in settings.trackers:
            raise PushError(_unset("JIRA_URL, SOTTOVOCE_JIRA_USER, SOTTOVOCE_JIRA_TOKEN and SOTTOVOCE_JIRA_PROJECT"))
        from pipelines.push.jira import Jira

        return Jira(
            settings.jira_url,
            settings.jira_user,
            settings.jira_token,
            project=settings.jira_project,
            issue_type=settings.jira_issue_type,
            patience=patience,
        )
    if target == "linear":
        if target not in settings.trackers:
            raise PushError(_unset("LINEAR_TOKEN and SOTTOVOCE_LINEAR_TEAM"))
        from pipelines.push.linear import Linear

        return Linear(settings.linear_url, settings.linear_token, team=settings.linear_team, patience=patience)
    raise PushError(f"{target!r} is no tracker: use jira or linear")


def _unset(names: str) -> str:
    return f"set SOTTOVOCE_{names} first: docs/exports.md says where they come from"


def write_of(bench: Bench, theme_key: str, *, since: datetime | None) -> Issue:
    """Write the issue of a theme, of all accounts, from `since` to the newest record.

    Raises:
        NotFoundError: There is no such theme.
    """
    with bench.store.read() as session:
        least = bench.settings.anonymous_min_group
        filters = Slice(as_of=newest_record(session), since=since, anonymous_min_group=least)
        facts = theme_facts(session, filters, theme_key)
    address = bench.settings.dashboard_url.rstrip("/")
    return write_issue(facts, link=f"{address}/theme?key={quote(theme_key)}" if address else "")


def push(bench: Bench, tracker: Tracker, theme_key: str, *, since: datetime | None, asked_by: str) -> Pushed:
    """Put a theme's issue into a tracker, or a comment under it where the numbers changed.

    Raises:
        BusyError: Another push is at work.
        NotFoundError: There is no such theme.
        PushError: The tracker can't be reached, or says no.
    """
    issue = write_of(bench, theme_key, since=since)
    with try_lock(bench.store, bench.settings.home, PUSH) as free:
        if not free:
            raise BusyError("another push is at work: try again when it is done")
        with bench.store.write() as session:
            known = claim_issue(session, theme_key, tracker.name, asked_by=asked_by)
        try:
            return _placed(bench, tracker, issue, known, asked_by)
        except GoneError:
            with bench.store.write() as session:
                forget_issue(session, known)
                known = claim_issue(session, theme_key, tracker.name, asked_by=asked_by)
            return _placed(bench, tracker, issue, known, asked_by)


def _placed(bench: Bench, tracker: Tracker, issue: Issue, known: KnownIssue, asked_by: str) -> Pushed:
    """Make the issue, or tell it what is new; then write down what was done, and who asked."""
    done = CREATED
    if known.issue_id is None:
        placed = tracker.find_or_create(issue, mark=known.mark)
    else:
        placed = Placed(known.issue_id, known.issue_key or "", known.url or "")
        done = SAME if known.content_hash == issue.digest else UPDATED
        if done == UPDATED:
            tracker.add_update(placed, issue, update=str(uuid5(UUID(known.mark), issue.digest)))
    if done != SAME:
        _settle(bench, known, placed, issue, asked_by)
    return Pushed(done, tracker.name, placed.issue_key, placed.url)


def _settle(bench: Bench, known: KnownIssue, placed: Placed, issue: Issue, asked_by: str) -> None:
    now = bench.clock()
    with bench.store.write() as session:
        settle_issue(
            session,
            known,
            issue_id=placed.issue_id,
            issue_key=placed.issue_key,
            url=placed.url,
            content_hash=issue.digest,
            asked_by=asked_by,
            now=now,
        )
        # An export: who is forgotten later is told that their words may stand there.
        detail = {
            "path": f"/v1/themes/{known.theme_key}/issues",
            "parameters": [["target", known.target], ["issue", placed.url]],
            "list": "issue",
            "accounts": None,
        }
        record(session, actor=asked_by, action="export", detail=detail, now=now)


def push_job(bench: Bench, job: JobTask) -> None:
    """Do a job that the API put down."""
    since = job.options.get("since")
    tracker = open_tracker(bench.settings, job.options["target"])
    try:
        done = push(
            bench,
            tracker,
            job.options["theme_key"],
            since=datetime.fromisoformat(since) if since else None,
            asked_by=job.key_id,
        )
    finally:
        tracker.close()
    with bench.store.write() as session:
        jobs.get_job(session, job.job_id).notes = [f"{done.done}: {done.issue_key} {done.url}"]
        jobs.finish(session, [job.job_id], now=bench.clock())
