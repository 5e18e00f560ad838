"""Where an account stands, in the columns of a spreadsheet."""

from api.schemas.figures import StandingOut

STANDING_COLUMNS = "risk,renewal_flag,days_to_renewal,why,account_nps,account_nps_n,risk_as_of".split(",")


def standing_cells(one: StandingOut | None) -> list[object]:
    """Give the cells of `STANDING_COLUMNS`; empty ones where nothing is worked out yet."""
    if one is None:
        return [None] * len(STANDING_COLUMNS)
    level = one.account_nps
    value, n = (None, None) if level is None else (level.value, level.n)
    return [one.risk, one.flag, one.days_left, one.why, value, n, one.as_of]
