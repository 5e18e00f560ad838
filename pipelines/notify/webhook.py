"""Slack-compatible incoming webhooks (Slack, Mattermost, Rocket.Chat, Teams by way of them): one channel for all.

Source: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks ({"text": ...}, 200 when taken;
&, < and > are escaped, or they would be links and mentions).
"""

from collections.abc import Sequence

import httpx

from pipelines.notify.deadline import within
from pipelines.notify.interface import DEADLINE_S, EVERYBODY, Letter, Notice, NotifyError, Person
from pipelines.notify.words import body, subject

# Errors of the server, not of the message: 408 timeout, 425 too early, 429 too many.
_BUSY = frozenset({408, 425, 429})


class Webhook:
    """Posts to one address, which is a secret: whoever knows it may post."""

    channel = "webhook"

    def __init__(self, url: str, *, deadline_s: float = DEADLINE_S) -> None:
        self._url, self._deadline_s = url, deadline_s

    def readers(self, people: Sequence[Person]) -> list[str]:
        """Name nobody: one message for all."""
        return [EVERYBODY]

    def send(self, notice: Notice, reader: Person | None, *, message_id: str) -> None:
        """Post the notice. `Idempotency-Key` tells a server that heeds it that it has this one already.

        Raises:
            NotifyError: The server does not answer, or says no.
        """
        text = escaped(f"{subject(notice)}\n{body(notice)}")
        within(self._deadline_s, lambda: self._post({"text": text, "mrkdwn": False}, message_id))

    def deliver(self, letter: Letter, address: str, *, message_id: str) -> None:
        """Post a letter: Slack shows its blocks, others the text.

        Raises:
            NotifyError: The server does not answer, or says no.
        """
        payload = {
            "text": escaped(f"{letter.subject}\n\n{letter.text}"),
            "mrkdwn": False,
            "blocks": list(letter.blocks),
        }
        within(self._deadline_s, lambda: self._post(payload, message_id))

    def _post(self, payload: dict[str, object], message_id: str) -> None:
        headers = {"Idempotency-Key": message_id}
        try:
            with (
                httpx.Client(timeout=self._deadline_s, follow_redirects=False) as client,
                # The answer's words are not read: there may be no end of them.
                client.stream("POST", self._url, json=payload, headers=headers) as answer,
            ):
                status, wait = answer.status_code, answer.headers.get("Retry-After", "")
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            # The error's own words may hold the address.
            raise NotifyError(
                f"the webhook's server can't be reached ({type(error).__name__})", server_down=True
            ) from None
        if not 200 <= status < 300:
            raise NotifyError(
                f"the webhook's server answered {status}",
                server_down=status >= 500 or status in _BUSY,
                retry_after_s=float(wait) if wait.isdecimal() else None,
            )


def escaped(text: str) -> str:
    """Give text that mentions nobody and links nowhere: not Slack's <!channel>, not Mattermost's @all."""
    plain = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    # A zero-width space after the at sign: reads the same, calls nobody.
    return plain.replace("@", "@\u200b")
