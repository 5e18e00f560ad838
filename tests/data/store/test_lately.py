"""What is kept of themes lately gives the numbers that one gets by counting."""

import random
from datetime import timedelta

import numpy as np
import pytest

from data.store.columns.cache import read_columns
from data.store.queries.chosen import Chooser
from data.store.queries.counts import KINDS, count_said
from data.store.queries.lately import Lately, count_lately
from data.store.queries.money import money
from data.store.queries.slices import Slice
from data.store.queries.themes import theme_list
from data.store.repositories.cells import refresh_cells
from data.store.unit_of_work import Store
from tests.data.store.drawn import ACCOUNTS, END, draw, plant


@pytest.fixture
def planted(store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    # Several stretches of accounts.
    monkeypatch.setattr("data.store.queries.lately._AT_ONCE", 20)
    plant(store, draw(random.Random(7), 240))
    with store.write() as session:
        refresh_cells(session, [*ACCOUNTS, ""])
    return store


def _kept(session, filters: Slice, kind: str, *, total: bool = False) -> Lately | None:
    """Ask twice: the first asking is counted."""
    whole = read_columns(session)
    reader = Chooser(session, whole, filters, kind)
    worth = money(session, whole, filters.as_of)
    count_lately(reader, worth, total=total)
    return count_lately(reader, worth, total=total)


@pytest.mark.parametrize("least", [1, 5, 1000])
def test_kept_numbers_are_counted_ones(planted: Store, least: int):
    rng = random.Random(8)
    with planted.read() as session:
        for _ in range(40):
            kind, back = rng.choice(KINDS), rng.choice([None, timedelta(hours=rng.randrange(6000))])
            since = None if back is None else END - back
            filters = Slice(END + timedelta(days=rng.randrange(3)), since, anonymous_min_group=least)
            found = _kept(session, filters, kind, total=kind == "discovered")
            assert found is not None
            reader = Chooser(session, read_columns(session), filters, kind)
            worth = money(session, reader.whole, filters.as_of)
            table = count_said(reader, ("theme",), worth=worth, with_total=kind == "discovered")
            assert found.table.rows() == table.rows()
            assert found.total == table.total
            months = count_said(reader, ("theme", "month")).sorted_by("group").rows()
            assert [(key, *month) for key, month in found.months] == [
                (*one.group.values(), one.counts.comments, one.counts.negative, one.counts.accounts) for one in months
            ]


def test_listed_alike_whenever_asked(planted: Store):
    filters = Slice(END, END - timedelta(days=50))
    with planted.read() as session:
        first, second, third = (theme_list(session, filters, kind="discovered", total=True) for _ in range(3))
    assert first.rows
    assert first.total
    assert first == second == third


def test_other_slices_are_counted(planted: Store):
    with planted.read() as session:
        newest = int(read_columns(session).comments["at"].max())
        at = np.datetime64(newest - 1, "us").item().replace(tzinfo=END.tzinfo)
        for filters in (
            Slice(at),
            Slice(END, accounts=("a1",)),
            Slice(END, roles=("admin",)),
            Slice(END, tiers=("x",)),
        ):
            assert _kept(session, filters, "discovered") is None
        # A hidden theme is part of no total.
        assert _kept(session, Slice(END), "taxonomy", total=True) is None
