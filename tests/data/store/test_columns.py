"""Counts and scores from the columns are those that one gets by counting by hand, in any slice, on both databases."""

import random
from datetime import timedelta
from types import SimpleNamespace

import numpy as np
import pytest

from cx.scores import score_of_clusters, sum_clusters
from data.store.columns.grouping import compact, dimension, group, pairs
from data.store.columns.pack import empty_pack, from_bytes, to_bytes
from data.store.models import Comment, Response
from data.store.queries.comment_pages import evidence, find_comments, page_of
from data.store.queries.comments import CommentQuery, count_comments, list_comments
from data.store.queries.counts import count_groups, theme_counts, total_counts
from data.store.queries.scores import scores
from data.store.queries.slices import Slice
from data.store.repositories.cells import refresh_cells
from data.store.repositories.preparation import mark_stale
from data.store.unit_of_work import Store
from tests.data.store.drawn import ACCOUNTS, END, Naive, draw, plant, slices


def _compare(session, drawn: list[SimpleNamespace], cases) -> None:
    for filters, group_by, kind in cases:
        expected = Naive(drawn, filters).counts(group_by, kind)
        rows = theme_counts(session, filters, group_by=group_by, kind=kind)
        found = {
            tuple(row.group.values()): (
                *(getattr(row.counts, name) for name in "comments respondents accounts negative positive".split()),
                row.counts.neutral,
                row.counts.review_notes,
                row.counts.revenue,
                row.counts.open_opportunities,
                row.counts.open_amount,
            )
            for row in rows
            if group_by or row.counts.comments or row.counts.review_notes
        }
        assert found == expected, (filters, group_by, kind)
        keys = [(-row.counts.comments, *row.group.values()) for row in rows]
        assert keys == sorted(keys)


@pytest.fixture
def drawn() -> list[SimpleNamespace]:
    return draw(random.Random(5), 240)


def test_any_slice_counts_as_by_hand(store: Store, drawn: list[SimpleNamespace], monkeypatch: pytest.MonkeyPatch):
    # Blocks and tables so small that both ways of counting are taken.
    monkeypatch.setattr("data.store.queries.tally.AT_ONCE", 60)
    monkeypatch.setattr("data.store.columns.grouping.MOST_PLACES", 300)
    monkeypatch.setattr("data.store.queries.tally.MOST_PLACES", 300)
    plant(store, drawn)
    rng = random.Random(11)
    with store.write() as session:
        refresh_cells(session, [*ACCOUNTS, ""])
        _compare(session, drawn, slices(rng, 60))
    # Things change: one account is waiting, then packed.
    moved = [one for one in drawn if one.account == "a2"]
    with store.write() as session:
        for one in moved[::2]:
            one.role, one.stage = "champion", "usage"
            stored = session.get_one(Comment, one.pk)
            stored.role, stored.stage = one.role, one.stage
            if one.survey:
                session.get_one(Response, str(one.pk)).role = one.role
        gone = moved[1]
        session.delete(session.get_one(Comment, gone.pk))
        if gone.survey:
            session.delete(session.get_one(Response, str(gone.pk)))
        mark_stale(session, ["a2"])
    left = [one for one in drawn if one is not gone]
    with store.write() as session:
        _compare(session, left, slices(rng, 20))
        refresh_cells(session, ["a2"])
        _compare(session, left, slices(rng, 20))


def test_any_slice_scores_as_by_hand(store: Store, drawn: list[SimpleNamespace]):
    plant(store, drawn)
    rng = random.Random(12)
    with store.read() as session:
        for filters, group_by, _ in slices(rng, 40):
            names = tuple(name for name in group_by if name in ("role", "account", "segment", "month", "stage"))
            naive = Naive(drawn, filters)
            groups: dict[tuple, list[SimpleNamespace]] = {}
            for one in drawn:
                shows = bool({"account", "segment"} & set(names))
                if one.score is None or not naive.inside(one, by_account=shows, by_role="role" in names):
                    continue
                key = (one.scale.type, *(naive.value(one, name, "") for name in names))
                groups.setdefault(key, []).append(one)
            found = {(row.type, *row.group.values()): row for row in scores(session, filters, group_by=names)}
            assert set(found) == set(groups)
            for key, rows in groups.items():
                _same_score(found[key], rows)


def _same_score(found, rows: list[SimpleNamespace]) -> None:
    scale = rows[0].scale
    points: dict[object, list[float]] = {}
    for one in rows:
        value = float(one.band) if scale.type == "nps" else one.score
        points.setdefault(one.account or one.pk, []).append(value)
    sums = [(len(some), sum(some), sum(value**2 for value in some)) for some in points.values()]
    expected = score_of_clusters(sum_clusters(*zip(*sums, strict=True)), scale)
    assert (found.score.value, found.score.n) == (pytest.approx(expected.value), expected.n)
    assert found.score.low == pytest.approx(expected.low)
    assert found.score.high == pytest.approx(expected.high)
    assert found.accounts == len({one.account for one in rows if one.account})
    assert found.flagged == sum(one.band == -1 for one in rows)


def test_lists_are_those_of_sql(store: Store, drawn: list[SimpleNamespace]):
    plant(store, drawn)
    rng = random.Random(13)
    with store.read() as session:
        for filters, _, _ in slices(rng, 12):
            query = CommentQuery(
                theme_key=rng.choice([None, "t1", "d0", "d1"]),
                polarity=rng.choice([None, None, "negative", "neutral"]),
                bands=rng.choice([(), (-1,)]),
                voice=rng.choice(["customer", "vendor", "all"]),
                order=rng.choice(["newest", "detractors"]),
            )
            expected = [row.pk for row in list_comments(session, filters, query=query, limit=300).rows]
            found = find_comments(session, filters, query)
            seen, after = [], None
            while True:
                page = page_of(session, filters, found, limit=7, after=after)
                seen += [row.pk for row in page.rows]
                after = page.after
                if after is None:
                    break
            assert seen == expected, (filters, query)
            assert len(found) == count_comments(session, filters, query=query)


def test_evidence_and_times_stand_in_the_slice(sqlite_store: Store, drawn: list[SimpleNamespace]):
    plant(sqlite_store, drawn)
    filters = Slice(as_of=END, since=END - timedelta(days=60), sources=("nps",))
    inside = {one.pk: one for one in drawn if Naive(drawn, filters).inside(one, by_account=False, by_role=False)}
    with sqlite_store.read() as session:
        told = evidence(session, filters, ["t1", "d0"], kind="taxonomy")
        table = count_groups(session, filters, with_spoken=True)
        place = (
            table.keys("theme").index("t1") if len(table) == 1 else [r.group["theme"] for r in table.rows()].index("t1")
        )
        spoken = table.spoken(place)
    speak = [one for one in inside.values() if "t1" in one.said and one.analysed and not one.notes]
    ordered = sorted(
        speak, key=lambda one: (0 if one.band == -1 else 1 if one.band is None else 2, -one.at.timestamp())
    )
    assert told["t1"] == [f"response:{one.pk}" for one in ordered[:3]]
    assert "d0" not in told
    assert (spoken.first, spoken.last) == (min(one.at for one in speak), max(one.at for one in speak))
    assert spoken.example_pk == ordered[0].pk


def test_totals_of_nothing_are_nothing(store: Store):
    with store.read() as session:
        assert total_counts(session, Slice(as_of=END)).comments == 0
        assert len(count_groups(session, Slice(as_of=END), with_spoken=True)) == 0
        assert len(find_comments(session, Slice(as_of=END), CommentQuery())) == 0


def test_packs_come_back_as_they_were():
    pack = empty_pack()
    pack.tables["themes"] += ["t1", "späte Schicht"]
    pack.sections["taxonomy"] = {"theme": np.array([1, 0], "<u2"), "said": np.array([6, 2], "u1")}
    again = from_bytes(to_bytes(pack))
    assert again.tables == pack.tables
    for name, columns in pack.sections.items():
        for key, column in columns.items():
            assert np.array_equal(again.sections[name][key], column)


def test_groups_are_found_by_table_and_by_sorting(monkeypatch: pytest.MonkeyPatch):
    rng = np.random.default_rng(0)
    letters = dimension("letter", rng.integers(0, 4, 200), ["b", "a", "b", "c"])
    digits = dimension("digit", rng.integers(0, 3, 200), ["2", "0", "1"])
    things = rng.integers(0, 5, 200)
    found = []
    for places in (10**6, 1):
        monkeypatch.setattr("data.store.columns.grouping.MOST_PLACES", places)
        groups = group([letters, digits], 200)
        distinct = pairs(groups.of_row, things, groups_at_most=len(groups), number=5)
        found.append((groups.numbers.tolist(), groups.of_row.tolist(), *(one.tolist() for one in distinct)))
    assert found[0] == found[1]
    assert letters.labels == ("a", "b", "c")
    assert len(set(zip(*found[0][2:], strict=True))) == len(found[0][2])
    assert compact(np.zeros(0, np.int64), 5)[0].tolist() == []
