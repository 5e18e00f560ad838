"""Serve the API over HTTP; reachable from other machines only where a key protects it."""

import ipaddress
import socket

import uvicorn
from fastapi import FastAPI

from api.errors import PortTakenError, UnsafeBindError
from data.store.repositories.keys import list_keys
from data.store.unit_of_work import Store

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


def make_server(app: FastAPI, *, host: str = DEFAULT_HOST, port: int = DEFAULT_PORT) -> uvicorn.Server:
    """Make a server; `run()` serves until it is told to stop (`should_exit = True` from another thread).

    Raises:
        UnsafeBindError: Other machines could reach it and there is no key.
        PortTakenError: The port is taken.
    """
    require_safe_bind(host, app.state.store)
    require_free_port(host, port)
    # No access log: addresses hold account ids. Errors are logged by `api.errors`.
    config = uvicorn.Config(app, host=host, port=port, log_level="warning", access_log=False, server_header=False)
    return uvicorn.Server(config)
