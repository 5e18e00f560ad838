"""Account-quarters: ARR follows from the events, whatever the customer list still says."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cx.quarters import (
    Book,
    Movement,
    account_quarters,
    last_finished,
    quarter_name,
    quarter_of,
    quarters_after,
)

Q1, Q2, Q3, Q4 = (date(2026, month, 1) for month in (1, 4, 7, 10))


def rows_of(book: Book, *movements: Movement, nps=None, first: date = Q1, last: date = Q4):
    return account_quarters([book], movements, nps or {}, first=first, last=last)


def test_events_become_quarters():
    moves = [
        Movement("A", quarters_after(Q1, -4), "new", 100.0),
        Movement("A", Q1, "expansion", 20.0),
        Movement("A", Q2, "renewal", -10.0),
        Movement("A", Q3, "churn", -110.0),
    ]
    found = rows_of(Book("A", "smb", "EUR", 0.0, None), *moves, nps={("A", Q2): 25.0})
    assert [row[4:8] for row in found] == [(100, 20, 0, 0), (120, 0, 10, 0), (110, 0, 0, 110)]
    assert [row.nps for row in found] == [None, 25.0, None]
    assert [row.gone for row in found] == [False, False, True]


def test_new_customer_counts_from_its_second_quarter():
    found = rows_of(Book("A", None, "", 130.0, Q2), Movement("A", Q2, "new", 100.0), Movement("A", Q4, "new", 30.0))
    assert [(row.quarter, row.start, row.expansion) for row in found] == [(Q3, 100, 0), (Q4, 100, 30)]


@pytest.mark.parametrize(
    ("arr", "moves", "starts"),
    [
        (80.0, [], [80.0] * 4),  # a customer with no event at all
        (90.0, [("expansion", 10.0)], [80.0, 80.0, 90.0, 90.0]),  # its beginning lies before the events
        (50.0, [("churn", -50.0)], [50.0, 50.0]),  # the list still has what the churn took
        (None, [("churn", -50.0)], [50.0, 50.0]),
        (0.0, [("churn", -50.0)], [50.0, 50.0]),
        (30.0, [("churn", -50.0)], [80.0, 80.0, 30.0, 30.0]),  # a part of the contract
    ],
)
def test_opening_balance_explains_what_events_do_not(arr, moves, starts):
    found = rows_of(Book("A", None, "", arr, None), *(Movement("A", Q2, kind, amount) for kind, amount in moves))
    assert [row.start for row in found] == starts


def test_unexplained_balance_begins_with_the_contract():
    found = rows_of(Book("A", None, "", 80.0, date(2026, 5, 4)))
    assert [row.quarter for row in found] == [Q3, Q4]


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(-40, 40))
def test_quarters_add_up(day: date, count: int):
    quarter = quarter_of(day)
    assert quarter <= day < quarters_after(quarter, 1)
    assert quarters_after(quarters_after(quarter, count), -count) == quarter
    assert last_finished(day) < quarters_after(quarter, 1)


def test_last_day_finishes_a_quarter():
    assert last_finished(date(2026, 3, 31)) == Q1
    assert quarter_name(last_finished(date(2026, 3, 30))) == "2025 Q4"


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from(["new", "expansion", "contraction", "churn"]), st.integers(1, 90))
    )
)
def test_each_start_is_the_end_before(moves):
    signed = [
        Movement("A", quarters_after(Q1, place), kind, float(amount if kind in ("new", "expansion") else -amount))
        for place, kind, amount in moves
    ]
    found = {row.quarter: row for row in rows_of(Book("A", None, "", 500.0, None), *signed)}
    for quarter, row in found.items():
        after = found.get(quarters_after(quarter, 1))
        if after is not None and row.start > 0:
            assert after.start == pytest.approx(row.end)
