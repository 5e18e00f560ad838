"""A diagnosis from the store: every finding from its evidence, and gone with it; few queries, each by an index."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, event, update

from data.errors import NotFoundError
from data.store.models import (
    Comment,
    Contact,
    HealthScore,
    Mention,
    OpenedLoop,
    Response,
    Ticket,
    WeeklyUsage,
)
from data.store.queries.diagnosis import Diagnosis, diagnose
from data.store.queries.errors import QueryError
from data.store.repositories.cells import refresh_cells
from data.store.repositories.preparation import mark_stale
from data.store.unit_of_work import Session, Store
from tests.data.store.diagnosed import NOW, SINCE, WINDOW, days_ago, plant

# A CSM waits for it while the phone rings. The account with every finding, loops and promises included.
MOST_QUERIES = 25


@pytest.fixture
def planted(store: Store) -> Store:
    plant(store)
    return store


@pytest.fixture
def sqlite_planted(sqlite_store: Store) -> Store:
    plant(sqlite_store)
    return sqlite_store


def read(store: Store, account: str = "acme", window=WINDOW) -> Diagnosis:
    with store.read() as session:
        return diagnose(session, window, account, clock=NOW)


def kinds(found: Diagnosis) -> set[str]:
    return {one.kind for one in found.statements}


EVERYTHING = {
    "renewal_risk",
    "leaving",
    "sales_delivery_mismatch",
    "perception_gap",
    "decider_left",
    "onboarding_ces",
    "role_split",
    "nps_low",
    "csat_flagged",
    "theme_complaint",
    "emerging_theme",
    "contradiction",
    "loops_overdue",
}


def test_every_finding_of_the_account_is_told_with_its_ids(planted: Store):
    found = read(planted)
    assert kinds(found) == EVERYTHING
    for one in found.statements:
        assert one.comment_ids or one.other_ids, one.kind
    assert found.headline.text.startswith("Renewal in 40 days is at risk: NPS scores down ")
    said = {one.kind: one for one in found.statements}
    assert {"ticket_message:T1-M1", "ticket_message:T2-M1"} <= set(said["renewal_risk"].comment_ids)
    assert "ticket:T4" in said["renewal_risk"].other_ids
    assert "usage down 40 % and tickets up, 6 against 1" in said["renewal_risk"].text
    assert said["decider_left"].text.startswith("Dan, the champion, left on 2 Jun 2026; Cho took over on 12 Jun 2026")
    assert (found.steps[0].stage, found.steps[0].owners) == ("renewal", ("Mia",))
    assert found.manager == "Mia"


def test_sections_stand_beside_each_other(planted: Store):
    found = read(planted)
    assert [(one.group, found.agents.get(one.group)) for one in found.by_agent] == [("Lars", "Lars"), ("S9", None)]
    assert (found.mismatch.people, found.mismatch.in_window, found.mismatch.roles) == (2, 0, ("champion", "power_user"))
    assert [(one.commitment_id, one.made_by_name) for one in found.commitments] == [("K1", "Ivo")]
    assert [like.similarity for one in found.mentions for like in one.likenesses] == [0.71]
    assert found.fusion.key == "decline"
    assert found.standing.committee.missing == ("economic_buyer",)
    assert found.coverage.never_roles == ("economic_buyer",)
    (theme,) = [one for one in found.themes if one.theme == "support_speed"]
    assert (theme.now.people, theme.now.comments, theme.change) == (2, 4, "new")
    assert [found.words[key].score for key in theme.now.comment_ids[:2]] == [3, 4]
    assert [one.overdue for one in found.dues] == [True]


def delete_where(model, *conditions) -> Callable[[Session], object]:
    return lambda session: session.execute(delete(model).where(*conditions))


def corrected(theme: str) -> Callable[[Session], object]:
    """A person takes a theme off, or turns its polarity round."""
    return lambda session: session.execute(
        update(Mention).where(Mention.theme_key == theme).values(polarity="positive", said_by="person")
    )


def pleased(session: Session) -> None:
    """All who answered NPS badly took it back."""
    session.execute(update(Response).where(Response.survey_id == "nps", Response.score < 7).values(score=9))


def satisfied(session: Session) -> None:
    session.execute(update(Response).where(Response.survey_id == "csat").values(score=5))


def happy(session: Session) -> None:
    pleased(session)
    satisfied(session)


GONE = [
    ("leaving", delete_where(Mention, Mention.theme_key == "churn_intent")),
    ("leaving", corrected("churn_intent")),
    ("sales_delivery_mismatch", delete_where(Mention, Mention.theme_key == "sales_delivery_mismatch")),
    ("sales_delivery_mismatch", corrected("sales_delivery_mismatch")),
    ("theme support_speed", corrected("support_speed")),
    ("emerging_theme", delete_where(Mention, Mention.theme_key == "d_ports")),
    ("contradiction", lambda s: s.execute(update(Comment).where(Comment.sentiment == -1.0).values(sentiment=1.0))),
    ("perception_gap", delete_where(HealthScore)),
    ("perception_gap", happy),
    ("nps_low", pleased),
    ("role_split", pleased),
    ("onboarding_ces", lambda s: s.execute(update(Response).where(Response.survey_id == "ces").values(score=7))),
    ("csat_flagged", satisfied),
    ("renewal_risk", delete_where(WeeklyUsage)),
    ("renewal_risk", delete_where(Ticket)),
    ("decider_left", lambda s: s.execute(update(Contact).values(left_on=None))),
    ("loops_overdue", delete_where(OpenedLoop)),
]


@pytest.mark.parametrize(("kind", "take"), GONE, ids=[f"{kind}-{place}" for place, (kind, _) in enumerate(GONE)])
def test_statement_goes_when_its_evidence_goes(sqlite_planted: Store, kind: str, take):
    with sqlite_planted.write() as session:
        take(session)
    found = read(sqlite_planted)
    assert kind not in kinds(found) | {one.topic for one in found.statements if not one.good}
    # What rests on other evidence stays.
    assert len(kinds(found)) >= len(EVERYTHING) - 6


def test_words_that_are_deleted_stand_behind_nothing(sqlite_planted: Store):
    before = read(sqlite_planted)
    with sqlite_planted.write() as session:
        session.execute(delete(OpenedLoop))
        session.execute(delete(Mention))
        session.execute(delete(Comment))
    found = read(sqlite_planted)
    assert not any(one.comment_ids for one in found.statements)
    gone = {"leaving", "sales_delivery_mismatch", "theme_complaint", "emerging_theme", "contradiction", "loops_overdue"}
    assert kinds(found) == kinds(before) - gone
    with sqlite_planted.write() as session:
        session.execute(delete(Response))
    assert kinds(read(sqlite_planted)) == set()


def test_window_without_data_says_so_and_invents_nothing(planted: Store):
    empty = read(planted, "acme", replace(WINDOW, as_of=SINCE - timedelta(days=700), since=SINCE - timedelta(days=790)))
    assert empty.statements == ()
    assert empty.headline.text.startswith("Nobody at this account ever said or answered anything")
    assert (empty.standing.committee.user_level, empty.by_stage, empty.themes, empty.steps) == (None, [], [], ())
    # The anonymous answers of 5 September are too few to say when they came.
    later = read(planted, "quiet", replace(WINDOW, as_of=NOW + timedelta(days=400), since=NOW + timedelta(days=310)))
    assert later.headline.text == (
        "Nothing was said or answered from 6 Aug 2027 to 4 Nov 2027; last heard on 31 Aug 2026."
    )
    assert read(planted, "mute").headline.text.startswith("Nobody at this account ever")
    with pytest.raises(QueryError, match="window=90d"):
        read(planted, "acme", replace(WINDOW, since=None))


def test_what_was_said_later_is_not_known_yet(planted: Store):
    early = replace(WINDOW, as_of=days_ago(60), since=days_ago(150))
    found = read(planted, "acme", early)
    assert kinds(found) & {"renewal_risk", "leaving", "theme_complaint", "loops_overdue"} == set()
    assert found.loops == []


def test_small_anonymous_group_is_not_shown(planted: Store):
    found = read(planted, "quiet")
    assert found.by_stage == []
    assert found.words == {}
    assert "csat_flagged" not in kinds(found)
    shown = read(planted, "quiet", replace(WINDOW, anonymous_min_group=4))
    assert [(one.group, one.score.n) for one in shown.by_stage] == [("usage", 4)]
    assert {answer.contact_id for answer in shown.by_stage[0].answers} == {None}


def test_foreign_account_does_not_exist(planted: Store):
    bound = replace(WINDOW, accounts=("quiet",), scope=("quiet",))
    assert read(planted, "quiet", bound).account.account_id == "quiet"
    for account in ("acme", "nobody"):
        with pytest.raises(NotFoundError, match=f"no account '{account}'"):
            read(planted, account, bound)


def test_pack_says_what_the_tables_say(planted: Store):
    live = [read(planted, account) for account in ("acme", "mute")]
    with planted.write() as session:
        refresh_cells(session, ["acme", "mute"])
    assert [read(planted, account) for account in ("acme", "mute")] == live
    # A word taken back counts no more, also before the next run.
    with planted.write() as session:
        session.execute(delete(Mention).where(Mention.account_id == "acme"))
        mark_stale(session, ["acme"])
    found = read(planted)
    assert (found.themes, found.discovered) == ([], [])


def statements_run(store: Store, account: str) -> list[tuple[str, object]]:
    seen: list[tuple[str, object]] = []

    def note(_connection, _cursor, statement, parameters, *_rest) -> None:
        seen.append((statement, parameters))

    event.listen(store.engine, "before_cursor_execute", note)
    try:
        read(store, account)
    finally:
        event.remove(store.engine, "before_cursor_execute", note)
    return [one for one in seen if one[0].lstrip().upper().startswith("SELECT")]


# Lists of a few rows (surveys), and one row that any ticket as old will do for.
# Themes are some hundreds: all are read at once, and kept by a server until something is committed.
SHORT = ("SCAN surveys", "SCAN themes USING INDEX", "SCAN tickets", "SCAN CONSTANT ROW", "SCAN (subquery")


def test_queries_are_few_and_go_by_indexes(sqlite_planted: Store):
    # As a run leaves it.
    with sqlite_planted.write() as session:
        refresh_cells(session, ["acme"])
    seen = statements_run(sqlite_planted, "acme")
    assert len(seen) <= MOST_QUERIES
    with sqlite_planted.engine.connect() as connection:
        for statement, parameters in seen:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
            scans = [row[-1] for row in plan if row[-1].startswith("SCAN") and not row[-1].startswith(SHORT)]
            assert scans == [], statement


def test_every_query_can_go_by_an_index_of_postgresql(postgres_store: Store):
    plant(postgres_store)
    seen = statements_run(postgres_store, "acme")
    with postgres_store.engine.connect() as connection:
        # Of tables this small it would rather read all; what is left over then is what no index serves.
        connection.exec_driver_sql("SET enable_seqscan = off")
        for statement, parameters in seen:
            plan = [row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", parameters).all()]
            scans = [line.strip() for line in plan if "Seq Scan" in line and "Seq Scan on surveys" not in line]
            assert scans == [], statement


def test_queries_do_not_grow_with_what_was_said(sqlite_planted: Store):
    few = len(statements_run(sqlite_planted, "quiet"))
    with sqlite_planted.write() as session:
        row = session.query(Response).filter(Response.account_id == "quiet", Response.survey_id == "nps").first()
        assert row is not None
        values = {column.name: getattr(row, column.name) for column in Response.__table__.columns}
        for place in range(200):
            session.add(Response(**{**values, "response_id": f"more{place}", "responded_at": days_ago(place % 80)}))
    assert len(statements_run(sqlite_planted, "quiet")) == few
