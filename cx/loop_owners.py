"""Who owns a loop: the account's success manager, else the stage's owner, else nobody yet, which has to be settled.

Source: DOMAIN "A signal opens a loop with a named owner"; `cx.stages` for the owners of the stages.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from cx.stages import STAGE_TABLE, StageRow
from cx.wording import spoken

# What staff lists call them.
SUCCESS_MANAGER = ("csm", "customer_success")
SUPPORT_LEAD = ("support_lead",)


class StaffMember(NamedTuple):
    """One row of the staff list: a function at one account, or at all (`account_id` None), from a day to a day."""

    staff_id: str
    name: str
    function: str
    account_id: str | None
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True)
class Assignment:
    """The owner (None: unowned, to be settled), who else is told, and why it is these."""

    owner: StaffMember | None
    also: tuple[StaffMember, ...]
    why: str


def assign(
    account_id: str | None,
    stage: str | None,
    staff: Iterable[StaffMember],
    *,
    on: date,
    support: bool = False,
    table: Sequence[StageRow] = STAGE_TABLE,
) -> Assignment:
    """Name the owner of a signal on the day `on`; with `support` (a flagged CSAT) the support lead is told too.

    Answers: who answers this customer (CSM, support lead)? A person of the account comes before one for all accounts,
    and the one who has been there for the shortest before the longer-serving: they took over.
    """
    there = [one for one in staff if _serves(one, account_id, on)]
    manager = _first(there, SUCCESS_MANAGER) if account_id else None
    lead = _first(there, SUPPORT_LEAD) if support else None
    row = next((row for row in table if row.stage == stage), None)
    of_stage = _first(there, row.functions) if row else None
    ranked = (
        (manager, "success manager of the account"),
        (lead, "support lead, the account has no success manager"),
        (of_stage, f"{spoken(of_stage.function)}, owner of the stage {spoken(stage or '')}" if of_stage else ""),
    )
    owner, why = next(((one, why) for one, why in ranked if one), (None, _nobody(account_id, row)))
    also = (lead,) if lead and owner and lead.staff_id != owner.staff_id else ()
    return Assignment(owner, also, why)


def _serves(one: StaffMember, account_id: str | None, on: date) -> bool:
    started = one.valid_from is None or one.valid_from <= on
    return started and (one.valid_to is None or on <= one.valid_to) and one.account_id in (None, account_id)


def _first(staff: Sequence[StaffMember], functions: Sequence[str]) -> StaffMember | None:
    """Give the holder of the first function that somebody holds; for one account before for all, newest first."""
    for function in functions:
        held = [one for one in staff if one.function == function]
        if held:
            newest = sorted(held, key=lambda one: one.staff_id)
            newest.sort(key=lambda one: one.valid_from or date.min, reverse=True)
            return min(newest, key=lambda one: one.account_id is None)
    return None


def _nobody(account_id: str | None, row: StageRow | None) -> str:
    where = "the account has no success manager" if account_id else "the answer has no account"
    stage = f"and nobody is {row.owner} for {spoken(row.stage)}" if row else "and no stage names an owner"
    return f"no owner: {where} {stage}; name one, or add them to the staff list"
