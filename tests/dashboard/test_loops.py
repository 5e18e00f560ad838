"""Loops over the real API: who owes whom, what is overdue, and what an act changes."""

import re

import pytest
from streamlit.testing.v1 import AppTest

from api.schemas.loops import LoopDetail, LoopPage
from dashboard.client import Client
from dashboard.pieces import loops_act, loops_empty, loops_list, loops_words
from data.store.models import LoopAct, OpenedLoop
from data.store.unit_of_work import Store
from data.store.vault import Vault
from tests.api.tables import LOOPS
from tests.api.world import plant
from tests.dashboard.fakes import HOSTILE
from tests.dashboard.world import html_of, open_page, real_client

ALL_TIME = {"period": "all"}
NORTHWIND, PICO = LOOPS["northwind"], LOOPS["pico"]
AT = f"/v1/loops/{NORTHWIND}"


@pytest.fixture
def store(sqlite_store: Store) -> Store:
    plant(sqlite_store)
    return sqlite_store


@pytest.fixture
def client(store: Store, vault: Vault) -> Client:
    return real_client(store, vault, role="analyst")


def pressed(page: AppTest, label: str) -> AppTest:
    next(one for one in page.button if one.label == label).click().run()
    assert not page.exception, page.exception
    return page


def listed(page: AppTest) -> int:
    return html_of(page).count('class="owed"')


def ways(page: AppTest) -> dict[str, int]:
    shown = re.search(r'aria-label="Which loops">(.*?)</ul>', html_of(page))
    assert shown is not None
    return {name: int(n) for name, n in re.findall(r">([^<>]+) (\d+)</a>", shown.group(1))}


def test_number_of_overdue_loops_is_that_of_the_list(store: Store, client: Client):
    counted = ways(open_page(client, "loops", **ALL_TIME))
    assert counted == {"Waiting": 2, "Overdue": 2, "Owner not told": 1, "Owner told": 1}
    found = client.read("/v1/loops", LoopPage, {"overdue": True}).items
    for name, label in loops_list.SHOWS.items():
        if label in counted:
            assert listed(open_page(client, "loops", show=name, **ALL_TIME)) == counted[label], name
    html = html_of(open_page(client, "loops", show="overdue", **ALL_TIME))
    assert len(found) == counted["Overdue"] == html.count("is overdue by")
    assert "2</a> of 2 loops</b> are overdue" in html
    assert "Longest of all, Mara Lind owes" in html


def test_more_loops_come_a_page_at_a_time(store: Store, client: Client):
    with store.write() as session:
        like = session.get_one(OpenedLoop, NORTHWIND)
        kept = {
            c.name: getattr(like, c.name) for c in OpenedLoop.__table__.columns if c.name not in ("id", "signal_key")
        }
        session.add_all(OpenedLoop(**kept, signal_key=f"response:made{n}") for n in range(12))
    page = open_page(client, "loops", **ALL_TIME)
    assert listed(page) == loops_list.SHOWN
    assert listed(pressed(page, "Show more loops (4 more)")) == ways(page)["Waiting"] == 14


def test_owner_state_and_filters_narrow_the_list(client: Client):
    assert listed(open_page(client, "loops", owner="S1", **ALL_TIME)) == 1
    assert ways(open_page(client, "loops", owner="S1", **ALL_TIME))["Waiting"] == 1
    assert listed(open_page(client, "loops", owner="none", **ALL_TIME)) == 0
    page = open_page(client, "loops", **ALL_TIME)
    page.multiselect(key="filter_segment").set_value(["smb"]).run()
    assert (listed(page), ways(page)["Waiting"]) == (1, 1)
    assert "Pico Payroll" in html_of(page)
    assert "Northwind" not in html_of(page)
    page.selectbox(key="loops_owner").set_value("S1").run()
    assert page.query_params["owner"] in ("S1", ["S1"])


def test_an_act_changes_the_state_and_the_history(client: Client):
    page = open_page(client, "loops", loop=str(NORTHWIND), **ALL_TIME)
    act = next(one for one in page.radio if one.key == "loop_act_0")
    assert act.value == "route"
    act.set_value("touch").run()
    page.text_area(key="loop_note").set_value(HOSTILE)
    pressed(page, loops_act.DO)
    now = client.read(AT, LoopDetail, {})
    assert (now.state, [(one.act, one.by) for one in now.history]) == ("touched", [("touch", "page")])
    html = html_of(page)
    assert "First touch · Northwind Freight. It now stands as: in touch." in html
    assert "loop" not in page.query_params
    assert ways(page)["In touch"] == 1
    again = html_of(open_page(client, "loops", loop=str(NORTHWIND), **ALL_TIME))
    assert "&lt;script&gt;alert(1)" in again
    assert "<script" not in again.replace("<style", "")
    assert again.index("Opened</b>") < again.index("First touch</b> <span")


def test_closing_wants_an_outcome_and_assigning_an_owner(client: Client):
    client.send("PATCH", AT, LoopDetail, body={"act": "touch"})
    page = open_page(client, "loops", loop=str(NORTHWIND), **ALL_TIME)
    pressed(page, loops_act.DO)
    assert loops_act.MISSING["close"] in html_of(page)
    page.text_area(key="loop_outcome").set_value("Import switched on.")
    pressed(page, loops_act.DO)
    now = client.read(AT, LoopDetail, {})
    assert (now.state, now.history[-1].outcome) == ("closed", "Import switched on.")
    page = open_page(client, "loops", loop=str(NORTHWIND), **ALL_TIME)
    next(one for one in page.radio if one.key == "loop_act_2").set_value("assign").run()
    page.selectbox(key="loop_new_owner").set_value("S1")
    pressed(page, loops_act.DO)
    owner = client.read(AT, LoopDetail, {}).owner
    assert owner is not None
    assert owner.name == "Mara Lind"


def test_a_conflict_is_explained_with_what_happened(client: Client):
    page = open_page(client, "loops", loop=str(NORTHWIND), **ALL_TIME)
    client.send("PATCH", AT, LoopDetail, body={"act": "touch", "note": "called them"})
    pressed(page, loops_act.DO)
    html = html_of(page)
    assert loops_act.CONFLICT in html
    assert "you saw 0" in html
    assert "called them" in html
    assert client.read(AT, LoopDetail, {}).acts == 1


def test_who_only_reads_sees_why(store: Store, vault: Vault):
    viewer = real_client(store, vault, role="viewer")
    page = open_page(viewer, "loops", loop=str(NORTHWIND), **ALL_TIME)
    assert html_of(page).count(loops_act.MAY_NOT) == 2
    assert {one.label for one in page.button} >= {"History"}
    assert not [one for one in page.button if one.label in ("Act", loops_act.DO)]


def test_loop_of_a_foreign_account_is_not_there(store: Store, vault: Vault):
    bound = real_client(store, vault, role="csm", accounts=["pico"])
    html = html_of(open_page(bound, "loops", loop=str(NORTHWIND), **ALL_TIME))
    assert f"no loop {NORTHWIND}" in html
    assert "Northwind" not in html
    assert "Jonas Ek" not in html


def test_times_have_n_and_say_what_is_not_known(store: Store, vault: Vault, client: Client):
    html = html_of(open_page(client, "loops", **ALL_TIME))
    assert "All owners</th>" in html
    assert loops_words.OVERDUE in html
    assert "too many still wait" in html
    assert "0 of 2" in html
    with store.write() as session:
        session.query(LoopAct).delete()
        session.query(OpenedLoop).delete()
    empty = html_of(open_page(real_client(store, vault), "loops", **ALL_TIME))
    assert "No loop in this slice" in empty
    assert "Nobody waits for an answer" in empty
    assert "not older than 7 days" in empty
    assert 'href="/search?period=all&amp;score_band=detractor"' in empty
    assert all(f"<b>{name}</b>" in empty for name, _ in loops_empty.STEPS)
