"""What a statement stands on: its comments, opened on demand, and a word on what has no words."""

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import quote

from api.schemas.base import Schema
from api.schemas.comments import CommentOut, CommentPage
from api.schemas.diagnosis import DiagnosisOut, EvidenceOut
from dashboard import format as fmt
from dashboard import loading, paper
from dashboard.look import text
from dashboard.pieces import comment

# Comments shown under one statement; the API names at most 50.
SHOWN = 12
# Ids in one question: an address has its length.
CHUNK = 100
Words = Mapping[str, CommentOut]


def address(account_id: str) -> str:
    """Give an account's address in the API; an id is whatever the import called it."""
    return f"/v1/accounts/{quote(account_id, safe='')}"


def read_words(account_id: str, ids: Iterable[str]) -> dict[str, CommentOut]:
    """Read comments of an account by their ids; what the reader may not see is left out."""
    wanted = sorted(set(ids))
    found: dict[str, CommentOut] = {}
    for start in range(0, len(wanted), CHUNK):
        part = tuple(wanted[start : start + CHUNK])
        page = loading.read(f"{address(account_id)}/comments", CommentPage, {"id": part}, limit=2 * CHUNK)
        found |= {one.comment_id: one for one in page.items}
    return found


def evidence_ids(found: DiagnosisOut) -> list[str]:
    """Give the ids of all comments that a page about a diagnosis shows."""
    ids: dict[str, None] = {}
    _collect(found, ids)
    ids |= dict.fromkeys(one.comment_id for one in found.mismatch.mentions)
    ids |= dict.fromkeys(found.mismatch.review_note_ids[:SHOWN])
    return list(ids)


def _collect(value: object, ids: dict[str, None]) -> None:
    """Walk an answer down to what names comments."""
    if isinstance(value, EvidenceOut):
        ids |= dict.fromkeys(value.comment_ids[:SHOWN])
    if isinstance(value, Schema):
        for name in type(value).model_fields:
            _collect(getattr(value, name), ids)
    elif isinstance(value, list):
        for one in value:
            _collect(one, ids)


def evidence_html(one: EvidenceOut, words: Words) -> str:
    """Write what a statement stands on: comments that open on a click, then what has no words."""
    said = [words[key] for key in one.comment_ids[:SHOWN] if key in words]
    rest = _rest(one.other_ids)
    if not said:
        return f'<p class="note">Stands on {rest}.</p>' if rest else ""
    return comments_html(said, more=max(0, len(one.comment_ids) - SHOWN), rest=rest)


def comments_html(said: Sequence[CommentOut], *, more: int = 0, rest: str = "", label: str = "") -> str:
    """Write comments that open on a click."""
    count = len(said) + more
    name = label or ("Read the comment" if count == 1 else f"Read the {fmt.counted(count, 'comment')}")
    beyond = f"{fmt.count(len(said))} of {fmt.count(count)} shown. " if more else ""
    also = f"Stands also on {rest}." if rest else ""
    note = f'<p class="note">{beyond}{also}</p>' if beyond or also else ""
    written = paper.current()
    if written is not None:
        return _on_paper(written, said, note)
    quotes = "".join(comment.comment_html(item, account=False) for item in said)
    return folded_html(text(name), quotes + note)


def folded_html(name: str, body: str) -> str:
    """Write what opens on a click; on paper, which can't be clicked, it stands open."""
    opened = " open" if paper.current() is not None else ""
    return f'<details class="evidence"{opened}><summary>{name}</summary>{body}</details>'


def _on_paper(written: paper.Sheet, said: Sequence[CommentOut], note: str) -> str:
    """Write the first comment that does not stand on the sheet yet; the others open on a click."""
    first = next((one for one in said if one.comment_id not in written.quoted), None)
    shown = "" if first is None else comment.comment_html(first, account=False)
    rest = [one for one in said if one is not first]
    written.quoted |= {first.comment_id} if first is not None else set()
    quotes = "".join(comment.comment_html(one, account=False) for one in rest)
    name = fmt.counted(len(rest), "more comment" if shown else "comment") + ("" if shown else ", quoted above")
    folded = f'<details class="evidence"><summary>{name}</summary>{quotes}</details>' if rest else ""
    return f'<div class="evidence-open">{shown}{folded}{note}</div>'


def _rest(ids: Sequence[str]) -> str:
    tickets = sum(one.startswith("ticket:") for one in ids)
    answers = sum(one.startswith("response:") for one in ids)
    others = len(ids) - tickets - answers
    parts = [
        fmt.counted(answers, "answer without words", "answers without words") if answers else "",
        fmt.counted(tickets, "ticket") if tickets else "",
        fmt.counted(others, "record") if others else "",
    ]
    return " and ".join(part for part in parts if part)
