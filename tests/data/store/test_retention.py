"""Account-quarters from the store: account-level NPS as `cx.committee_score` has it, revenue as the events say."""

import random
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

from cx.committee_score import RoleAnswers, committee_score, weights_for
from cx.quarters import quarter_of
from data.store.models import Account, Contact, Response, RevenueEvent, StaleAccount, Survey
from data.store.queries.detractors import detractor_comments
from data.store.queries.retention import between, quarter_book
from data.store.queries.slices import Slice
from data.store.repositories.retention import keep_study, kept_study
from data.store.repositories.standing import risk_line
from tests.cx.test_retention_study import planted
from tests.cx.test_retention_study import study as studied

NOW = datetime(2026, 10, 10, tzinfo=UTC)
FIRST, LAST = date(2025, 10, 1), date(2026, 7, 1)
EVERYBODY = Slice(as_of=NOW)
MOTIONS = ("seat_signed", "usage_based", None)
ROLES = ("economic_buyer", "champion", "admin", "power_user", "end_user", "unknown")


def _origin(name):
    return {"origin": name, "row_hash": "0", "imported_at": NOW}


def _plant(session, *, seed=7):
    """Twelve accounts of six people, who answer now and then, some twice a quarter, some anonymously."""
    rng, said = random.Random(seed), []
    for survey, kind, anonymous in (("nps", "nps", False), ("quiet", "nps", True), ("csat", "csat", False)):
        low, high = (0, 10) if kind == "nps" else (1, 5)
        fields = {"type": kind, "scale_min": low, "scale_max": high, "anonymous": anonymous}
        session.add(Survey(survey_id=survey, **fields, **_origin(survey)))
    for place in range(12):
        key = f"a{place:02d}"
        motion, segment = MOTIONS[place % 3], "smb" if place % 2 else "enterprise"
        fields = {"name": key.upper(), "motion": motion, "segment": segment, "arr": 1000, "currency": "EUR"}
        session.add(Account(account_id=key, contract_start=date(2024, 5, 1), **fields, **_origin(key)))
        session.flush()
        for role in ROLES:
            person = f"{key}-{role}"
            session.add(Contact(contact_id=person, account_id=key, role=role, **_origin(person)))
        session.flush()
        for turn in range(rng.randrange(3, 14)):
            role, survey = rng.choice(ROLES), rng.choice(("nps", "nps", "nps", "quiet", "csat"))
            at = datetime(2025, 8, 1, tzinfo=UTC) + timedelta(hours=rng.randrange(24 * 430))
            score = rng.randrange(11) if survey != "csat" else rng.randrange(1, 6)
            contact = None if survey == "quiet" else f"{key}-{role}"
            said.append((survey, key, motion, role, contact, at, score))
            session.add(
                Response(
                    response_id=f"{key}-{turn}",
                    survey_id=survey,
                    account_id=key,
                    contact_id=contact,
                    responded_at=at,
                    score=score,
                    role=role,
                    **_origin(key),
                )
            )
        session.add(StaleAccount(account_key=key))
    return said


def _naive(said, roles=ROLES):
    """Account-level NPS by the book: a person's last answer of the quarter, then `committee_score`."""
    last = {}
    for survey, key, motion, role, person, at, score in sorted(said, key=lambda one: one[5]):
        if survey == "nps" and FIRST <= quarter_of(at.date()) <= LAST and role in roles:
            last[key, quarter_of(at.date()), person] = (motion, role, score)
    cells: dict = defaultdict(lambda: defaultdict(list))
    motions = {}
    for (key, quarter, _), (motion, role, score) in last.items():
        cells[key, quarter][role].append(score)
        motions[key] = motion
    found = {}
    for where, by_role in cells.items():
        answers = [
            RoleAnswers(role, len(s), sum(x >= 9 for x in s), sum(x < 7 for x in s), sum(s), sum(x * x for x in s))
            for role, s in by_role.items()
        ]
        score = committee_score(answers, weights_for(motions[where[0]]))
        if score.account_level is not None:
            found[where] = (score.account_level.value, score.n)
    return found


def test_account_level_nps_is_the_committees(store):
    with store.write() as session:
        said = _plant(session)
    with store.read() as session:
        scores = quarter_book(session, EVERYBODY, first=FIRST, last=LAST).scores
        expected = _naive(said)
        assert scores.nps.keys() == expected.keys()
        assert len(expected) > 15
        for where, (value, n) in expected.items():
            assert abs(scores.nps[where] - value) < 1e-9
            assert scores.answers[where] == n
        few = Slice(as_of=NOW, roles=("champion", "end_user"), segments=("smb",))
        narrowed = quarter_book(session, few, first=FIRST, last=LAST).scores.nps
        odd = {where for where in _naive(said, ("champion", "end_user")) if int(where[0][1:]) % 2}
        assert narrowed.keys() == odd


def test_revenue_follows_the_events(store):
    with store.write() as session:
        _plant(session)
        events = [("e1", "expansion", 200, "EUR"), ("e2", "churn", -1000, "EUR"), ("e3", "contraction", -5, "USD")]
        for place, (key, kind, amount, currency) in enumerate(events):
            on = date(2026, 2, 1) if place != 1 else date(2026, 5, 31)
            fields = {"account_id": "a00", "occurred_on": on, "kind": kind, "amount": amount, "currency": currency}
            session.add(RevenueEvent(event_id=key, **fields, **_origin(key)))
    with store.read() as session:
        book = quarter_book(session, EVERYBODY, first=FIRST, last=LAST)
        own = {one.quarter: one for one in book.rows if one.account == "a00"}
        assert (book.foreign, book.unknown_arr, book.names["a00"]) == (1, 0, "A00")
        assert own[date(2026, 1, 1)].expansion == 200
        assert own[date(2026, 4, 1)].gone
        scoped = quarter_book(session, Slice(as_of=NOW, accounts=("a01",)), first=FIRST, last=LAST)
        assert {one.account for one in scoped.rows} == set(scoped.names) == {"a01"}


def test_only_named_detractors_of_nps_are_evidence(store):
    from tests.api.tables import SAID
    from tests.api.world import plant

    plant(store)
    with store.read() as session:
        now = datetime(2026, 9, 30, 16, tzinfo=UTC)
        found = detractor_comments(session, between(Slice(as_of=now), date(2026, 4, 1), date(2026, 7, 1)))
        wanted = [said for said in SAID if said.source == "nps" and said.score is not None and said.score < 7]
        assert len(found.pk) == len(wanted)
        assert found.count("northwind", date(2026, 7, 1)) == len(found.of("northwind", date(2026, 7, 1))) == 3
        assert found.of("northwind", date(2025, 1, 1)) == found.of("nobody", date(2026, 7, 1)) == []
        newest = found.newest({"halden": 4, "nobody": 5}, each=1)
        assert {group for group, _ in newest} == {4}
        assert all(pks == [max(found.of("halden", quarter))] for (_, quarter), pks in newest.items())


def test_study_is_kept_with_the_line_that_it_found(store):
    found = studied(planted(), {}, last=date(2025, 10, 1), seed=1)
    with store.write() as session:
        keep_study(session, {"accounts": 60}, found.lines[0].line, fingerprint="f", now=NOW)
    with store.read() as session:
        assert kept_study(session, "f") == {"accounts": 60}
        assert kept_study(session, "g") is None
        assert risk_line(session).value == found.lines[0].line.line
    nothing = studied([], {}, last=date(2025, 10, 1), seed=1)
    with store.write() as session:
        keep_study(session, {}, nothing.lines[0].line, fingerprint="h", now=NOW)
    with store.read() as session:
        assert risk_line(session).value == 0
