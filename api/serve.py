"""Serve the API over HTTP; reachable from other machines only where a key protects it."""

import gc
import ipaddress
import logging
import socket
import sys
import threading
from typing import Protocol

import uvicorn
from fastapi import FastAPI
from threadpoolctl import threadpool_limits

from api.described import description_of, read_routes
from api.errors import PortTakenError, UnsafeBindError
from api.patience import PatientProtocol
from data.memory import give_back, give_back_steadily, hold_little_memory, in_child
from data.store.queries.ahead import work_out
from data.store.repositories.keys import list_keys
from data.store.unit_of_work import Store

log = logging.getLogger(__name__)
# Seconds that answers get to end in when the server is told to stop.
GRACE_S = 20
# Seconds that one thread computes while another waits for its turn. A short answer takes its turn after each of some 50
# steps in the database, and Python's own 5 ms would make it wait for a count beside it each time.
SWITCH_S = 0.0005
# Objects after which Python looks for rings among the newest: an answer makes some 50,000 and leaves none.
COLLECTED_AFTER = 100_000, 20, 20
DEFAULT_HOST, DEFAULT_PORT = "127.0.0.1", 8000


def require_safe_bind(host: str, store: Store, *, sign_in: bool = False) -> None:
    """Check that a server bound to anything but loopback has a key, unless people sign in by themselves.

    Raises:
        UnsafeBindError: It has none.
    """
    if sign_in or _is_loopback(host):
        return
    with store.read() as session:
        alive = [key for key in list_keys(session) if key.revoked_at is None]
    if not alive:
        raise UnsafeBindError(
            f"{host} can be reached from other machines and there is no key: "
            "run `sottovoce key create --name NAME --role viewer` first, or serve on 127.0.0.1"
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def require_free_port(host: str, port: int) -> None:
    """Check that nobody listens there.

    Raises:
        PortTakenError: Somebody does, or the address can't be used.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortTakenError(f"can't listen on {host}:{port} ({error.strerror}): choose another --port") from error


class Server(Protocol):
    """Something that serves."""

    def run(self) -> None:
        """Serve until told to stop."""


def make_server(app: FastAPI, *, host: str = DEFAULT_HOST, port: int = DEFAULT_PORT, processes: int = 1) -> Server:
    """Make a server; `run()` serves until it is told to stop.

    With one process it answers in this one; with several, in others that are forked from it (not on Windows).

    Raises:
        UnsafeBindError: Other machines could reach it and there is no key.
        PortTakenError: The port is taken.
    """
    require_safe_bind(host, app.state.store, sign_in=app.state.issuer is not None)
    require_free_port(host, port)
    hold_little_memory()
    sys.setswitchinterval(SWITCH_S)
    gc.set_threshold(*COLLECTED_AFTER)
    # Its requests share a few cores: threads that wait for work inside one product cost the others' time.
    threadpool_limits(1, user_api="blas")
    # No access log: addresses hold account ids. Errors are logged by `api.errors`.
    served = {
        "log_level": "warning",
        "access_log": False,
        "server_header": False,
        "http": PatientProtocol,
        # Answers and bodies wait in the event loop, never in a thread: a slow client costs a connection only.
        "limit_concurrency": max(1, app.state.settings.max_connections // processes),
        "timeout_graceful_shutdown": GRACE_S,
    }
    if processes > 1:
        # Not on Windows, which can't fork.
        from api.processes import Processes

        def warm() -> None:
            _warm(app, forks=True)

        return Processes(app, host=host, port=port, processes=processes, grace_s=GRACE_S, warm=warm, served=served)
    threading.Thread(target=_warm, args=(app,), name="warm", daemon=True).start()
    give_back_steadily()
    return uvicorn.Server(uvicorn.Config(app, host=host, port=port, **served))


def _warm(app: FastAPI, *, forks: bool = False) -> None:
    """Make what the first request would wait for: the description, and the columns (a second at a million comments).

    Before it `forks` others also the encoder of questions, which each would otherwise load for itself.
    """
    try:
        read_routes(app)
        if forks and app.state.description is None:
            # Making it leaves 9 MiB of schemas and holes.
            app.state.description = in_child(lambda: description_of(app))
        description_of(app)
        with app.state.store.read() as session:
            work_out(session, anonymous_min_group=app.state.settings.anonymous_min_group)
        if forks and app.state.embedder is not None:
            app.state.embedder.load()
        # What stands now stays, and is shared by processes that are forked: without this every full collection walks
        # all of it, in the middle of an answer (diagnosis at a million comments: p95 217 ms with, 107 without them).
        gc.collect()
        # Making it left holes, and each process would fill its own copy of them (30 MiB at a million comments).
        give_back()
        gc.freeze()
    except Exception as error:
        # Whoever asks will be told what is wrong.
        log.info("nothing was made ahead: %s", type(error).__name__)
