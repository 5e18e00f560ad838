"""What an account speaks of: people counted once, notes apart, and changes that chance does not make."""

from datetime import UTC, datetime, timedelta
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cx.account_themes import BACK, GONE, MORE, NEW, SAME, Point, Said, fisher, theme_uses

SINCE = datetime(2026, 7, 2, tzinfo=UTC)


def said(
    pk: int, person: str, *, day: int = 5, band: int | None = None, note: bool = False, role: str = "admin"
) -> Said:
    at = SINCE + timedelta(days=day)
    return Said(pk, f"c{pk}", at, person, role, "usage", "nps", note, band, 0.0, None)


def points(theme: str, polarity: str, *pks: int, kind: str = "taxonomy") -> list[Point]:
    return [Point(pk, theme, kind, polarity) for pk in pks]


def uses(now, before, spoken, **more):
    found = theme_uses(now, before, spoken, kind="taxonomy", since=SINCE, **more)
    return {one.theme: one for one in found}


def test_one_who_writes_five_times_is_one_voice():
    now = [said(pk, "ann", day=pk) for pk in range(5)] + [said(9, "bob", role="champion")]
    found = uses(now, [], points("slow", "negative", 0, 1, 2, 3, 4) + points("slow", "positive", 9))["slow"].now
    assert (found.comments, found.people, found.negative_people) == (6, 2, 1)
    assert (found.negative, found.positive, found.neutral) == (5, 1, 0)
    assert (found.roles, found.share.value, found.share.n) == ({"admin": 5, "champion": 1}, 100.0, 2)


def test_notes_are_shown_and_never_counted():
    now = [said(1, "ann"), said(2, "csm", note=True)]
    found = uses(now, [], points("slow", "negative", 1, 2))["slow"].now
    assert (found.comments, found.people, found.notes, found.note_ids) == (1, 1, 1, ("c2",))
    assert found.share.n == 1


def test_detractors_come_first_then_what_has_no_score():
    bands = {1: 1, 2: None, 3: -1, 4: 0, 5: -1}
    now = [said(pk, f"p{pk}", day=pk, band=band) for pk, band in bands.items()]
    found = uses(now, [], points("slow", "negative", *bands))["slow"].now
    assert found.comment_ids == ("c5", "c3", "c2", "c4", "c1")


def test_changes_say_what_is_new_back_gone_or_more():
    before = [said(pk, f"p{pk}", day=-30) for pk in range(100, 112)]
    now = [said(pk, f"p{pk}") for pk in range(12)]
    spoken = points("new", "negative", 0) + points("back", "negative", 1) + points("gone", "negative", 100)
    spoken += points("more", "negative", *range(10)) + points("more", "negative", 100)
    spoken += points("same", "negative", 2, 3, 101, 102)
    first = {"back": SINCE - timedelta(days=300), "new": SINCE + timedelta(days=5)}
    found = uses(now, before, spoken, first_said=first)
    changes = {theme: one.change for theme, one in found.items()}
    assert changes == {"new": NEW, "back": BACK, "gone": GONE, "more": MORE, "same": SAME}
    assert found["more"].q <= 0.10 < found["same"].q


def test_most_people_who_complain_come_first():
    now = [said(pk, f"p{pk % 3}") for pk in range(9)]
    spoken = points("loud", "negative", 0, 3, 6) + points("shared", "negative", 0, 1) + points("liked", "positive", 2)
    assert list(uses(now, [], spoken)) == ["shared", "loud", "liked"]


def test_kinds_are_never_put_together():
    spoken = points("slow", "negative", 1) + points("d1", "negative", 1, kind="discovered")
    assert set(uses([said(1, "ann")], [], spoken)) == {"slow"}


@given(st.integers(0, 12), st.integers(0, 12), st.integers(0, 12), st.integers(0, 12))
def test_fisher_is_the_sum_over_tables_no_likelier(hits, more, before, more_before):
    n, n_before = hits + more, before + more_before
    found = fisher(hits, n, before, n_before)
    if not n or not n_before:
        assert found is None
        return
    total = hits + before
    tables = {k: comb(n, k) * comb(n_before, total - k) for k in range(total + 1)}
    likely = sum(ways for ways in tables.values() if ways <= tables[hits]) / sum(tables.values())
    assert found == pytest.approx(likely)
    assert found == pytest.approx(fisher(before, n_before, hits, n))


@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from(("negative", "positive", "neutral"))), max_size=20))
def test_polarities_add_up_to_comments(rows):
    now = [said(pk, f"p{person}") for pk, (person, _) in enumerate(rows)]
    spoken = [Point(pk, "slow", "taxonomy", polarity) for pk, (_, polarity) in enumerate(rows)]
    for one in uses(now, [], spoken).values():
        assert one.now.negative + one.now.positive + one.now.neutral == one.now.comments == len(rows)
        assert one.now.negative_people <= one.now.people <= 5
        assert sum(one.now.roles.values()) == one.now.comments


def test_theme_of_notes_alone_is_not_listed():
    now = [said(1, "ann"), said(2, "csm", note=True)]
    assert set(uses(now, [], points("slow", "negative", 1) + points("ours", "negative", 2))) == {"slow"}


def test_roles_of_the_complaints_stand_apart():
    now = [said(1, "ann"), said(2, "bob", role="champion")]
    found = uses(now, [], points("slow", "negative", 1) + points("slow", "positive", 2))["slow"].now
    assert (found.roles, found.negative_roles) == ({"admin": 1, "champion": 1}, {"admin": 1})
