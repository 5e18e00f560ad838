"""A theme is on the rise only where surely more of it is new than of everything."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import numpy as np

from data.store.repositories.themes import Member
from pipelines.naming import on_the_rise

START = datetime(2026, 1, 1, tzinfo=UTC)


def _told(days):
    """Give the rise of themes whose comments were written on these days."""
    labels = [theme for theme, own in enumerate(days) for _ in own]
    told = [day for own in days for day in own]
    corpus = SimpleNamespace(row_of={(f"c{row}", "k"): row for row in range(len(told))})
    members = [
        Member(row, row, f"c{row}", "k", "a1", START + timedelta(days=day), None) for row, day in enumerate(told)
    ]
    return on_the_rise(corpus, SimpleNamespace(labels=np.array(labels), themes=len(days)), members)


def test_new_subject_rises_and_old_ones_do_not():
    assert _told([list(range(100)), list(range(80, 100, 2)), list(range(10)), [97]]) == [False, True, False, False]


def test_one_day_has_nothing_new():
    assert _told([[5] * 20, [5] * 9]) == [False, False]
