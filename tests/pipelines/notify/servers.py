"""Real servers on this machine: a webhook that does as told, and a mail server."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from ipaddress import ip_address
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext
from typing import Any

from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from pipelines.bench.served import free_port
from tests.listening import listening


@dataclass
class Hook:
    """A webhook: answers with `statuses` in turn, then 200. 0 hangs, -1 drips a header a byte at a time."""

    statuses: list[int] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    got: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    asked: int = 0
    over: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    @property
    def texts(self) -> list[str]:
        """What was taken."""
        return [payload["text"] for _, payload in self.got]


@contextmanager
def webhook(*statuses: int, **headers: str) -> Iterator[Hook]:
    """Serve a webhook on this machine."""
    hook = Hook(list(statuses), {name.replace("_", "-"): value for name, value in headers.items()})

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            payload = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            hook.asked += 1
            status = hook.statuses.pop(0) if hook.statuses else 200
            if status == 0:
                hook.over.wait(30)
                return
            if status == -1:
                self._drip()
                return
            if status == 200:
                hook.got.append((self.headers["Idempotency-Key"], payload))
            self.send_response(status)
            for name, value in hook.headers.items():
                self.send_header(name, value)
            self.end_headers()

        def _drip(self) -> None:
            try:
                self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
                while not hook.over.wait(0.1):
                    self.wfile.write(b"a")
            except OSError:
                pass  # the client went away

        def log_message(self, *_: object) -> None:
            pass

    with listening(Handler) as url:
        hook.url = f"{url}/hook"
        try:
            yield hook
        finally:
            hook.over.set()


@dataclass
class Post:
    """A mail server's box: what it took; `refuse` are readers it does not know, `data` its answer to a message."""

    taken: list[tuple[list[str], bytes]] = field(default_factory=list)
    refuse: set[str] = field(default_factory=set)
    data: str = "250 taken"
    port: int = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        """Take a reader or refuse them."""
        if address in self.refuse:
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        """Take a message or refuse it."""
        if self.data.startswith("250"):
            self.taken.append((list(envelope.rcpt_tos), envelope.content))
        return self.data


@contextmanager
def mail_server(*, tls: SSLContext | None = None, wrapped: bool = False) -> Iterator[Post]:
    """Serve mail on this machine: plain, with STARTTLS (`tls`), or in TLS from the first byte (`wrapped`)."""
    post = Post()
    options = {"ssl_context": tls} if wrapped else {"tls_context": tls, "require_starttls": tls is not None}
    controller = Controller(post, hostname="127.0.0.1", port=free_port(), **options)
    controller.start()
    post.port = controller.port
    try:
        yield post
    finally:
        controller.stop()


def certificate(folder: Path) -> tuple[SSLContext, Path]:
    """Make a certificate for 127.0.0.1: the server's context, and the file that a client trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "cert.pem"
    pem.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    secret = folder / "key.pem"
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = SSLContext(PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, secret)
    return context, pem
