"""The webhook: a server that hangs, drips or fails is an error in time, and customers' words mention nobody."""

import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pipelines.notify.interface import Notice, NotifyError, Person
from pipelines.notify.webhook import Webhook, escaped
from pipelines.notify.words import LONGEST_COMMENT, body, subject
from tests.pipelines.notify.servers import webhook

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
NINA, OMAR = Person("nina", "Nina Vogt", "nina@vendor.test"), Person("omar", "Omar Said", "omar@vendor.test")
NOTICE = Notice(
    loop_id=7,
    title="Flagged CSAT",
    account="Acme Freight",
    score="CSAT 2 on a scale of 1 to 5, flagged at 3 or under",
    stage="support",
    role="power_user",
    said_at=NOW,
    ticket="t9",
    comment="It broke again & nobody <called>",
    owner=NINA,
    also=(OMAR,),
    why="success manager of the account",
    touch_by=NOW,
    close_by=NOW,
)


def test_notice_has_ticket_score_comment_and_names():
    with webhook() as hook:
        Webhook(hook.url).send(NOTICE, None, message_id="m1")
    ((key, payload),) = hook.got
    assert key == "m1"
    for words in (
        "Flagged CSAT at Acme Freight: first touch by 2 Mar 2026 09:30 UTC",
        "CSAT 2 on a scale of 1 to 5",
        "Ticket: t9",
        "Owner: Nina Vogt (success manager of the account)",
        "Also told: Omar Said",
        "It broke again &amp; nobody &lt;called&gt;",
    ):
        assert words in payload["text"]


@pytest.mark.parametrize(
    ("status", "down"), [(500, True), (503, True), (429, True), (404, False), (400, False), (302, False)]
)
def test_refusals_say_whether_the_server_is_down(status, down):
    with webhook(status, Retry_After="120") as hook, pytest.raises(NotifyError, match=str(status)) as caught:
        Webhook(hook.url).send(NOTICE, None, message_id="m1")
    assert (caught.value.server_down, caught.value.retry_after_s) == (down, 120)


@pytest.mark.parametrize("status", [0, -1], ids=["hangs", "drips"])
def test_server_without_an_end_is_left(status):
    with webhook(status) as hook:
        started = time.monotonic()
        with pytest.raises(NotifyError) as caught:
            Webhook(hook.url, deadline_s=0.4).send(NOTICE, None, message_id="m1")
        assert time.monotonic() - started < 5
        assert caught.value.server_down


def test_address_is_in_no_error():
    with pytest.raises(NotifyError) as caught:
        Webhook("http://127.0.0.1:9/hooks/T0/secret").send(NOTICE, None, message_id="m1")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("words", ["<!channel> come", "@all @here", "<https://evil.test|invoice>", "<@U123>"])
def test_customers_words_call_nobody(words):
    text = escaped(body(replace(NOTICE, comment=words)))
    assert "<" not in text
    assert not any(called in text for called in ("@all", "@here", "@U123"))


def test_words_are_tame_and_bounded():
    wild = replace(
        NOTICE, account="Acme\r\nBcc: all@x.test", comment="a\x00b\u202e" + "long " * 2_000 + "\ud800", owner=None
    )
    assert subject(wild) == "Flagged CSAT at Acme Bcc: all@x.test: needs an owner"
    assert len(body(wild)) < LONGEST_COMMENT + 1_000
    assert not set(body(wild)) & {"\x00", "\u202e", "\ud800", "\r"}
    assert "No comment was given." in body(replace(NOTICE, comment=" "))
