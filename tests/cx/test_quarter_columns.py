"""Columns say of each account-quarter what the row itself says."""

from datetime import date

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cx.lags import links
from cx.line_search import MEMORY_QUARTERS, lay_out
from cx.quarter_columns import columns_of
from cx.quarters import AccountQuarter, quarter_number, quarters_after

FIRST = date(2024, 1, 1)
MONEY = st.sampled_from([0.0, 1.0, 40.0, 99.5, 100.0, 1234.56])
NPS = st.none() | st.sampled_from([-100.0, -35.0, -10.0, 0.0, 12.5, 100.0])
CELLS = st.tuples(st.sampled_from(["a", "b", "c"]), st.integers(0, 6))


@st.composite
def pile_ups(draw):
    segment = {account: draw(st.sampled_from([None, "smb", "enterprise"])) for account in "abc"}
    cells = sorted(draw(st.sets(CELLS, max_size=15)))
    return [
        AccountQuarter(one, segment[one], quarters_after(FIRST, at), draw(NPS), *(draw(MONEY) for _ in range(4)))
        for one, at in cells
    ]


@given(pile_ups())
def test_columns_are_the_rows(rows):
    found = columns_of(rows)
    assert found.gone.tolist() == [row.gone for row in rows]
    assert found.end.tolist() == [row.end for row in rows]
    assert found.quarter.tolist() == [quarter_number(row.quarter) for row in rows]
    assert [None if np.isnan(one) else one for one in found.nps] == [row.nps for row in rows]


@given(pile_ups())
def test_band_is_that_of_the_latest_nps_before_the_quarter(rows):
    grid = lay_out(rows, 10)
    heard = {row.account for row in rows if row.nps is not None}
    kept = [row for row in rows if row.account in heard]
    first = min((row.quarter for row in kept), default=FIRST)
    for row in kept:
        place, at = sorted(heard).index(row.account), quarter_number(row.quarter) - quarter_number(first)
        oldest = quarters_after(row.quarter, -MEMORY_QUARTERS)
        own = [one for one in kept if one.account == row.account and oldest <= one.quarter < row.quarter]
        said = [one.nps for one in own if one.nps is not None]
        assert grid.bands[place, at] == (sum(grid.lines <= said[-1]) if said else -1)
        assert (bool(grid.at_risk[place, at]), bool(grid.churned[place, at])) == (row.start > 0, row.gone)


@given(pile_ups(), st.integers(0, 4))
def test_pairs_are_those_whose_nps_came_so_much_before(rows, lag):
    nps = {(row.account, row.quarter): row.nps for row in rows}
    for link in links(rows, lags=[lag]):
        own = [row for row in rows if link.segment in (None, row.segment) and row.start > 0]
        pairs = [row for row in own if nps.get((row.account, quarters_after(row.quarter, -lag))) is not None]
        assert (link.n, link.accounts) == (len(pairs), len({row.account for row in pairs}))
