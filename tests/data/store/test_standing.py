"""Standings: made again only where something changed, and lists in their order for any day."""

from dataclasses import replace

import pytest
from sqlalchemy import delete, select, update

from cx.standing import RiskLine
from data.store.models import Account, AccountStanding, Fact, Response, WeeklyUsage
from data.store.queries.accounts import account_row, account_rows
from data.store.queries.diagnosis import diagnose
from data.store.queries.errors import QueryError
from data.store.queries.slices import Slice
from data.store.queries.standing import day_end, risk_slice, standings_now, stored_standings
from data.store.repositories.runs import put_fact
from data.store.repositories.standing import LINE_FACT, account_ids, drop_foreign, refresh_standings, risk_line
from data.store.unit_of_work import Store
from tests.data.store.diagnosed import NOW, Planter, days_ago, plant

EVERYBODY = Slice(as_of=NOW)
ROUND = 4


@pytest.fixture
def planted(store: Store) -> Store:
    """The three accounts, and four more whose scores and renewals make an order."""
    plant(store)
    with store.write() as session:
        found = Planter(session)
        found.key = 1000
        for place, score in enumerate((2, 9, 9, 5)):
            key = f"b{place}"
            found.account(key, renewal_in=20 + 100 * place)
            for person in range(ROUND):
                found.contact(key, f"P{person}", "champion")
                for days in (100, 10):
                    found.answer(key, "nps", score, days=days, person=f"p{person}", role="champion")
        found.weeks("b2", 100, 50)
    refresh(store)
    return store


def refresh(store: Store) -> int:
    with store.write() as session:
        ids = account_ids(session, limit=100)
        return refresh_standings(session, risk_slice(EVERYBODY, NOW), ids, line=risk_line(session))


def listed(store: Store, sort: str, *, filters: Slice = EVERYBODY, limit: int = 50, **more) -> list[str]:
    """Every page of a list."""
    found: list[str] = []
    after = None
    with store.read() as session:
        while True:
            page = account_rows(session, filters, sort=sort, limit=limit, after=after, **more)
            found += [row.account_id for row in page.rows]
            after = page.after
            if after is None:
                return found


def test_lists_are_sorted_by_risk_and_score_whatever_the_page(planted: Store):
    for limit in (1, 3, 50):
        assert listed(planted, "-risk", limit=limit)[:3] == ["acme", "b0", "b2"]
        assert listed(planted, "risk", limit=limit)[-1] == "acme"
        # acme: champion +100 weighs 4, admin, power user and end user -100 weigh 5.
        assert listed(planted, "score", limit=limit) == ["b0", "b3", "acme", "quiet", "b1", "b2", "mute"]
        assert listed(planted, "-score", limit=limit) == ["b1", "b2", "quiet", "acme", "b0", "b3", "mute"]
    assert listed(planted, "renewal") == ["b0", "acme", "b1", "b2", "quiet", "b3", "mute"]


def test_list_keeps_the_risks_asked_for(planted: Store):
    assert listed(planted, "name", risks=("flagged",)) == ["acme", "b0"]
    assert listed(planted, "name", risks=("at_risk",)) == ["acme"]
    assert listed(planted, "name", risks=("noise",)) == ["b2"]
    assert listed(planted, "name", risks=("flagged", "noise")) == ["acme", "b0", "b2"]
    bound = replace(EVERYBODY, accounts=("b0",), scope=("b0",))
    assert listed(planted, "-risk", filters=bound, risks=("flagged",)) == ["b0"]


def test_another_day_is_worked_out_in_the_same_order(planted: Store):
    """Worked out live for the day that is kept, the list is the one that is kept."""
    with planted.write() as session:
        kept = listed(planted, "-risk"), listed(planted, "score")
        session.execute(delete(AccountStanding))
    for limit in (2, 50):
        live = {sort: listed(planted, sort, limit=limit, risk_day=NOW) for sort in ("-risk", "score")}
        assert (live["-risk"], live["score"]) == kept
    assert listed(planted, "name", risks=("flagged",), risk_day=NOW) == ["acme", "b0"]
    early = replace(EVERYBODY, as_of=days_ago(60))
    assert listed(planted, "name", filters=early, risks=("at_risk",), risk_day=early.as_of) == []
    with planted.read() as session:
        row = account_row(session, early, "acme", risk_day=early.as_of)
        assert row.standing is not None
        assert (row.standing.as_of, row.standing.flag) == (day_end(early.as_of), "not_yet")
        with pytest.raises(QueryError, match="cursor"):
            account_rows(session, early, sort="-risk", risk_day=early.as_of, after=("x",))


def test_list_and_diagnosis_agree(planted: Store):
    window = risk_slice(EVERYBODY, NOW)
    with planted.read() as session:
        rows = account_rows(session, EVERYBODY).rows
        for row in rows:
            found = diagnose(session, window, row.account_id, clock=NOW).standing
            assert row.standing is not None
            assert (row.standing.risk, row.standing.flag, row.standing.why, row.standing.account_nps) == (
                found.risk.state,
                found.flag.state,
                found.why,
                found.committee.account_level,
            )


def test_only_what_changed_is_worked_out_again(planted: Store):
    assert refresh(planted) == 0
    with planted.write() as session:
        session.execute(update(Response).where(Response.account_id == "b1").values(score=3))
    assert refresh(planted) == 1
    with planted.write() as session:
        session.execute(delete(WeeklyUsage).where(WeeklyUsage.account_id == "b2"))
        session.execute(update(Account).where(Account.account_id == "b3").values(renewal_date=days_ago(-30).date()))
    assert refresh(planted) == 2
    with planted.read() as session:
        kept = stored_standings(session, ["b1", "b3"])
    assert kept["b1"].account_nps is not None
    assert (kept["b1"].account_nps.value, kept["b3"].flag) == (-100, "flagged")


def test_line_found_in_the_data_flags_and_makes_all_again(planted: Store):
    with planted.write() as session:
        put_fact(session, LINE_FACT, {"value": 150.0, "source": "found in your data"}, now=NOW)
    assert refresh(planted) == 7
    assert "b1" not in listed(planted, "name", risks=("flagged",))
    with planted.write() as session:
        assert risk_line(session) == RiskLine(150.0, "found in your data")
        session.execute(delete(Fact).where(Fact.name == LINE_FACT))
        assert risk_line(session) == RiskLine()


def test_standing_of_an_account_that_is_gone_goes(planted: Store):
    with planted.write() as session:
        session.execute(delete(Account).where(Account.account_id == "mute"))
        drop_foreign(session)
        assert "mute" not in session.scalars(select(AccountStanding.account_id)).all()


def test_scope_holds_for_what_is_worked_out(planted: Store):
    bound = replace(risk_slice(EVERYBODY, NOW), accounts=("b0",), scope=("b0",))
    with planted.read() as session:
        found = {one.account_id: one for one in standings_now(session, bound, ["acme", "b0"], line=RiskLine())}
    assert found["acme"].account_nps is None
    assert found["b0"].account_nps is not None


def test_new_account_comes_last_until_the_next_run(planted: Store):
    with planted.write() as session:
        Planter(session).account("c0", renewal_in=10)
    assert listed(planted, "-risk")[-1] == listed(planted, "risk")[-1] == "c0"
    with planted.read() as session:
        assert account_row(session, EVERYBODY, "c0").standing is None
