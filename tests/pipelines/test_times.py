"""Dates as exports write them."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.times import detect_order, parse_date, parse_time

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-03-05", "2024-03-05T00:00"),
        ("2024-03-05T10:00:00+02:00", "2024-03-05T08:00"),
        ("2024-03-05 10:00:00 UTC", "2024-03-05T10:00"),
        ("12/Mar/24 9:41 AM", "2024-03-12T09:41"),
        ("March 5, 2024 3:04 pm", "2024-03-05T15:04"),
        ("Tue, 05 Mar 2024 10:00:00 GMT", "2024-03-05T10:00"),
        ("1709632800", "2024-03-05T10:00"),
        (1709632800000, "2024-03-05T10:00"),
        (45356.5, "2024-03-05T12:00"),
        ("3/5/24 12:30 AM", "2024-03-05T00:30"),
        ("03/05/2024 10:00 PST", "2024-03-05T18:00"),
    ],
)
def test_reads_what_exports_write(text: object, expected: str) -> None:
    assert parse_time(text).isoformat()[:16] == expected


@pytest.mark.parametrize("text", ["soon", "99", "13/13/2024", "2024-02-30", "1e999", "0001-01-01", True, [], "nan"])
def test_refuses_what_is_no_date(text: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_time(text)


def test_order_is_decided_over_the_sample() -> None:
    assert detect_order(["03/04/2025", "25/04/2025"], now=NOW).order == "dmy"
    assert detect_order(["03/04/2025", "04/25/2025"], now=NOW).order == "mdy"
    assert detect_order(["10/12/2025", "03/01/2026"], now=datetime(2026, 2, 1, tzinfo=UTC)).order == "dmy"


def test_a_mere_choice_is_said() -> None:
    found = detect_order(["03/04/2025"], now=NOW)
    assert (found.order, found.ambiguous) == ("mdy", True)
    assert not detect_order(["2025-04-03"], now=NOW).ambiguous


@given(st.dates(date(1971, 1, 1), date(2199, 12, 31)))
def test_both_orders_come_back(day: date) -> None:
    assert parse_date(day.strftime("%d/%m/%Y"), "dmy") == day
    assert parse_date(day.strftime("%m/%d/%Y"), "mdy") == day


@given(st.text(max_size=30))
def test_any_text_is_a_time_or_a_value_error(text: str) -> None:
    try:
        assert parse_time(text).tzinfo is UTC
    except ValueError:
        pass
