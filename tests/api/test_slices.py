"""The slices that numbers are cut by: a number and the list under it are cut alike."""

from datetime import UTC, date, datetime

import pytest
from fastapi.testclient import TestClient

from data.store.models import Account, WeeklyUsage
from data.store.queries.bands import AGE_BANDS, ENGAGEMENT_BANDS, SCORE_BANDS
from data.store.queries.counts import theme_counts
from data.store.queries.scores import scores
from data.store.queries.slices import Slice
from data.store.unit_of_work import Store
from tests.api.conftest import Shared

NEWEST = datetime(2026, 9, 26, 10, tzinfo=UTC)
STARTED = {
    "northwind": date(2026, 9, 1),
    "halden": date(2026, 1, 5),
    "pico": date(2025, 3, 1),
    "lumen": date(2020, 1, 1),
}
AGES = {"under_90d": {"northwind"}, "90d_to_1y": {"halden", "bergmann"}, "1y_to_2y": {"pico"}, "over_2y": {"lumen"}}
# Active of ten licensed in the four weeks, and in one before them.
ACTIVE = {"northwind": (2, 9), "halden": (5, 0), "pico": (9, 1)}


@pytest.fixture
def banded(world: Store) -> Store:
    with world.write() as session:
        for key, day in STARTED.items():
            session.get_one(Account, key).contract_start = day
        session.get_one(Account, "tessera").contract_start = None
        for key, (now, before) in ACTIVE.items():
            for week, active in ((date(2026, 9, 21), now), (date(2026, 9, 14), now), (date(2026, 8, 17), before)):
                session.add(
                    WeeklyUsage(
                        account_id=key,
                        week_start=week,
                        active_users=active,
                        licensed_users=10,
                        origin="test",
                        row_hash="0" * 64,
                        imported_at=NEWEST,
                    )
                )
    return world


def accounts_of(session, **filters) -> set[str]:
    rows = theme_counts(session, Slice(as_of=NEWEST, **filters), group_by=("account",))
    return {row.group["account"] for row in rows if row.counts.comments}


def test_accounts_are_cut_by_age_and_engagement(banded: Store):
    with banded.read() as session:
        for band, accounts in AGES.items():
            assert accounts_of(session, account_ages=(band,)) == accounts
        assert accounts_of(session, account_ages=("unknown",)) == {"tessera"}
        for band, account in (("low", "northwind"), ("medium", "halden"), ("high", "pico")):
            assert accounts_of(session, engagements=(band,)) == {account}
        assert accounts_of(session, engagements=("low", "high")) == {"northwind", "pico"}
        assert accounts_of(session, engagements=("unknown",)) == {"bergmann", "lumen", "tessera"}
        grouped = theme_counts(session, Slice(as_of=NEWEST), group_by=("account_age",))
        assert {row.group["account_age"] for row in grouped} == {*AGE_BANDS, "unknown"}
        by_use = scores(session, Slice(as_of=NEWEST), group_by=("engagement",))
        assert {row.group["engagement"] for row in by_use} == {*ENGAGEMENT_BANDS, "unknown"}


def test_score_bands_cut_numbers_and_lists_alike(world: Store):
    whole = Slice(as_of=NEWEST)
    with world.read() as session:
        by_band = {
            band: theme_counts(session, Slice(as_of=NEWEST, score_bands=(band,)), group_by=())[0].counts.comments
            for band in (*SCORE_BANDS, "unknown")
        }
        total = theme_counts(session, whole, group_by=())[0].counts.comments
        nps = {
            band: sum(row.score.n for row in scores(session, Slice(as_of=NEWEST, score_bands=(band,))))
            for band in SCORE_BANDS
        }
        answers = sum(row.score.n for row in scores(session, whole))
        flagged = sum(row.flagged for row in scores(session, whole))
    assert sum(by_band.values()) == total
    assert min(by_band.values()) > 0
    assert sum(nps.values()) == answers
    assert nps["detractor"] == flagged


def test_band_filter_holds_for_each_theme(shared: Shared):
    client = shared.client("viewer")
    for theme in get(client, "/v1/themes?score_band=detractor")["items"]:
        page = get(client, f"/v1/themes/{theme['info']['key']}/comments?score_band=detractor")
        assert page["total"] == theme["counts"]["comments"]
        assert {one["score_band"] for one in page["items"]} <= {-1}


@pytest.mark.parametrize(
    ("period", "since", "until"),
    [
        ("2026", "2026-01-01", "2026-12-31"),
        ("2026-Q3", "2026-07-01", "2026-09-30"),
        ("2028-02", "2028-02-01", "2028-02-29"),
        ("2026-W01", "2025-12-29", "2026-01-04"),
    ],
)
def test_period_says_both_ends(shared: Shared, period: str, since: str, until: str):
    found = get(shared.client("viewer"), f"/v1/scores?period={period}")["period"]
    assert (found["since"][:10], found["as_of"][:10]) == (since, until)
    assert found["as_of"].endswith("23:59:59.999999Z")


# A diagnosis is of a whole account, a loop is one; the rest says how it runs and what people set.
COUNT_NOTHING = (
    "/v1/accounts/{account_id}/diagnosis",
    "/v1/loops/{loop_id}",
    "/v1/loops/staff",
    *(f"/v1/{name}" for name in ("keys", "jobs", "runs", "imports", "mappings", "quarantine", "views")),
    *(f"/v1/{name}" for name in ("corrections", "taxonomy", "slices", "me")),
)


def test_every_read_that_counts_takes_every_slice(shared: Shared):
    slices = {"as_of", "since", "window", "period", "segment", "industry", "tier", "motion", "account_age"}
    slices |= {"engagement", "role", "stage", "source", "score_band"}
    for path, methods in shared.app.openapi()["paths"].items():
        if path.startswith("/v1/") and "get" in methods and not path.startswith(COUNT_NOTHING):
            assert slices <= {one["name"] for one in methods["get"]["parameters"]}, path


def test_slices_are_read_from_parameters(shared: Shared):
    # The planted world's contracts all begin on 1 March 2026, and nobody's usage is known.
    client = shared.client("viewer")
    assert len(get(client, "/v1/accounts?account_age=90d_to_1y&engagement=unknown")["items"]) == 7
    assert get(client, "/v1/accounts?account_age=over_2y,1y_to_2y&engagement=unknown")["items"] == []


def get(client: TestClient, address: str):
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return answer.json()
