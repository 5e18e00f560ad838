"""What a notifier is: something that carries one notice to one reader, or says why it could not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from pipelines.errors import PipelineError

# A send that is not done by then has failed, whatever the server is doing. Longer than a busy mail server takes.
DEADLINE_S = 20.0
# A reader with nobody's name: a channel that everybody reads.
EVERYBODY = ""


class NotifyError(PipelineError, RuntimeError):
    """A notice was not delivered; it is tried again later.

    `server_down`: so will all others of this channel be, just now. `retry_after_s`: what the server asked for.
    The words hold no address, key or text: they are logged and stored.
    """

    def __init__(self, words: str, *, server_down: bool = False, retry_after_s: float | None = None) -> None:
        super().__init__(words)
        self.server_down, self.retry_after_s = server_down, retry_after_s


@dataclass(frozen=True)
class Person:
    """Somebody of the vendor's staff."""

    staff_id: str
    name: str
    email: str | None = None


@dataclass(frozen=True)
class Notice:
    """What is told of a loop. `comment` is the redacted text, None where there was none; `owner` None: needs one."""

    loop_id: int
    title: str
    account: str
    score: str
    stage: str
    role: str
    said_at: datetime
    ticket: str | None
    comment: str | None
    owner: Person | None
    also: tuple[Person, ...]
    why: str
    touch_by: datetime
    close_by: datetime


@dataclass(frozen=True)
class Letter:
    """Something for all readers of a channel: the same words as plain text, as HTML and as Slack's blocks."""

    subject: str
    text: str
    html: str
    blocks: tuple[dict[str, Any], ...]


class Notifier(Protocol):
    """One channel."""

    @property
    def channel(self) -> str:
        """Its name: webhook, mail."""
        ...

    def readers(self, people: Sequence[Person]) -> list[str]:
        """Say whom of these people it reaches, by staff id; `EVERYBODY` where it has one reader for all."""
        ...

    def send(self, notice: Notice, reader: Person | None, *, message_id: str) -> None:
        """Deliver one notice; the same `message_id` again is the same message.

        Raises:
            NotifyError: It was not delivered, or nobody can say whether it was.
        """
        ...

    def deliver(self, letter: Letter, address: str, *, message_id: str) -> None:
        """Deliver a letter to an address, `EVERYBODY` where the channel has one reader for all.

        Raises:
            NotifyError: It was not delivered, or nobody can say whether it was.
        """
        ...
