"""How long loops take: those still open count as longer, and the intervals draw accounts."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cx.loop_times import LoopSpan, loop_times

NOW = datetime(2026, 9, 30, tzinfo=UTC)
H = timedelta(hours=1)


def told(value):
    """Give a value that must be there."""
    assert value is not None
    return value


def span(account: str | None, age: float, touched: float | None = None, closed: float | None = None) -> LoopSpan:
    """Opened `age` hours ago, touched and closed some hours after that."""
    start = NOW - age * H
    return LoopSpan(
        account, start, None if touched is None else start + touched * H, None if closed is None else start + closed * H
    )


def test_worked_example_with_loops_still_open():
    # Done after 1, 2 and 6 h; open since 3 and 10 h. S: 4/5, 3/5, then 3/5 * 1/2 = 3/10 at 6 h.
    spans = [span("A", 40, 1), span("B", 40, 2), span("C", 40, 6), span("D", 3), span("E", 10)]
    touch, closed = loop_times(spans, now=NOW, seed=1)
    assert (touch.n, touch.accounts, touch.done) == (5, 5, 3)
    assert touch.median.value == pytest.approx(6)
    assert touch.most.value is None
    assert told(touch.median.low) <= 6
    assert told(touch.within).n == 3
    assert told(touch.within).value == 100
    assert touch.undecided == 2
    assert "2 still wait and count as longer" in touch.reading
    assert "nine of ten not told" in touch.reading
    assert (closed.done, closed.median.value) == (0, None)


def test_no_loop_is_no_number():
    assert loop_times([], now=NOW, seed=1) == ()
    assert loop_times([span("A", -5)], now=NOW, seed=1) == ()


def test_late_and_still_open_loops_miss_the_clock():
    touch, closed = loop_times([span("A", 60, 30, 40), span("B", 60), span("C", 60, 2, 50)], now=NOW, seed=1)
    assert told(touch.within).value == pytest.approx(100 / 3)
    assert told(closed.within).value == pytest.approx(100 / 3)
    assert touch.median.low is None


def test_closing_without_a_touch_is_the_touch():
    touch, _ = loop_times([span("A", 60, None, 5)], now=NOW, seed=1)
    assert (touch.done, touch.median.value) == (1, 5)


def test_what_happened_after_as_of_is_not_known():
    before = loop_times([span("A", 60, 5, 30)], now=NOW - 50 * H, seed=1)
    assert [one.done for one in before] == [1, 0]


times = st.tuples(
    st.sampled_from(["A", "B", "C", "D", "E", "F", None]), st.floats(1, 200), st.none() | st.floats(0, 200)
)


@settings(max_examples=50, deadline=None)
@given(st.lists(times, min_size=1, max_size=40))
def test_values_lie_in_their_intervals_whatever_the_order(given_times):
    spans = [span(account, age, touched) for account, age, touched in given_times]
    touch, _ = loop_times(spans, now=NOW, seed=3)
    again, _ = loop_times(spans[::-1], now=NOW, seed=3)
    assert (touch.median.value, touch.most.value, touch.within) == (again.median.value, again.most.value, again.within)
    for hours in (touch.median, touch.most):
        if hours.value is not None and hours.low is not None:
            assert hours.low <= hours.value
            assert hours.high is None or hours.value <= hours.high
    assert touch.done + sum(one.touched_at is None or one.touched_at > NOW for one in spans) == touch.n


def drawn(seed: int) -> list[LoopSpan]:
    """Forty accounts with five loops each, slow and fast ones; a quarter of the loops is too young to be done."""
    rng = np.random.default_rng(seed)
    slow = np.exp(rng.normal(0, 0.5, 40))
    return [
        span(str(place), float(rng.uniform(1, 80)), float(12 * slow[place] * rng.exponential()))
        for place in range(40)
        for _ in range(5)
    ]


def test_median_is_right_though_many_are_open():
    rng = np.random.default_rng(0)
    true = float(np.median(12 * np.exp(rng.normal(0, 0.5, 10**6)) * rng.exponential(size=10**6)))
    found = [loop_times(drawn(seed), now=NOW, seed=seed)[0] for seed in range(40)]
    assert all(one.done < one.n for one in found)
    assert np.mean([one.median.value for one in found]) == pytest.approx(true, rel=0.1)
    assert np.mean([told(one.median.low) <= true <= told(one.median.high) for one in found]) >= 0.85
