"""Who reads: signed-in people and keys, each seen by the API as themselves; nothing is drawn for anybody else."""

import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import update
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from api.app import create_app
from api.oidc import Issuer
from api.settings import ApiSettings
from dashboard import client as clients
from dashboard import loading, navigate, server, sessions, signin
from dashboard.client import Client, SignedOutError, UnreachableError
from dashboard.pieces import signin_words as words
from dashboard.sessions import COOKIE, IDLE_S, SESSIONS, SIGN_OUT, TICKET_S, WHOLE_S, Sessions
from data.store.models import Staff
from data.store.repositories.keys import create_key, list_keys, revoke_key
from data.store.unit_of_work import Store
from data.store.vault import Vault
from tests.api.tables import NOW
from tests.api.world import plant
from tests.dashboard.world import ENTRY, html_of
from tests.issuer import FakeIssuer

AUTH = {"auth": {"client_id": "dashboard", "redirect_uri": "http://localhost/oauth2callback"}}
SERVICE_KEY = "sv_of_the_launcher"


@pytest.fixture
def fake() -> FakeIssuer:
    return FakeIssuer(now=time.time())


@pytest.fixture
def world(sqlite_store: Store) -> Store:
    plant(sqlite_store)
    with sqlite_store.write() as session:
        session.execute(update(Staff).where(Staff.staff_id == "S1").values(email="mara@vendor.test"))
    return sqlite_store


@pytest.fixture
def opened(world: Store, vault: Vault, fake: FakeIssuer, monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """Let the pages ask an API in process, and hold what was shown to it."""
    oidc, shown = fake.settings(), []
    app = create_app(ApiSettings(oidc=oidc), world, vault)
    app.state.issuer = Issuer(oidc, fetch=fake.fetch)
    address = f"http://{uuid4().hex}"

    def open_client(key: str | None = None) -> Client:
        shown.append(key)
        return Client(address, SERVICE_KEY if key is None else key, transport=httpx.ASGITransport(app=app))

    monkeypatch.setattr(signin, "open_client", open_client)
    monkeypatch.setattr(loading, "open_client", open_client)
    monkeypatch.delenv("SOTTOVOCE_API_KEY", raising=False)
    return shown


@pytest.fixture
def cookies(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What the browser holds."""
    held: dict[str, str] = {}
    monkeypatch.setattr("streamlit.runtime.context.ContextProxy.cookies", held)
    return held


def make_key(store: Store, vault: Vault, **more: Any) -> str:
    with store.write() as session:
        return create_key(session, vault, **{"name": "Mara Lind", "role": "viewer", "now": NOW, **more})[1]


def open_window(path: str = "") -> AppTest:
    page = AppTest.from_file(str(ENTRY), default_timeout=60)
    if path:
        page.switch_page(f"app_pages/{path}.py")
    return page


def person(fake: FakeIssuer, path: str = "", **more: Any) -> AppTest:
    claims = fake.claims(**more)
    page = open_window(path)
    page.secrets, page.user = dict(AUTH), {**claims, "is_logged_in": True, "tokens": {"id": fake.token(**more)}}
    return page.run()


def is_asking(page: AppTest, title: str) -> bool:
    """Whether the page draws that it asks, and nothing of the API's."""
    html = html_of(page)
    return title in html and "<nav" not in html and "lead" not in html.partition("</style>")[2]


# --- people


def test_nobody_reads_before_signing_in(opened: list[str | None], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SOTTOVOCE_API_KEY", SERVICE_KEY)
    page = open_window()
    page.secrets, page.user = dict(AUTH), {"is_logged_in": False}
    page.run()
    assert is_asking(page, words.PERSON_TITLE)
    assert [button.label for button in page.button] == [words.SIGN_IN]
    assert opened == []


def test_each_issuer_has_its_button(opened: list[str | None]):
    page = open_window()
    named = {name: {"client_id": "x"} for name in ("okta", "google")}
    page.secrets, page.user = {"auth": {"redirect_uri": "x", **named}}, {"is_logged_in": False}
    page.run()
    assert [button.label for button in page.button] == ["Sign in with Okta", "Sign in with Google"]


def test_person_reads_as_themselves(opened: list[str | None], fake: FakeIssuer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SOTTOVOCE_API_KEY", SERVICE_KEY)
    page = person(fake, "accounts")
    html = html_of(page)
    assert "Mara Lind" in html
    assert "CSM · 1 account<" in html
    assert "Pico" in html
    assert "Northwind" not in html
    assert f'href="/{SIGN_OUT}"' in html
    assert set(opened) == {page.user["tokens"]["id"]}


def test_ended_or_unknown_sign_ins_read_nothing(opened: list[str | None], fake: FakeIssuer):
    assert is_asking(person(fake, exp=int(time.time()) + 10), words.ENDED_TITLE)
    assert opened == []
    # The page thinks that it is good, the API does not.
    assert is_asking(person(fake, aud="other"), words.ENDED_TITLE)
    stranger = person(fake, email="new@vendor.test")
    assert is_asking(stranger, words.STRANGER_TITLE)
    assert "sottovoce person grant --email new@vendor.test" in html_of(stranger)
    assert [button.label for button in stranger.button] == [words.OTHER_PERSON]


def test_sign_in_without_token_says_what_is_missing(opened: list[str | None], fake: FakeIssuer):
    page = open_window()
    page.secrets, page.user = dict(AUTH), {**fake.claims(), "is_logged_in": True}
    page.run()
    assert is_asking(page, words.UNFINISHED_TITLE)
    assert opened == []


def test_launchers_key_is_nobodys_where_people_sign_in(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SOTTOVOCE_API_KEY", SERVICE_KEY)
    monkeypatch.setenv("SOTTOVOCE_API_URL", "http://127.0.0.1:9")
    assert clients.open_client()
    monkeypatch.setattr(clients, "sign_in_section", lambda: AUTH["auth"])
    with pytest.raises(SignedOutError):
        clients.open_client()
    assert clients.open_client("token")


# --- keys


def test_launchers_key_reads_without_asking(
    opened: list[str | None], cookies: dict[str, str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SOTTOVOCE_API_KEY", SERVICE_KEY)
    loading._shared_client.clear()
    page = open_window().run()
    loading._shared_client.clear()
    assert "<nav" in html_of(page)
    assert SIGN_OUT not in html_of(page)
    assert opened == [None]


def test_key_is_asked_checked_and_kept(opened: list[str | None], cookies: dict[str, str], world: Store, vault: Vault):
    key = make_key(world, vault, role="csm", accounts=["pico"])
    page = open_window("accounts").run()
    assert is_asking(page, words.KEY_TITLE)
    for wrong, said in (("", words.KEY_MISSING), ("sv_wrong", words.KEY_UNKNOWN), (key[:-1], words.KEY_UNKNOWN)):
        page.text_input(key="key_shown").set_value(wrong)
        page.button(key="key_send").click().run()
        assert said in html_of(page)
        assert is_asking(page, words.KEY_TITLE)
    page.text_input(key="key_shown").set_value(f" {key} ")
    page.button(key="key_send").click().run()
    html = html_of(page)
    assert "Mara Lind" in html
    assert "Pico" in html
    assert "Northwind" not in html
    # Another window of the same browser, or a refresh.
    cookies[COOKIE] = page.session_state[signin.NAME]
    assert key not in str(cookies)
    assert "Mara Lind" in html_of(open_window().run())
    cookies[COOKIE] = "guessed"
    assert is_asking(open_window().run(), words.KEY_TITLE)


def test_revoked_key_and_ended_session_ask_again(
    opened: list[str | None], cookies: dict[str, str], world: Store, vault: Vault
):
    key = make_key(world, vault)
    cookies[COOKIE] = SESSIONS.begin(key)
    first, second = open_window().run(), open_window().run()
    assert "Mara Lind" in html_of(second)
    SESSIONS.end(cookies[COOKIE])
    for page in (first, second):
        assert is_asking(page.run(), words.KEY_TITLE)
    cookies[COOKIE] = SESSIONS.begin(key)
    with world.write() as session:
        revoke_key(session, _id_of(world), now=NOW)
    loading.forget()
    assert is_asking(open_window().run(), words.KEY_TITLE)
    assert SESSIONS.key_of(cookies[COOKIE]) is None


def _id_of(store: Store) -> str:
    with store.read() as session:
        return list_keys(session)[0].key_id


def test_sign_out_in_the_page_ends_the_session(
    opened: list[str | None],
    cookies: dict[str, str],
    world: Store,
    vault: Vault,
    monkeypatch: pytest.MonkeyPatch,
):
    cookies[COOKIE] = SESSIONS.begin(make_key(world, vault))
    page = open_window().run()

    class Clicked:
        go = f"/{SIGN_OUT}"

    monkeypatch.setattr(navigate, "_listener", lambda **_: Clicked())
    assert is_asking(page.run(), words.KEY_TITLE)
    assert SESSIONS.key_of(cookies[COOKIE]) is None


def test_api_that_is_away_is_said(opened: list[str | None], cookies: dict[str, str], monkeypatch: pytest.MonkeyPatch):
    def away(*_: Any, **__: Any) -> None:
        raise UnreachableError("nobody there")

    monkeypatch.setattr(Client, "read", away)
    page = open_window().run()
    page.text_input(key="key_shown").set_value("sv_any")
    page.button(key="key_send").click().run()
    assert "nobody there" in html_of(page)
    cookies[COOKIE] = SESSIONS.begin("sv_any")
    assert "nobody there" in html_of(open_window().run())


# --- sessions and their two addresses


def test_sessions_end():
    now = [0.0]
    held = Sessions(clock=lambda: now[0])
    name = held.begin("key")
    for now[0] in (IDLE_S, 2 * IDLE_S):
        assert held.key_of(name) == "key"
    now[0] += IDLE_S + 1
    assert held.key_of(name) is None
    name = held.begin("word")
    assert "word" not in str(vars(held))
    begun = now[0]
    while now[0] - begun <= WHOLE_S:
        assert held.key_of(name) == "word"
        now[0] += IDLE_S
    assert held.key_of(name) is None


def test_oldest_sessions_make_room(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sessions, "MOST", 2)
    held = Sessions()
    names = [held.begin(str(n)) for n in range(3)]
    assert [held.key_of(name) for name in names] == [None, "1", "2"]


def test_tickets_work_once_and_soon():
    now = [0.0]
    held = Sessions(clock=lambda: now[0])
    name = held.begin("key")
    ticket, late = held.make_ticket(name), held.make_ticket(name)
    assert (held.waits(ticket), held.take(ticket), held.take(ticket), held.waits(ticket)) == (True, name, None, False)
    now[0] = TICKET_S + 1
    assert (held.waits(late), held.take(late), held.take("guessed")) == (False, None, None)


@pytest.fixture
def browser() -> Callable[..., TestClient]:
    from starlette.applications import Starlette

    app = Starlette(routes=server.app._user_routes)
    return lambda base="http://pages.test": TestClient(app, base_url=base, follow_redirects=False)


def test_cookie_is_given_for_a_ticket_to_our_own_page(browser: Callable[..., TestClient]):
    name = SESSIONS.begin("key")
    ticket, page = SESSIONS.make_ticket(name), browser()
    for headers in ({}, {"Origin": "http://evil.test"}, {"Origin": "null"}):
        assert page.post(server.KEEP, headers={"X-Ticket": ticket, **headers}).status_code == 403
    own = {"Origin": "http://pages.test"}
    assert page.get(server.KEEP, headers={"X-Ticket": ticket, **own}).status_code == 405
    given = page.post(server.KEEP, headers={"X-Ticket": ticket, **own})
    said = given.headers["set-cookie"].lower()
    assert given.status_code == 204
    assert name in given.headers["set-cookie"]
    assert all(word in said for word in ("httponly", "samesite=strict", "path=/", "max-age="))
    assert "secure" not in said
    assert page.post(server.KEEP, headers={"X-Ticket": ticket, **own}).status_code == 403
    safe, again = browser("https://pages.test"), SESSIONS.make_ticket(name)
    given = safe.post(server.KEEP, headers={"X-Ticket": again, "Origin": "https://pages.test"})
    assert "secure" in given.headers["set-cookie"].lower()


def test_sign_out_works_without_scripts(browser: Callable[..., TestClient]):
    name, page = SESSIONS.begin("key"), browser()
    page.cookies.set(COOKIE, name)
    left = page.get(f"/{SIGN_OUT}")
    assert (left.status_code, left.headers["location"]) == (303, "/")
    assert SESSIONS.key_of(name) is None
    assert browser().get(f"/{SIGN_OUT}").headers["location"] == "/auth/logout"
