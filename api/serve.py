"""Serve the API over HTTP; reachable from other machines only where a key protects it."""

import ctypes
import gc
import ipaddress
import logging
import socket
import threading

import uvicorn
from fastapi import FastAPI
from threadpoolctl import threadpool_limits

from api.errors import PortTakenError, UnsafeBindError
from data.store.columns.cache import read_columns
from data.store.repositories.keys import list_keys
from data.store.unit_of_work import Store

log = logging.getLogger(__name__)
# Seconds that answers get to end in when the server is told to stop.
GRACE_S = 20
DEFAULT_HOST, DEFAULT_PORT = "127.0.0.1", 8000


def require_safe_bind(host: str, store: Store) -> None:
    """Check that a server bound to anything but loopback has a key.

    Raises:
        UnsafeBindError: It has none.
    """
    if _is_loopback(host):
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


# glibc's mallopt(3): number of the option, and the value.
_ARENAS, _TRIM = (-8, 1), (-1, 64 * 1024 * 1024)


def hold_little_memory() -> None:
    """Let the C library give memory back: one heap for all threads, and large arrays out of it.

    Counting over a million comments makes arrays of some 10 MB and drops them again. With a heap for each thread and
    the default limits, which grow with what was freed, the server's memory rose to 709 MiB where it is 567 with these.
    Does nothing where the C library is another one.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return
    for option, value in (_ARENAS, _TRIM):
        mallopt(option, value)


def make_server(app: FastAPI, *, host: str = DEFAULT_HOST, port: int = DEFAULT_PORT) -> uvicorn.Server:
    """Make a server; `run()` serves until it is told to stop (`should_exit = True` from another thread).

    Raises:
        UnsafeBindError: Other machines could reach it and there is no key.
        PortTakenError: The port is taken.
    """
    require_safe_bind(host, app.state.store)
    require_free_port(host, port)
    hold_little_memory()
    # Its requests share two cores: threads that wait for work inside one product cost the others' time.
    threadpool_limits(1, user_api="blas")
    threading.Thread(target=_warm, args=(app,), name="warm", daemon=True).start()
    # No access log: addresses hold account ids. Errors are logged by `api.errors`.
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
        # Answers and bodies wait in the event loop, never in a thread: a slow client costs a connection only.
        limit_concurrency=app.state.settings.max_connections,
        timeout_graceful_shutdown=GRACE_S,
    )
    return uvicorn.Server(config)


def _warm(app: FastAPI) -> None:
    """Make what the first request would wait for: the description, and the columns (a second at a million comments)."""
    try:
        app.openapi()
        with app.state.store.read() as session:
            read_columns(session)
        # What stands now stays: without this every full collection walks all of it, in the middle of an answer
        # (diagnosis at a million comments: p95 217 ms with, 107 ms without such walks).
        gc.collect()
        gc.freeze()
    except Exception as error:
        # Whoever asks will be told what is wrong.
        log.info("nothing was made ahead: %s", type(error).__name__)
