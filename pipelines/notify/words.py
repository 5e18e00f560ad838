"""What a notice says, in plain text. Customers' words can hold anything: nothing in them gets a meaning here."""

import re
from datetime import datetime

from cx.wording import listed, spoken
from pipelines.notify.interface import Notice, Person

# Enough to know what it is about; the whole text stands beside the loop.
LONGEST_COMMENT = 1_500
LONGEST_LINE = 200
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def subject(notice: Notice) -> str:
    """Give the one line that must do: what, where, and by when."""
    if notice.owner is None:
        return line(f"{notice.title} at {notice.account}: needs an owner")
    return line(f"{notice.title} at {notice.account}: first touch by {moment(notice.touch_by)}")


def body(notice: Notice) -> str:
    """Give the notice: who owes the answer, on what, to which words."""
    facts = [
        ("Score", notice.score),
        ("Account", notice.account),
        ("Stage", spoken(notice.stage)),
        ("Role", spoken(notice.role)),
        ("Said", moment(notice.said_at)),
        ("Ticket", notice.ticket or ""),
        ("Owner", _owner(notice)),
        ("Also told", listed(line(one.name) for one in notice.also)),
        ("Due", f"first touch {moment(notice.touch_by)}, closed {moment(notice.close_by)}, a check 7 days after"),
    ]
    told = "\n".join(f"{name}: {line(value)}" for name, value in facts if value)
    return f"{told}\n\n{_comment(notice.comment)}\n\nLoop {notice.loop_id}"


def _owner(notice: Notice) -> str:
    return f"{notice.owner.name} ({notice.why})" if notice.owner else f"needs an owner: {notice.why}"


def _comment(comment: str | None) -> str:
    if not comment or not comment.strip():
        return "No comment was given."
    words = clean(comment).strip()
    cut = words if len(words) <= LONGEST_COMMENT else words[:LONGEST_COMMENT].rstrip() + " [...]"
    return "Comment:\n" + "\n".join(f"> {part}" for part in cut.split("\n"))


def line(words: str) -> str:
    """Put words on one line of bounded length."""
    found = " ".join(clean(words).split())
    return found if len(found) <= LONGEST_LINE else found[: LONGEST_LINE - 1].rstrip() + "…"


def clean(words: str) -> str:
    """Take out control characters, characters that turn the writing round, and what no encoding takes."""
    plain = _CONTROL.sub(" ", words.replace("\r\n", "\n").replace("\r", "\n"))
    return plain.encode("utf-8", "replace").decode("utf-8")


def moment(time: datetime) -> str:
    """Write a time (UTC): 23 Nov 2026 14:05 UTC."""
    return f"{time.day} {time:%b %Y %H:%M} UTC"


def addressee(person: Person | None) -> str:
    """Give the name for a mail's To line."""
    return line(person.name) if person else ""
