"""Clients that keep a real server waiting: others are answered meanwhile, and those that say nothing are let go."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api import limits
from api.app import THREADS
from api.patience import PatientProtocol
from api.serve import make_server
from pipelines.bench.served import free_port
from tests.api.conftest import Shared

# More than there are threads.
MANY = 4 * THREADS
# Connections that the server takes here.
MOST = 3 * MANY


@pytest.fixture(scope="module")
def port(shared: Shared) -> Iterator[int]:
    settings = shared.app.state.settings
    with pytest.MonkeyPatch.context() as patch:
        for name, seconds in (("head_s", 1.0), ("body_s", 1.0), ("look_s", 0.2)):
            patch.setattr(PatientProtocol, name, seconds)
        shared.app.state.settings = replace(settings, max_connections=MOST)
        chosen = free_port()
        server = make_server(shared.app, port=chosen)
        assert isinstance(server, uvicorn.Server)
        thread = threading.Thread(target=server.run)
        thread.start()
        while not server.started:
            time.sleep(0.02)
        yield chosen
        server.should_exit = True
        thread.join(30)


def opened(port: int, stack: contextlib.ExitStack, said: str, many: int = MANY) -> list[socket.socket]:
    found = [stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=30)) for _ in range(many)]
    for one in found:
        one.sendall(said.encode())
    return found


def until_ended(connection: socket.socket) -> None:
    """Wait until the server ends a connection."""
    with contextlib.suppress(ConnectionResetError):
        while connection.recv(65536):
            pass


def test_slow_clients_hold_up_nobody(port: int, shared: Shared):
    key = f"Host: a\r\nAuthorization: Bearer {shared.secrets['admin']}\r\n"
    body = f"POST /v1/views HTTP/1.1\r\n{key}Content-Type: application/json\r\nContent-Length: 90\r\n\r\n{{"
    with contextlib.ExitStack() as stack:
        heads = opened(port, stack, "GET /v1/themes HTTP/1.1\r\nHost: a\r\n")
        bodies = opened(port, stack, body)
        headers = {"Authorization": f"Bearer {shared.secrets['viewer']}"}
        assert httpx.get(f"http://127.0.0.1:{port}/v1/me", headers=headers, timeout=30).status_code == 200
        # Nothing came of them for a second: the server lets go of all (a read here waits 30 s, and fails then).
        for one in [*heads, *bodies]:
            until_ended(one)


def test_trickled_requests_keep_nobody_out_past_their_deadline(port: int, shared: Shared):
    """More connections than the server takes, that send a byte every tenth of a second."""
    key = f"Authorization: Bearer {shared.secrets['admin']}\r\n"
    body = f"POST /v1/views HTTP/1.1\r\nHost: a\r\n{key}Content-Type: application/json\r\nContent-Length: 9000\r\n\r\n"
    ended, began = threading.Event(), time.monotonic()

    def ask() -> int:
        headers = {"Authorization": f"Bearer {shared.secrets['viewer']}", "Connection": "close"}
        return httpx.get(f"http://127.0.0.1:{port}/v1/me", headers=headers, timeout=30).status_code

    def trickle(connections: list[socket.socket]) -> None:
        while not ended.wait(0.1):
            for one in connections:
                with contextlib.suppress(OSError):
                    one.sendall(b"x")

    with contextlib.ExitStack() as stack:
        heads = opened(port, stack, "GET /v1/themes HTTP/1.1\r\nHost: a\r\nX: ", MOST // 2)
        bodies = opened(port, stack, body, MOST)
        thread = threading.Thread(target=trickle, args=([*heads, *bodies],))
        thread.start()
        try:
            assert ask() == 503
            while ask() != 200:
                assert time.monotonic() - began < 20
                time.sleep(0.1)
            for one in bodies:
                until_ended(one)
        finally:
            ended.set()
            thread.join()


def test_request_behind_too_many_is_refused(app: FastAPI, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(limits, "MOST_WAITING", 0)
    with TestClient(app) as client:
        refused = client.get("/v1/themes")
        assert client.get("/healthz").status_code == 200
    assert (refused.status_code, refused.headers["retry-after"]) == (503, str(limits.AGAIN_S))
    assert "requests wait already" in refused.json()["detail"]
