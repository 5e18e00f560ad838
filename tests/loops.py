"""A small vendor for tests of loops: three accounts, four of its people, four surveys."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import insert

from data.store.models import Account, Comment, Response, Staff, Survey
from data.store.unit_of_work import Store

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
STAFF = (
    ("nina", "Nina Vogt", "nina@vendor.test", "csm", "a1"),
    ("omar", "Omar Said", "omar@vendor.test", "support_lead", None),
    ("ivy", "Ivy Roth", "ivy@vendor.test", "implementation", None),
    ("leif", "Leif Berg", "leif@vendor.test", "csm", "gone"),
)
SURVEYS = (
    ("nps", "nps", 0, 10, True, None, "usage", False),
    ("csat", "csat", 1, 5, True, 3, "support", False),
    # Low is easy here: flagged at 4 or over.
    ("effort", "ces", 1, 5, False, 4, "onboarding", False),
    ("pulse", "csat", 1, 5, True, 3, "usage", True),
)


class Clock:
    """A clock that a test moves on."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def plant(store: Store, *, staff: bool = True) -> None:
    """Store the accounts, surveys and people."""
    stamp = {"origin": "test", "row_hash": "0", "imported_at": NOW - timedelta(days=300)}
    with store.write() as session:
        names = {"a1": "Acme Freight", "a2": "Birch Clinics", "gone": "Gone Ltd"}
        session.execute(insert(Account), [{"account_id": key, "name": names[key], **stamp} for key in names])
        keys = ("survey_id", "type", "scale_min", "scale_max", "high_is_good", "flag_line", "stage", "anonymous")
        session.execute(insert(Survey), [{**dict(zip(keys, row, strict=True)), **stamp} for row in SURVEYS])
        if staff:
            fields = ("staff_id", "name", "email", "function", "account_id")
            rows = [{**dict(zip(fields, row, strict=True)), **stamp} for row in STAFF]
            session.execute(insert(Staff), [{**row, "account_key": row["account_id"] or ""} for row in rows])


def answer(
    store: Store,
    response_id: str,
    survey_id: str,
    score: float | None,
    *,
    account_id: str | None = "a1",
    said_at: datetime = NOW - timedelta(hours=2),
    imported_at: datetime = NOW - timedelta(minutes=1),
    comment: str | None = None,
    prepared: bool = True,
    ticket_id: str | None = None,
    stage: str | None = None,
) -> None:
    """Store one answer; `comment` is its redacted text."""
    survey = next(row for row in SURVEYS if row[0] == survey_id)
    placed = {"account_id": account_id, "role": "admin", "stage": stage or survey[6], "ticket_id": ticket_id}
    with store.write() as session:
        session.add(
            Response(
                response_id=response_id,
                survey_id=survey_id,
                responded_at=said_at,
                score=score,
                origin="test",
                row_hash=response_id,
                imported_at=imported_at,
                **placed,
            )
        )
        if comment is not None:
            session.add(
                Comment(
                    comment_id=f"response:{response_id}",
                    kind="response",
                    origin_id=response_id,
                    response_id=response_id,
                    source=survey[1],
                    respondent_key=response_id,
                    survey_id=survey_id,
                    said_at=said_at,
                    month=f"{said_at:%Y-%m}",
                    score=score,
                    original_hash="0",
                    text=comment if prepared else None,
                    prepared_with="test" if prepared else None,
                    **placed,
                )
            )
