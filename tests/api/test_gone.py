"""A database that is gone is said as such, in the one shape; slow senders are given up."""

import asyncio

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.errors import SlowError
from api.settings import ApiSettings
from api.writers import chunks_of
from data.errors import StoreError
from data.store.unit_of_work import Store


@pytest.mark.parametrize("url", ["sqlite:////proc/nothing.db", "postgresql://sv_user@127.0.0.1:1/none"])
def test_database_that_is_gone_is_503(url, vault):
    try:
        store = Store(url)
    except StoreError:
        pytest.skip("this machine lets nobody name such a file")
    with TestClient(create_app(ApiSettings(), store, vault), raise_server_exceptions=False) as client:
        answer = client.get("/v1/accounts", headers={"Authorization": "Bearer sv_any"})
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    assert "sv_user" not in answer.text
    for session in (store.read, store.write):
        with pytest.raises(StoreError, match="doctor"), session() as opened:
            opened.connection()


def test_wrong_statement_is_no_gone_database(sqlite_store: Store):
    from sqlalchemy import text
    from sqlalchemy.exc import OperationalError

    with pytest.raises(OperationalError), sqlite_store.read() as session:
        session.execute(text("SELECT * FROM no_such_table"))


def test_sender_that_stops_is_given_up():
    class Slow:
        async def stream(self):
            yield b"a"
            await asyncio.sleep(60)

    async def read():
        return [part async for part in chunks_of(Slow(), idle_s=0.05)]

    with pytest.raises(SlowError):
        asyncio.run(read())
