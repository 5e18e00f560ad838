"""Mail over SMTP: one message to each reader."""

import smtplib
import ssl
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Literal

from pipelines.notify.deadline import within
from pipelines.notify.interface import DEADLINE_S, Letter, Notice, NotifyError, Person
from pipelines.notify.words import addressee, body, subject
from pipelines.stage import utc_now

Security = Literal["starttls", "tls", "none"]


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed in. With `starttls` and `tls` nothing is said before the line is encrypted and checked."""

    host: str
    port: int = 587
    security: Security = "starttls"
    user: str = ""
    password: str = ""


class Mail:
    """Sends mail from one address; the readers' addresses come from the staff list."""

    channel = "mail"

    def __init__(
        self,
        server: MailServer,
        *,
        sender: str,
        deadline_s: float = DEADLINE_S,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        """Send from `sender`; `trust` says whose certificates are believed (None: the system's)."""
        self._server, self._sender, self._deadline_s, self._trust = server, sender, deadline_s, trust

    def readers(self, people: Sequence[Person]) -> list[str]:
        """Name those with an address that mail can have."""
        return [one.staff_id for one in people if _address(one.email)]

    def send(self, notice: Notice, reader: Person | None, *, message_id: str) -> None:
        """Hand the notice in for one reader.

        Raises:
            NotifyError: The reader has no address, or the server does not take it.
        """
        if reader is None or not _address(reader.email):
            raise NotifyError("the reader has no mail address in the staff list")
        try:
            mail = compose(notice, reader, sender=self._sender, message_id=message_id)
        except (ValueError, MessageError) as error:
            raise NotifyError(f"no mail can be written to this address ({type(error).__name__})") from None
        within(self._deadline_s, lambda: self._hand_in(mail))

    def deliver(self, letter: Letter, address: str, *, message_id: str) -> None:
        """Hand a letter in for one address, as plain text and as HTML.

        Raises:
            NotifyError: It is no address, or the server does not take it.
        """
        if not _address(address):
            raise NotifyError("no mail address")
        try:
            mail = _mail(letter.subject, Address(addr_spec=_address(address)), self._sender, message_id)
        except (ValueError, MessageError) as error:
            raise NotifyError(f"no mail can be written to this address ({type(error).__name__})") from None
        mail.set_content(letter.text)
        mail.add_alternative(letter.html, subtype="html")
        within(self._deadline_s, lambda: self._hand_in(mail))

    def _hand_in(self, mail: EmailMessage) -> None:
        try:
            connection = self._connect()
            try:
                if self._server.user:
                    connection.login(self._server.user, self._server.password)
                connection.send_message(mail)
                # It is taken: what goes wrong in parting is no reason to send it again.
                with suppress(OSError, smtplib.SMTPException):
                    connection.quit()
            finally:
                connection.close()
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as error:
            # This reader or this message; the next one may be taken.
            raise NotifyError(f"the mail server refused the message ({_code(error)})") from None
        except (OSError, smtplib.SMTPException) as error:
            raise NotifyError(f"the mail server can't be used ({_code(error)})", server_down=True) from None

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        if server.security == "tls":
            return smtplib.SMTP_SSL(server.host, server.port, timeout=self._deadline_s, context=self._context())
        connection = smtplib.SMTP(server.host, server.port, timeout=self._deadline_s)
        if server.security == "starttls":
            try:
                connection.starttls(context=self._context())
            except (OSError, smtplib.SMTPException):
                connection.close()
                raise
        return connection

    def _context(self) -> ssl.SSLContext:
        return self._trust or ssl.create_default_context()


def compose(notice: Notice, reader: Person, *, sender: str, message_id: str) -> EmailMessage:
    """Write the mail; its Message-ID is the message's, so that a second copy is known as one."""
    to = Address(addressee(reader), addr_spec=_address(reader.email))
    mail = _mail(subject(notice), to, sender, message_id)
    mail.set_content(body(notice))
    return mail


def _mail(about: str, to: Address, sender: str, message_id: str) -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = about
    mail["From"] = sender
    mail["To"] = to
    mail["Date"] = format_datetime(utc_now())
    mail["Message-ID"] = f"<{message_id}@{_address(sender).rpartition('@')[2]}>"
    # RFC 3834: no out-of-office answers to this.
    mail["Auto-Submitted"] = "auto-generated"
    return mail


def _address(told: str | None) -> str:
    """Give the bare address, "" where there is none."""
    found = parseaddr(told or "")[1]
    name, at, domain = found.rpartition("@")
    return found if name and at and domain and not any(one.isspace() for one in found) else ""


def _code(error: Exception) -> str:
    """Name an error without the server's words, which may hold addresses."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = sorted({code for code, _ in error.recipients.values()})
        return ", ".join(str(code) for code in codes) or type(error).__name__
    return str(error.smtp_code) if isinstance(error, smtplib.SMTPResponseException) else type(error).__name__
