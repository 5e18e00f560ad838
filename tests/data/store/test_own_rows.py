"""Some accounts' part of the columns says of them what all columns say; a theme's words are those of its account."""

import random
from dataclasses import replace
from types import SimpleNamespace

import pytest

from data.store.columns.cache import read_columns
from data.store.queries.accounts import account_rows, account_themes
from data.store.queries.chosen import Chooser
from data.store.queries.counts import count_groups, count_said
from data.store.queries.own_rows import of_accounts
from data.store.queries.slices import Slice
from data.store.repositories.cells import refresh_cells
from data.store.unit_of_work import Store
from tests.data.store.drawn import ACCOUNTS, END, RANK, Naive, draw, plant, slices


@pytest.fixture
def drawn() -> list[SimpleNamespace]:
    return draw(random.Random(7), 240)


@pytest.fixture
def packed(store: Store, drawn: list[SimpleNamespace]) -> Store:
    plant(store, drawn)
    with store.write() as session:
        refresh_cells(session, [*ACCOUNTS, ""])
    return store


def _counts(table) -> dict:
    return {tuple(row.group.items()): row.counts for row in table.rows()}


def test_counts_of_some_accounts_are_those_of_all_columns(packed: Store):
    rng = random.Random(3)
    with packed.read() as session:
        whole = read_columns(session)
        for filters, group_by, kind in slices(rng, 40):
            some = tuple(rng.sample(sorted(ACCOUNTS), rng.randint(1, 3)))
            narrowed = replace(filters, accounts=some)
            own = of_accounts(whole, some)
            found = count_said(Chooser(session, own, narrowed, kind), group_by)
            assert _counts(found) == _counts(
                count_groups(session, narrowed, group_by=group_by, kind=kind, with_money=False)
            )


def test_nobody_has_no_rows(packed: Store):
    with packed.read() as session:
        own = of_accounts(read_columns(session), ["unheard-of"])
        reader = Chooser(session, own, Slice(as_of=END, accounts=("unheard-of",)), "taxonomy")
        assert own.accounts == ()
        assert count_said(reader, ("theme",)).rows() == []


def _first(drawn: list[SimpleNamespace], filters: Slice, theme: str, each: int) -> list[int]:
    """Give the comments to read first on a theme, by going through everything."""
    naive = Naive(drawn, filters)
    said = [one for one in drawn if theme in one.said and one.analysed]
    said = [one for one in said if naive.inside(one, by_account=True, by_role=False)]
    band = {-1: 0, None: 1, 0: 2, 1: 2}
    ordered = sorted(said, key=lambda one: (one.notes, band[one.band], -one.at.timestamp(), -one.pk))
    return [one.pk for one in ordered[:each]]


@pytest.mark.parametrize("kind", ["taxonomy", "discovered"])
def test_words_and_last_times_are_those_by_hand(packed: Store, drawn: list[SimpleNamespace], kind: str):
    with packed.read() as session:
        for account in ACCOUNTS:
            filters = Slice(as_of=END, accounts=(account,), roles=("champion", "admin"))
            for one in account_themes(session, filters, account, kind=kind, verbatims=2):
                words = _first(drawn, replace(filters, roles=()), one.info.key, 400)
                assert set(_pks(one)) <= set(words)
                plain = [each for each in drawn if each.account == account and each.analysed]
                times = [each.at for each in plain if one.info.key in each.said]
                assert one.last_said_at == max(times, default=None)
            everybody = Slice(as_of=END, accounts=(account,))
            for one in account_themes(session, everybody, account, kind=kind, verbatims=3):
                assert _pks(one) == _first(drawn, everybody, one.info.key, 3)


def _pks(theme) -> list[int]:
    return [row.pk for row in theme.verbatims]


def test_lists_count_what_hurts_at_each_account(packed: Store, drawn: list[SimpleNamespace]):
    with packed.read() as session:
        for sort in ("name", "-comments", "-flagged", "nps"):
            rows = account_rows(session, Slice(as_of=END), sort=sort).rows
            assert {row.account_id for row in rows} == set(ACCOUNTS)
            for row in rows:
                assert [(one.negative, one.comments) for one in row.top_negative] == _hurting(drawn, row)
                mine = [one for one in drawn if one.account == row.account_id and one.score is not None]
                shown = Naive(drawn, Slice(as_of=END, accounts=(row.account_id,)))
                assert row.answers == sum(shown.inside(one, by_account=True, by_role=False) for one in mine)


def _hurting(drawn: list[SimpleNamespace], row) -> list[tuple[int, int]]:
    shown = Naive(drawn, Slice(as_of=END, accounts=(row.account_id,)))
    found = []
    for theme in ("t1", "t2"):
        said = [one for one in drawn if theme in one.said and one.analysed and not one.notes]
        said = [one for one in said if shown.inside(one, by_account=True, by_role=False)]
        negative = sum(RANK[one.said[theme]] == RANK["negative"] for one in said)
        found.append((-negative, -len(said), theme))
    return [(-negative, -number) for negative, number, _ in sorted(found) if negative]
