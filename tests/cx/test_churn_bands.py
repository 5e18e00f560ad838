"""Churn by band of NPS: the rows of the line's search, none lost and none twice."""

from datetime import date

from cx.churn_bands import churn_bands
from cx.quarters import AccountQuarter, quarters_after
from cx.retention_study import standings

FIRST = date(2026, 1, 1)


def row(account: str, place: int, nps: float | None, *, start: float = 100.0, churned: float = 0.0) -> AccountQuarter:
    return AccountQuarter(account, "smb", quarters_after(FIRST, place), nps, start, 0.0, 0.0, churned, "EUR")


def test_ends_of_the_scale_have_a_band():
    rows = [row("low", 0, -100), row("low", 1, None, churned=100), row("high", 0, 100), row("high", 1, None)]
    found = churn_bands(rows)
    assert [(band.low, band.high) for band in found][:: len(found) - 1] == [(-100, -75), (75, 100)]
    assert (found[0].n, found[0].accounts, found[0].churned) == (1, 1, 1)
    assert (found[-1].n, found[-1].churned) == (1, 0)
    assert found[-1].rate is not None
    assert sum(band.n for band in found) == 2
    assert found[1].rate is None


def test_nps_counts_from_the_next_quarter_on():
    assert sum(band.n for band in churn_bands([row("a", 0, 10)])) == 0
    assert churn_bands([])[0].n == 0


def test_standings_leave_out_who_left_and_who_was_not_heard_lately():
    rows = [
        row("here", 0, -50),
        row("here", 4, 20),
        row("gone", 3, -100),
        row("gone", 4, None, churned=100),
        row("silent", -1, -100),
        row("silent", 4, None),
        row("unpaid", 4, -30, start=0),
    ]
    found = standings(rows, last=quarters_after(FIRST, 4))
    assert [(one.account, one.nps, one.arr) for one in found] == [("unpaid", -30, 0), ("here", 20, 100)]
