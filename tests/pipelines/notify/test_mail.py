"""Mail, handed in at a real server: whole, encrypted where asked for, and never in the clear by accident."""

import email
import email.policy
import socket
import ssl
import threading
import time
from dataclasses import replace

import pytest

from pipelines.notify.interface import NotifyError, Person
from pipelines.notify.mail import Mail, MailServer
from tests.pipelines.notify.servers import certificate, mail_server
from tests.pipelines.notify.test_webhook import NINA, NOTICE


def _mail(port, security="none", **more):
    return Mail(MailServer("127.0.0.1", port, security), sender="voice@vendor.test", **more)


def _read(post):
    ((readers, content),) = post.taken
    return readers, email.message_from_bytes(content, policy=email.policy.default)


def test_mail_arrives_with_its_id_and_words():
    with mail_server() as post:
        _mail(post.port).send(replace(NOTICE, comment="Zu spät, zu teuer"), NINA, message_id="m1")
    readers, found = _read(post)
    assert readers == ["nina@vendor.test"]
    assert found["Message-ID"] == "<m1@vendor.test>"
    assert found["Subject"] == "Flagged CSAT at Acme Freight: first touch by 2 Mar 2026 09:30 UTC"
    assert found["Auto-Submitted"] == "auto-generated"
    text = found.get_content()
    for words in ("Zu spät, zu teuer", "Ticket: t9", "CSAT 2 on a scale of 1 to 5", "Also told: Omar Said"):
        assert words in text


def test_names_can_add_no_header():
    with mail_server() as post:
        told = replace(NOTICE, account="Acme\r\nBcc: all@x.test")
        _mail(post.port).send(told, replace(NINA, name='N\r\nCc: x@y.test, "'), message_id="m1")
    readers, found = _read(post)
    assert readers == ["nina@vendor.test"]
    assert (found["Bcc"], found["Cc"]) == (None, None)


@pytest.mark.parametrize("wrapped", [False, True], ids=["starttls", "tls"])
def test_line_is_encrypted_and_the_server_checked(tmp_path, wrapped):
    server, pem = certificate(tmp_path)
    trust = ssl.create_default_context(cafile=str(pem))
    security = "tls" if wrapped else "starttls"
    with mail_server(tls=server, wrapped=wrapped) as post:
        _mail(post.port, security, trust=trust).send(NOTICE, NINA, message_id="m1")
        with pytest.raises(NotifyError, match="SSLCertVerificationError") as caught:
            _mail(post.port, security).send(NOTICE, NINA, message_id="m2")
    assert caught.value.server_down
    assert len(post.taken) == 1


def test_nothing_is_sent_in_the_clear_where_encryption_was_asked_for():
    with mail_server() as post, pytest.raises(NotifyError):
        _mail(post.port, "starttls").send(NOTICE, NINA, message_id="m1")
    assert post.taken == []


def test_refusals_are_of_one_message_and_name_no_address():
    with mail_server() as post:
        post.refuse.add("nina@vendor.test")
        with pytest.raises(NotifyError, match="550") as caught:
            _mail(post.port).send(NOTICE, NINA, message_id="m1")
        assert not caught.value.server_down
        assert "nina" not in str(caught.value)
        post.refuse.clear()
        post.data = "552 too large"
        with pytest.raises(NotifyError, match="552"):
            _mail(post.port).send(NOTICE, NINA, message_id="m1")


def test_only_people_with_an_address_are_readers():
    people = [NINA, Person("x", "X"), Person("y", "Y", "not an address"), Person("z", "Z", "a b@c.test")]
    assert _mail(25).readers(people) == ["nina"]
    with pytest.raises(NotifyError, match="no mail address"):
        _mail(25).send(NOTICE, people[1], message_id="m1")


def test_server_that_never_greets_is_left():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        taken = []
        threading.Thread(target=lambda: taken.append(silent.accept()[0]), daemon=True).start()
        started = time.monotonic()
        with pytest.raises(NotifyError) as caught:
            _mail(silent.getsockname()[1], deadline_s=0.4).send(NOTICE, NINA, message_id="m1")
        assert time.monotonic() - started < 5
        assert caught.value.server_down
        for one in taken:
            one.close()
