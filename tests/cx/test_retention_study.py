"""The study puts the parts together over all segments and each, and says what it rests on."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from cx.quarters import AccountQuarter, quarters_after
from cx.retention_study import fingerprint, left, quarter_scores, study

FIRST = date(2025, 1, 1)


def row(account: str, place: int, nps: float | None, *, start: float = 100.0, churned: float = 0.0, segment="smb"):
    return AccountQuarter(account, segment, quarters_after(FIRST, place), nps, start, 0.0, 0.0, churned, "EUR")


def planted() -> list[AccountQuarter]:
    """Sixty accounts; of the thirty unhappy ones twelve leave a quarter after they said so."""
    rows = []
    for place in range(60):
        low, name = place < 30, f"a{place:02d}"
        segment = "smb" if place % 2 else "enterprise"
        for quarter in range(4):
            gone = low and place < 12 and quarter == 3
            start = 100.0
            rows.append(
                row(name, quarter, -80.0 if low else 60.0, start=start, churned=start if gone else 0, segment=segment)
            )
    return rows


def test_planted_line_is_found_over_all_and_by_segment():
    rows = planted()
    answers = {(one.account, one.quarter): 3 for one in rows}
    found = study(rows, answers, last=quarters_after(FIRST, 3), seed=1)
    assert [one.segment for one in found.lines] == [None, "enterprise", "smb"]
    line = found.lines[0].line
    assert (line.state, -80 < line.line <= 60, line.churned) == ("found", True, 12)
    assert found.accounts == 60
    assert {(one.segment, one.outcome, one.lag) for one in found.links} >= {(None, "churn", 1), ("smb", "nrr", 4)}
    churn = next(one for one in found.links if (one.segment, one.outcome, one.lag) == (None, "churn", 1))
    assert churn.correlation is not None
    assert churn.correlation.value < 0
    assert found.retention[0].churned_accounts == 12
    assert found.retention[0].standings
    last = found.quarters[3]
    assert (last.segment, last.at_risk, last.churned, last.answers) == (None, 60, 12, 180)
    assert last.nps is not None
    assert (last.nps.value, last.nps.n) == (-10, 60)


def test_account_that_left_stands_with_its_last_nps_before():
    rows = [row("a", 0, 50.0), row("a", 1, None), row("a", 2, -40.0, churned=100.0), row("b", 0, 10.0)]
    (gone,) = left(rows)
    assert (gone.account, gone.quarter, gone.lost) == ("a", quarters_after(FIRST, 2), 100.0)
    # What it said in the quarter that it left is no sign before.
    assert (gone.nps, gone.nps_quarter) == (50.0, FIRST)
    old = [row("a", 0, 50.0), row("a", 5, None, churned=100.0)]
    assert left(old)[0].nps is None


def test_without_answers_no_number_is_made_up():
    (only,) = quarter_scores([row("a", 0, None)], {})
    assert (only.nps, only.answers, only.at_risk) == (None, 0, 1)
    assert study([], {}, last=FIRST, seed=1).retention == ()


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3), st.floats(-100, 100)), min_size=1, max_size=20))
def test_fingerprint_tells_rows_and_answers_apart(said):
    rows = [row(f"a{account}", quarter, round(nps, 1)) for account, quarter, nps in said]
    last = quarters_after(FIRST, 3)
    one = fingerprint(rows, {}, last=last, seed=1)
    assert one == fingerprint(rows, {}, last=last, seed=1)
    changed = [rows[0]._replace(nps=(rows[0].nps or 0) + 1), *rows[1:]]
    assert one != fingerprint(changed, {}, last=last, seed=1)
    assert one != fingerprint(rows, {(rows[0].account, rows[0].quarter): 1}, last=last, seed=1)
    assert one != fingerprint(rows, {}, last=FIRST, seed=1)
