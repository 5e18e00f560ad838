"""Retention over the API, on accounts with a planted line: those under it leave a quarter after they said so."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import ApiSettings
from data.store.models import Account, Comment, Contact, Response, RevenueEvent, StaleAccount, Survey
from data.store.repositories.cells import refresh_cells
from data.store.repositories.keys import create_key
from data.store.repositories.runs import get_fact
from data.store.unit_of_work import Store
from data.store.vault import Vault
from pipelines import retain
from pipelines.settings import Settings
from pipelines.stage import Bench
from tests.api.conftest import MADE_AT, Caller
from tests.conftest import SECRET

ACCOUNTS, UNHAPPY, LEAVING = 48, 24, 9
QUARTERS = (date(2026, 1, 1), date(2026, 4, 1), date(2026, 7, 1))
NOW = datetime(2026, 10, 1, 8, tzinfo=UTC)


def _origin(name: str) -> dict:
    return {"origin": name, "row_hash": "0", "imported_at": NOW}


def plant(store: Store) -> None:
    """Plant the accounts; every second one is small and pays in dollars."""
    keys = [f"a{place:02d}" for place in range(ACCOUNTS)]
    with store.write() as session:
        session.add(Survey(survey_id="nps", type="nps", scale_min=0, scale_max=10, **_origin("nps")))
        for place, key in enumerate(keys):
            small, fields = place % 2, {"arr": 1000, "contract_start": date(2024, 1, 1), "motion": "seat_signed"}
            currency = "USD" if small else "EUR"
            segment = "smb" if small else "enterprise"
            session.add(
                Account(account_id=key, name=key.upper(), segment=segment, currency=currency, **fields, **_origin(key))
            )
        session.flush()
        for key in keys:
            for role in ("champion", "end_user"):
                session.add(Contact(contact_id=f"{key}-{role}", account_id=key, role=role, **_origin(key)))
        session.flush()
        for place, key in enumerate(keys):
            _answers(session, key, low=place < UNHAPPY)
            if place < LEAVING:
                _leave(session, key)
        session.add_all(StaleAccount(account_key=key) for key in keys)
        session.flush()
        refresh_cells(session, keys)


def _answers(session, key: str, *, low: bool) -> None:
    for quarter in QUARTERS:
        for place, role in enumerate(("champion", "end_user")):
            at = datetime(quarter.year, quarter.month, 9 + place, tzinfo=UTC)
            response_id, score = f"{key}-{quarter:%m}-{role}", 3 if low else 9
            fields = {
                "account_id": key,
                "contact_id": f"{key}-{role}",
                "role": role,
                "score": score,
                "survey_id": "nps",
            }
            session.add(Response(response_id=response_id, responded_at=at, **fields, **_origin(response_id)))
            if low and role == "champion":
                said = {
                    "comment_id": f"response:{response_id}",
                    "kind": "response",
                    "origin_id": response_id,
                    "response_id": response_id,
                    "source": "nps",
                    "respondent_key": fields["contact_id"],
                    "said_at": at,
                    "month": f"{at:%Y-%m}",
                    "score_band": -1,
                    "original_hash": "0",
                    "text": f"{key} waits since {quarter}",
                    "analysed": True,
                }
                session.add(Comment(**said, **fields))


def _leave(session, key: str) -> None:
    on = QUARTERS[2] + timedelta(days=20)
    fields = {"kind": "churn", "amount": -1000, "currency": "USD" if int(key[1:]) % 2 else "EUR"}
    session.add(RevenueEvent(event_id=f"{key}-gone", account_id=key, occurred_on=on, **fields, **_origin(key)))


@pytest.fixture(scope="module")
def planted(make_store) -> Iterator[TestClient]:
    store, vault = make_store(), Vault(SECRET)
    plant(store)
    with store.write() as session:
        _, secret = create_key(session, vault, name="x", role="viewer", now=MADE_AT)
        _, own = create_key(session, vault, name="y", role="csm", accounts=["a00"], now=MADE_AT)
    app = create_app(ApiSettings(rate_per_s=0), store, vault)
    client = TestClient(app, headers={"Authorization": f"Bearer {secret}"}, raise_server_exceptions=False)
    client.own = {"Authorization": f"Bearer {own}"}  # type: ignore[attr-defined]
    yield client
    client.close()


AT = "/v1/retention?as_of=2026-09-30"


def test_planted_line_is_told_with_both_sides(planted: TestClient):
    found = planted.get(AT).json()
    assert (found["first"], found["last"], found["accounts"]) == ("2023-10-01", "2026-07-01", ACCOUNTS)
    assert [one["segment"] for one in found["lines"]] == [None, "enterprise", "smb"]
    line = found["lines"][0]["line"]
    assert (line["state"], line["churned"], line["accounts"]) == ("found", LEAVING, ACCOUNTS)
    assert -100 < line["line"] <= 100
    best = line["best"]
    assert (best["under"]["churned"], best["over"]["churned"]) == (LEAVING, 0)
    assert best["p"] < 0.05
    assert best["lift"]["value"] is None
    assert best["lift"]["low"] > 1
    assert "churn more" in line["reading"]


def test_links_benchmarks_and_quarters_have_n_and_words(planted: TestClient):
    found = planted.get(AT).json()
    churn = next(one for one in found["links"] if (one["outcome"], one["lag"], one["segment"]) == ("churn", 1, None))
    assert churn["correlation"]["high"] < 0
    assert churn["accounts"] == ACCOUNTS
    assert {one["lag"] for one in found["links"]} == {0, 1, 2, 3, 4}
    assert {one["currency"] for one in found["retention"]} == {"EUR", "USD"}
    euros = next(one for one in found["retention"] if one["currency"] == "EUR" and one["segment"] is None)
    assert (euros["accounts"], euros["churned_accounts"]) == (24, 5)
    assert euros["nrr"]["value"] == pytest.approx(100 * 19 / 24, abs=1e-3)
    assert [one["benchmark"]["name"] for one in euros["standings"]] == ["NRR", "GRR"]
    assert any("EUR, USD" in note for note in found["notes"])
    last = [one for one in found["quarters"] if one["segment"] is None][-1]
    assert (last["quarter"], last["nps"]["n"], last["answers"], last["churned"]) == ("2026-07-01", 48, 96, LEAVING)
    assert last["nps"]["value"] == 0
    assert planted.get(last["comments_at"]).json()["total"] == UNHAPPY
    assert set(last["comment_ids"]) <= {one["comment_id"] for one in planted.get(last["comments_at"]).json()["items"]}
    gone = found["left"]
    assert len(gone) == LEAVING
    assert (gone[0]["account"], gone[0]["nps"], gone[0]["nps_quarter"], gone[0]["answers"]) == (
        "a00",
        -100,
        "2026-04-01",
        2,
    )
    assert gone[0]["comment_ids"][0] == "response:a00-07-champion"


def test_bands_add_up_and_who_is_under_the_line_leads_to_words(planted: TestClient):
    found = planted.get(AT).json()
    line = found["lines"][0]["line"]
    assert sum(one["n"] for one in found["bands"]) == line["n"]
    assert (found["bands"][0]["churned"], found["bands"][-1]["churned"]) == (LEAVING, 0)
    assert found["bands"][0]["rate"]["low"] > found["bands"][-1]["rate"]["high"]
    under = found["under"]
    # Who left is not counted; the others were heard, and the unhappy of them are under the line.
    assert (under["line"], under["heard"], under["n"]) == (line["line"], ACCOUNTS - LEAVING, UNHAPPY - LEAVING)
    one = next(one for one in under["items"] if one["account"] == "a10")
    assert (one["nps"], one["nps_quarter"], one["answers"], one["comments"], one["arr"]) == (
        -100,
        "2026-07-01",
        2,
        1,
        1000,
    )
    own = planted.get(AT, headers=planted.own).json()["under"]  # type: ignore[attr-defined]
    assert (own["heard"], own["items"]) == (0, [])


def test_running_quarter_counts_for_now(planted: TestClient):
    found = planted.get("/v1/retention?as_of=2026-08-30").json()
    assert found["last"] == "2026-04-01"
    assert {one["nps_quarter"] for one in found["under"]["items"]} == {"2026-07-01"}


def test_currencies_are_put_together_by_the_callers_rates(planted: TestClient):
    found = planted.get(f"{AT}&currency=EUR&rates=USD:0.5").json()
    assert found["currency"] == "EUR"
    everybody = next(one for one in found["retention"] if one["segment"] is None)
    assert (everybody["currency"], everybody["start"]) == ("EUR", 24 * 1000 + 24 * 500)
    assert "1 USD = 0.5 EUR" in found["notes"][0]
    assert planted.get(f"{AT}&currency=EUR").status_code == 422
    assert "rates=USD:RATE" in planted.get(f"{AT}&currency=EUR").json()["detail"]
    for wrong in ("rates=USD:0.5", "currency=EUR&rates=USD", "currency=EUR&rates=USD:-1", "quarters=0", "quarters=99"):
        assert planted.get(f"{AT}&{wrong}").status_code == 422


def test_slices_narrow_and_too_few_say_so(planted: TestClient):
    small = planted.get(f"{AT}&segment=smb").json()
    assert small["accounts"] == 24
    # Four of them left: too few for a line.
    line = small["lines"][0]["line"]
    assert (line["state"], line["line"], line["best"]) == ("not_enough_data", 0, None)
    assert "the line used is NPS 0" in line["reading"]
    assert planted.get(f"{AT}&role=end_user").json()["quarters"][-1]["answers"] == 24
    assert planted.get("/v1/retention?since=2026-09-01&as_of=2026-09-30").json()["first"] == "2026-07-01"
    assert planted.get("/v1/retention?since=2026-09-01&as_of=2026-09-20").status_code == 422


def test_csm_sees_its_own_accounts_only(planted: TestClient):
    found = planted.get(AT, headers=planted.own)  # type: ignore[attr-defined]
    body = found.json()
    assert (body["accounts"], body["lines"][0]["line"]["state"]) == (1, "not_enough_data")
    assert [one["account"] for one in body["left"]] == ["a00"]
    rows = planted.get("/v1/retention/accounts?as_of=2026-09-30", headers=planted.own).json()["items"]  # type: ignore[attr-defined]
    assert {one["account_id"] for one in rows} == {"a00"}
    assert "a01" not in found.text


def test_account_quarters_page_and_lead_to_words(planted: TestClient):
    address = "/v1/retention/accounts?as_of=2026-09-30"
    first = planted.get(f"{address}&limit=2").json()
    again = planted.get(f"{address}&limit=2&cursor={first['next_cursor']}").json()
    assert [one["quarter"] for one in first["items"] + again["items"]] == [
        "2024-04-01",
        "2024-07-01",
        "2024-10-01",
        "2025-01-01",
    ]
    lines = planted.get(f"{address}&quarters=3", headers={"Accept": "text/csv"}).text.split("\r\n")
    assert len(lines) == 1 + 3 * ACCOUNTS + 1
    row = planted.get(f"{address}&quarters=1").json()["items"][0]
    assert (row["nps"], row["answers"], row["gone"], row["churned"]) == (-100, 2, True, 1000)
    assert planted.get(row["comments_at"]).json()["total"] == 1
    table = planted.get("/v1/retention.csv?as_of=2026-09-30").text.split("\r\n")
    assert table[0].startswith("segment,currency,first,last")
    assert table[1].startswith("all,EUR,2025-10-01,2026-07-01,24,")


def test_the_run_works_the_usual_study_out_once(planted: TestClient, tmp_path, vault, monkeypatch):
    store = planted.app.state.store  # type: ignore[attr-defined]
    bench = Bench(Settings(home=tmp_path), store, vault, clock=lambda: NOW)
    before = planted.app.state.data_version.read()  # type: ignore[attr-defined]
    first = retain.run(bench)
    assert first.rows_in == first.rows_out > 0
    with store.read() as session:
        # The newest answer is of July: the last quarter that was over then is the second.
        assert get_fact(session, "churn_line") is None
        assert get_fact(session, "retention_study") is not None
    assert planted.app.state.data_version.read() != before  # type: ignore[attr-defined]
    assert retain.run(bench).rows_out == 0
    monkeypatch.setattr("api.retention.study", lambda *_, **__: pytest.fail("worked out again"))
    found = planted.get("/v1/retention")
    assert found.status_code == 200
    assert found.json()["last"] == "2026-04-01"


def test_nothing_to_study_is_no_error(caller: Caller):
    found = caller().get("/v1/retention").json()
    assert found["lines"][0]["line"]["state"] == "not_enough_data"
    assert found["left"] == []
