"""Issues of themes over the API: who may ask, what is put down once, and where they are."""

from sqlalchemy import select

from api.settings import ApiSettings
from data.store.models import AuditEntry, Job
from data.store.repositories.issues import claim_issue, settle_issue
from tests.api.conftest import MADE_AT, Caller

ADDRESS = "/v1/themes/ease_of_use/issues"


def test_an_issue_is_asked_for_once(caller: Caller, app):
    app.state.settings = ApiSettings(trackers=("jira",))
    client = caller("analyst")
    first = client.post(ADDRESS, json={"target": "jira", "since": "2026-07-01"})
    assert (first.status_code, first.json()["kind"]) == (202, "issue")
    assert client.post(ADDRESS, json={"target": "jira", "since": "2026-07-01"}).json() == first.json()
    assert client.post(ADDRESS, json={"target": "linear"}).status_code == 409
    assert client.post(ADDRESS, json={"target": "trello"}).status_code == 422
    assert client.post("/v1/themes/nothing/issues", json={"target": "jira"}).status_code == 404
    assert caller("csm", ["pico"]).post(ADDRESS, json={"target": "jira"}).status_code == 403
    with app.state.store.read() as session:
        job = session.scalars(select(Job)).one()
        audit = session.scalars(select(AuditEntry).where(AuditEntry.action == "ask for issue")).one()
    assert job.options == {"theme_key": "ease_of_use", "target": "jira", "since": "2026-07-01T00:00:00+00:00"}
    assert audit.detail["job_id"] == job.job_id


def test_a_theme_says_where_its_issues_are(caller: Caller, app):
    with app.state.store.write() as session:
        claim_issue(session, "ease_of_use", "jira", asked_by="key_a")
        known = claim_issue(session, "ease_of_use", "linear", asked_by="key_a")
        said = {"issue_id": "x", "issue_key": "ENG-1", "url": "https://linear.app/x", "content_hash": "h"}
        settle_issue(session, known, **said, asked_by="key_a", now=MADE_AT)
    # What no tracker has is not shown.
    assert [one["issue_key"] for one in caller().get(ADDRESS).json()["items"]] == ["ENG-1"]
    assert (
        caller().get(f"{ADDRESS}.csv").text.splitlines()[1].startswith("ease_of_use,linear,ENG-1,https://linear.app/x,")
    )
