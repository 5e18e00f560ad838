"""Read models over the planted world of `tests.api.tables`: every number here is counted there by hand."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from data.errors import NotFoundError
from data.store.queries.accounts import account_row, account_rows, account_themes
from data.store.queries.clock import EMPTY, newest_record
from data.store.queries.comments import CommentQuery, count_comments, list_comments
from data.store.queries.counts import Counts, theme_counts, total_counts
from data.store.queries.coverage import coverage
from data.store.queries.errors import QueryError
from data.store.queries.quiet import quiet_accounts
from data.store.queries.scores import scores
from data.store.queries.slices import Slice
from data.store.queries.themes import theme_rows
from data.store.unit_of_work import Store
from tests.api.tables import SAID
from tests.api.world import plant

NEWEST = datetime(2026, 9, 26, 10, tzinfo=UTC)
ALL = Slice(as_of=NEWEST)
QUARTER = Slice(as_of=NEWEST, since=NEWEST - timedelta(days=90))


@pytest.fixture
def world(store: Store) -> Store:
    plant(store)
    return store


def by_theme(session, filters: Slice, **more) -> dict[str, Counts]:
    return {one.group["theme"]: one.counts for one in theme_counts(session, filters, **more)}


def test_theme_counts_accounts_and_revenue_once(world: Store):
    with world.read() as session:
        assert newest_record(session) == NEWEST
        mismatch = by_theme(session, ALL)["sales_delivery_mismatch"]
    # Two comments each of Northwind and Bergmann; the CSM's review note is no respondent.
    assert mismatch == Counts(
        comments=4, respondents=4, accounts=2, negative=4, review_notes=1, revenue={"EUR": 424_000.0}
    )


def test_totals_are_counted_not_summed(world: Store):
    with world.read() as session:
        total = total_counts(session, ALL)
        rows = theme_counts(session, ALL)
    # 21 of the 22 planted comments are customers' words, each with a theme; 8 of them have two.
    assert total.comments == 21
    assert total.review_notes == 1
    assert total.revenue == {"EUR": 772_500.0}
    assert sum(row.counts.comments for row in rows) == sum(len(said.themes) for said in SAID) - 1
    assert sum(row.counts.revenue["EUR"] for row in rows) > total.revenue["EUR"]


def test_kinds_are_never_added_up(world: Store):
    with world.read() as session:
        assert set(by_theme(session, ALL, kind="discovered")) == {"d_shift"}
        assert "d_shift" not in by_theme(session, ALL)
        with pytest.raises(QueryError, match="both"):
            theme_counts(session, ALL, kind="both")


def test_windows_cut_within_months(world: Store):
    since = datetime(2026, 8, 10, tzinfo=UTC)
    with world.read() as session:
        cut = by_theme(session, Slice(as_of=datetime(2026, 9, 15, 23, tzinfo=UTC), since=since))
        later = by_theme(session, Slice(as_of=NEWEST, since=since))
    # Bergmann's on 15 September lies inside, Northwind's of 5 August and 24 September outside.
    assert cut["sales_delivery_mismatch"].comments == 1
    assert later["sales_delivery_mismatch"].comments == 2


def test_groups_by_segment_count_distinct(world: Store):
    with world.read() as session:
        rows = theme_counts(session, QUARTER, group_by=("segment",))
    found = {row.group["segment"]: row.counts for row in rows}
    assert {name: (one.comments, one.accounts) for name, one in found.items()} == {
        "enterprise": (8, 2),
        "mid_market": (7, 2),
        "smb": (3, 2),
    }
    assert found["enterprise"].revenue == {"EUR": 550_000.0}


def test_list_is_as_long_as_its_count(world: Store):
    with world.read() as session:
        for key, counts in by_theme(session, QUARTER).items():
            for polarity in ("negative", "positive", "neutral"):
                query = CommentQuery(theme_key=key, polarity=polarity, voice="customer")
                page = list_comments(session, QUARTER, query=query, limit=100)
                assert len(page.rows) == getattr(counts, polarity) == count_comments(session, QUARTER, query=query)


def test_pages_hold_every_comment_once(world: Store):
    query = CommentQuery(order="detractors")
    with world.read() as session:
        whole = list_comments(session, ALL, query=query, limit=100).rows
        seen, after = [], None
        while True:
            page = list_comments(session, ALL, query=query, limit=4, after=after)
            seen += page.rows
            after = page.after
            if after is None:
                break
    assert [row.comment_id for row in seen] == [row.comment_id for row in whole]
    bands = [row.score_band for row in whole]
    assert bands[: bands.count(-1)] == [-1] * bands.count(-1)


def test_small_anonymous_groups_are_hidden(world: Store):
    with world.read() as session:
        everything = list_comments(session, ALL, query=CommentQuery(), limit=100).rows
        at_pico = list_comments(session, ALL.of_account("pico"), query=CommentQuery(), limit=100).rows
        by_role = scores(session, ALL, group_by=("account",))
    shown = {row.text: row for row in everything if row.anonymous}
    large = shown["The tool is fine, the queue in front of it is not."]
    small = shown["My manager picked this without asking one of us."]
    assert (large.account_id, large.role, large.contact_name) == ("bergmann", "end_user", None)
    assert (small.account_id, small.account_name, small.role) == (None, None, "unknown")
    assert not [row for row in at_pico if row.anonymous]
    assert not [row for row in by_role if row.type == "csat" and row.group["account"] == "pico"]


def test_scores_carry_n_accounts_and_interval(world: Store):
    with world.read() as session:
        found = {row.type: row for row in scores(session, QUARTER)}
        months = scores(session, ALL, group_by=("month",))
    nps = found["nps"]
    # 42 answers: 13 promoters, 18 detractors.
    assert nps.score.n == 42
    assert nps.score.value == pytest.approx(100 * (13 - 18) / 42)
    assert nps.score.low is not None
    assert nps.score.high is not None
    assert nps.score.low < nps.score.value < nps.score.high
    assert (nps.accounts, nps.flagged) == (6, 18)
    assert (found["csat"].score.n, found["ces"].score.n) == (12, 3)
    assert found["ces"].score.value == pytest.approx(11 / 3)
    assert sum(row.score.n for row in months if row.type == "nps") == 66 + 11


def test_accounts_sort_search_and_page(world: Store):
    with world.read() as session:
        names = [row.account_id for row in account_rows(session, QUARTER, sort="-flagged").rows]
        renewals = [row.account_id for row in account_rows(session, QUARTER, sort="renewal").rows]
        found = account_rows(session, QUARTER, search="PAYROLL").rows
        paged, after = [], None
        for _ in range(4):
            page = account_rows(session, QUARTER, sort="-arr", limit=2, after=after)
            paged += [row.account_id for row in page.rows]
            after = page.after
        assert account_rows(session, QUARTER, search="100%_").rows == []
    assert names[:3] == ["northwind", "bergmann", "halden"]
    assert renewals[0] == "orchard"
    assert renewals[-1] == "tessera"
    assert [row.account_id for row in found] == ["pico"]
    assert paged == ["bergmann", "halden", "lumen", "northwind", "orchard", "tessera", "pico"]


def test_account_says_what_hurts(world: Store):
    with world.read() as session:
        row = account_row(session, QUARTER, "northwind")
        themes = account_themes(session, QUARTER, "northwind")
        with pytest.raises(NotFoundError):
            account_row(session, Slice(as_of=NEWEST, accounts=("pico",)), "northwind")
    assert (row.answers, row.flagged, row.comments) == (11, 11, 5)
    assert {score.type: score.score for score in row.latest_scores} == {"nps": 4, "csat": 1, "ces": 3}
    assert (row.top_negative[0].key, row.top_negative[0].negative) == ("sales_delivery_mismatch", 2)
    mismatch = next(theme for theme in themes if theme.info.key == "sales_delivery_mismatch")
    assert mismatch.roles == {"champion": 1, "power_user": 1}
    assert [words.score for words in mismatch.verbatims] == [4, 3]
    assert themes[0].last_said_at == NEWEST


def test_scope_bounds_every_count(world: Store):
    pico = Slice(as_of=NEWEST, accounts=("pico",))
    with world.read() as session:
        assert set(by_theme(session, pico)) == {"ease_of_use", "onboarding_effort"}
        assert total_counts(session, pico).accounts == 1
        assert total_counts(session, Slice(as_of=NEWEST, accounts=())) == Counts()
        assert [row.account_id for row in account_rows(session, pico).rows] == ["pico"]
        assert {row.accounts for row in scores(session, pico)} == {1}


def test_coverage_names_who_is_missing(world: Store):
    with world.read() as session:
        found = coverage(session, QUARTER)
    assert (found.accounts, found.accounts_answered) == (7, 6)
    assert found.revenue == {"EUR": (832_500.0, 772_500.0)}
    assert {one.role: (one.answered, one.contacts) for one in found.roles}["admin"] == (5, 7)


def test_accounts_worth_asking_are_named(world: Store):
    with world.read() as session:
        found = quiet_accounts(session, QUARTER, limit=10)
        assert [one.account_id for one in quiet_accounts(session, QUARTER, limit=1)] == [found[0].account_id]
        own = quiet_accounts(session, replace(QUARTER, accounts=("bergmann",)), limit=10)
    # Orchard gave no answer; Northwind renews in 49 days, its buyer kept silent; Bergmann's whole committee answered.
    assert [(one.account_id, one.answered) for one in found] == [("orchard", False), ("northwind", True)]
    assert {role.answered for role in found[0].roles} == {0}
    assert [role.role for role in found[1].roles if not role.answered] == ["economic_buyer"]
    assert own == []


def test_trend_adds_up_to_the_count(world: Store):
    with world.read() as session:
        rows = theme_rows(session, QUARTER, group_by=("role",))
    for row in rows:
        assert sum(month.comments for month in row.trend) == row.counts.comments
        assert sum(group.counts.comments for group in row.groups) == row.counts.comments


def test_empty_store_answers_empty(store: Store):
    with store.read() as session:
        assert newest_record(session) == EMPTY
        nothing = Slice(as_of=EMPTY)
        assert theme_counts(session, nothing) == []
        assert scores(session, nothing) == []
        assert account_rows(session, nothing).rows == []
