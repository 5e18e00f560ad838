"""Store what stands beside the words: usage, revenue, health, opportunities, handoffs with their commitments."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from data.store.models import Commitment, Handoff, HealthScore, Opportunity, RevenueEvent, WeeklyUsage
from data.store.models.base import Base
from data.store.repositories.bulk import chunks
from data.store.repositories.incoming import ImportContext, Incoming, Outcome, Problem, upsert
from data.store.repositories.references import resolve_accounts

_NO_ACCOUNT = Problem("account_id", "no account, or a name that several accounts have: give the account_id")
_TABLES: dict[str, tuple[type[Base], tuple[str, ...]]] = {
    "usage": (WeeklyUsage, ("account_id", "week_start")),
    "revenue": (RevenueEvent, ("event_id",)),
    "health": (HealthScore, ("account_id", "scored_on")),
    "opportunities": (Opportunity, ("opportunity_id",)),
    "handoffs": (Handoff, ("account_id", "handed_over_on")),
}


def write_signals(session: Session, kind: str, rows: Sequence[Incoming], context: ImportContext) -> list[Outcome]:
    """Store rows of one of these kinds; a row without an account is a problem."""
    model, key = _TABLES[kind]
    accounts = resolve_accounts(session, [row.values for row in rows], context)
    good = [(row, _values(row, account)) for row, account in zip(rows, accounts, strict=True) if account]
    lists = [(values, values.pop("commitments", None)) for _, values in good]
    defaults: dict[str, Any] = {"goals": [], "decision_criteria": []} if kind == "handoffs" else {}
    stored, _ = upsert(session, model, key, good, context, defaults=defaults)
    if kind == "handoffs":
        stored = _with_commitments(session, stored, lists)
    rest = iter(stored)
    return [next(rest) if account else _NO_ACCOUNT for account in accounts]


def _values(row: Incoming, account_id: str) -> dict[str, Any]:
    values = {name: value for name, value in row.values.items() if name != "account_name"}
    for name in ("goals", "decision_criteria"):
        if name in values:
            values[name] = values[name] or []
    return {**values, "account_id": account_id}


def _with_commitments(
    session: Session,
    outcomes: Sequence[Outcome],
    lists: Sequence[tuple[dict[str, Any], list[dict[str, Any]] | None]],
) -> list[Outcome]:
    """Put each handoff's commitments in place of the stored ones where they differ."""
    columns = ("commitment_id", "text", "made_by", "made_on")
    result: list[Outcome] = []
    for outcome, (values, items) in zip(outcomes, lists, strict=True):
        place = {"account_id": values["account_id"], "handed_over_on": values["handed_over_on"]}
        if items is None or isinstance(outcome, Problem):
            result.append(outcome)
            continue
        held = session.execute(
            select(*(getattr(Commitment, name) for name in columns)).filter_by(**place).order_by("commitment_id")
        )
        wanted = {item["commitment_id"]: tuple(item.get(name) for name in columns) for item in items}
        if [tuple(row) for row in held] == [wanted[key] for key in sorted(wanted)]:
            result.append(outcome)
            continue
        session.execute(delete(Commitment).filter_by(**place))
        for part in chunks(sorted(wanted)):
            session.execute(delete(Commitment).where(Commitment.commitment_id.in_(part)))
        rows = [{**dict(zip(columns, wanted[key], strict=True)), **place} for key in sorted(wanted)]
        session.add_all(Commitment(**row) for row in rows)
        session.flush()
        result.append("changed" if outcome == "same" else outcome)
    return result
