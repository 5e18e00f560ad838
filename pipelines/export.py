"""A list of the API into a file: of an API in this process or of one elsewhere, written as it comes."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import anyio
import httpx

from pipelines.errors import ExportError

FORMS = ("csv", "parquet")
# Seconds without a byte after which an API elsewhere is given up.
IDLE_S = 120.0
OK = 200
Write = Callable[[bytes], object]
# (address behind the host, with its question; where the bytes of a good answer go) -> (status, a refusal's body).
Ask = Callable[[str, Write], tuple[int, bytes]]


def export_list(listed: str, out: Path, *, ask: Ask) -> int:
    """Write a list, `themes/counts?group_by=theme` say, in the form of the file's suffix; whole or not at all.

    Returns:
        The file's bytes.

    Raises:
        ExportError: The suffix is none that is known, or the API has no such list for this key.
    """
    form = out.suffix.lower().removeprefix(".")
    if form not in FORMS:
        raise ExportError(f"--out {out.name} names no form: end it in {' or '.join('.' + one for one in FORMS)}")
    address = _address(listed, form)
    scratch = out.with_name(f".{out.name}.part")
    try:
        with scratch.open("wb") as file:
            status, body = ask(address, file.write)
        if status != OK:
            raise ExportError(f"{listed}: {_said(body, status)}; docs/exports.md names the lists")
        size = scratch.stat().st_size
        scratch.replace(out)
        return size
    finally:
        scratch.unlink(missing_ok=True)


def _address(listed: str, form: str) -> str:
    path, _, question = listed.strip().partition("?")
    path = path.strip("/").removeprefix("v1/").removesuffix(f".{form}")
    asked = urlencode(parse_qsl(question, keep_blank_values=True))
    return f"/v1/{path}.{form}" + (f"?{asked}" if asked else "")


def _said(body: bytes, status: int) -> str:
    try:
        return str(json.loads(body)["detail"])
    except (ValueError, KeyError, TypeError):
        return f"the API answered {status}"


def ask_elsewhere(url: str, key: str) -> Ask:
    """Ask the API at an address."""

    def ask(address: str, write: Write) -> tuple[int, bytes]:
        headers = {"Authorization": f"Bearer {key}"}
        try:
            with httpx.stream("GET", url.rstrip("/") + address, headers=headers, timeout=IDLE_S) as answer:
                if answer.status_code != OK:
                    return answer.status_code, answer.read()
                for part in answer.iter_bytes():
                    write(part)
        except httpx.HTTPError as error:
            raise ExportError(f"{url} can't be reached, or broke off ({type(error).__name__}): try again") from None
        return OK, b""

    return ask


def ask_here(app: Any, key: str) -> Ask:  # noqa: ANN401 - an ASGI application
    """Ask an application in this process. httpx's own transport would hold the whole answer in memory."""

    async def run(address: str, write: Write) -> tuple[int, bytes]:
        path, _, question = address.partition("?")
        status, refused, begun = 0, b"", False

        async def receive() -> dict[str, Any]:
            nonlocal begun
            if begun:
                # Nobody goes away in the middle.
                await anyio.sleep_forever()
            begun = True
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:  # noqa: ANN401 - a message of ASGI
            nonlocal status, refused
            status = message.get("status", status)
            if status == OK:
                write(message.get("body", b""))
            else:
                refused += message.get("body", b"")

        await app(_scope(path, question, key), receive, send)
        return status, refused

    return lambda address, write: anyio.run(run, address, write)


def _scope(path: str, question: str, key: str) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": question.encode(),
        "root_path": "",
        "headers": [(b"host", b"here"), (b"authorization", f"Bearer {key}".encode())],
        "client": ("127.0.0.1", 0),
        "server": ("here", 80),
    }
