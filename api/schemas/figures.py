"""Figures about accounts: a value never without its n, and where an account stands."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field

from api.schemas.base import Schema

# Four decimals: no survey says more, and no rounding error of the machine is shown as a gap.
_Rounded = Annotated[float, AfterValidator(lambda value: round(value, 4) + 0.0)]


class FigureOut(Schema):
    """A value of one account with its n and 95 % interval (null where one answer, or one role, allows none)."""

    value: _Rounded
    n: int
    accounts: int = 1
    low: _Rounded | None = None
    high: _Rounded | None = None


class StandingOut(Schema):
    """Where an account stands over the 90 days to `as_of`, whatever the list's own window; the diagnosis says more."""

    as_of: datetime = Field(description="Of the last run, unless `as_of` was asked for.")
    risk: str = Field(description="NPS down, usage down, tickets up: at_risk (all three), noise, calm, unknown.")
    flag: str = Field(description="Within 90 days of renewal: flagged, clear, else not_yet, past, unknown.")
    days_left: int | None = Field(default=None, description="To renewal.")
    why: str
    account_nps: FigureOut | None = Field(default=None, description="Weighed by role; what `sort=score` sorts by.")
    user_nps: FigureOut | None = None
    evidence: list[str] = Field(description="Ids of the answers and tickets behind it, at most 50.")
