"""The journey: its stages, and the stage of an answer where its survey names none.

Source: DOMAIN "The journey, its signals and their owners".
"""

from dataclasses import dataclass
from datetime import date, timedelta

STAGES = ("consideration", "decision", "handoff", "onboarding", "usage", "support", "business_review", "renewal")

# A renewal conversation starts 60 days before the contract ends (DOMAIN: "CES 30-60 days before contract end").
RENEWAL_WINDOW_DAYS = 60
# Where no first-value date is known, onboarding is taken to last a quarter.
DEFAULT_ONBOARDING_DAYS = 90
# The days after signing that count as the handoff.
HANDOFF_DAYS = 14

# What a source says of the stage by itself.
_STAGE_OF_SOURCE = {"ticket": "support", "in_app": "usage", "review_note": "business_review"}


@dataclass(frozen=True)
class AccountDates:
    """The dates of an account that place an answer on the journey; None where unknown."""

    contract_start: date | None = None
    first_value_date: date | None = None
    renewal_date: date | None = None


def stage_of_source(source: str) -> str | None:
    """Give the stage that a source implies (a ticket is support), or None."""
    return _STAGE_OF_SOURCE.get(source)


def derive_stage(on: date, dates: AccountDates) -> str | None:
    """Place a day on an account's journey by its dates; None when nothing is known.

    Renewal wins over usage, onboarding over renewal: a contract renewed before first value is still being onboarded.
    """
    start = dates.contract_start
    if start is not None:
        if on < start:
            return "decision"
        first_value = dates.first_value_date or start + timedelta(days=DEFAULT_ONBOARDING_DAYS)
        if on < first_value:
            return "handoff" if on < start + timedelta(days=HANDOFF_DAYS) else "onboarding"
    if dates.renewal_date is not None:
        left = (dates.renewal_date - on).days
        if 0 <= left <= RENEWAL_WINDOW_DAYS:
            return "renewal"
    return "usage" if start is not None or dates.renewal_date is not None else None
