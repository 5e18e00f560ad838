"""Keep the retention study of all accounts, and the line that it found, between runs."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from cx.churn_line import FOUND, ChurnLine
from data.store.models import Fact
from data.store.repositories.runs import get_fact, put_fact
from data.store.repositories.standing import LINE_FACT

STUDY_FACT = "retention_study"


def kept_study(session: Session, fingerprint: str) -> dict[str, Any] | None:
    """Give the study that the last run kept, as JSON; None where it rests on other rows."""
    fact = get_fact(session, STUDY_FACT)
    return fact["study"] if fact is not None and fact["fingerprint"] == fingerprint else None


def keep_study(session: Session, study: Mapping[str, Any], line: ChurnLine, *, fingerprint: str, now: datetime) -> None:
    """Keep a study (JSON), and the line of all accounts where one was found: lists of accounts at risk use it."""
    put_fact(session, STUDY_FACT, {"fingerprint": fingerprint, "study": dict(study)}, now=now)
    if line.state == FOUND:
        put_fact(session, LINE_FACT, {"value": line.line, "source": line.source}, now=now)
    else:
        session.execute(delete(Fact).where(Fact.name == LINE_FACT))
