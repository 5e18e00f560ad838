"""A customer who writes what should not be obeyed: in comments, names and subjects. Every text marks itself if it runs.

`prepare` takes plain HTML out of comments before they are shown; what is written here is what it leaves in place, and
names, which nobody cleans.
"""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

ACCOUNT, INDUSTRY = "A99", "<i>Lifts</i> :red[and] **docks**"
ACCOUNT_NAME = "<img src=x onerror=window.test=1> **Mallory** & Sons =1+1"
PROMISED = "We were promised single sign-on in the demo before signing, and it is not there."
LONG_WORD = "W" * 700
LONG = (f"{PROMISED} {LONG_WORD} " + "It is not what was sold to us, and nobody answers. " * 500)[:20_000]
_MARKS = "# Head **bold** [click](javascript:window.test=9) ![x](/x) :red[hi] $x^2$ :material/delete: `a`"
COMMENTS = {
    "tags": f"{PROMISED} <svg/onload=window.test=2><img/src=x/onerror=window.test=3><script/src=data:,window.test=4>",
    "more tags": f"{PROMISED} <details/open/ontoggle=window.test=5> <video><source/onerror=window.test=6>",
    "attributes": f'{PROMISED} "onmouseover=window.test=7 \' autofocus onfocus=window.test=8 x="',
    "markdown": f"{PROMISED} {_MARKS}",
    "formula": "=cmd|' /C calc'!A0 is what your export was promised to do in the demo, it does not.",
    "more formulas": "@SUM(1+1)*cmd|' /C calc'!A0: we were promised in the demo that exports are safe, they are not.",
    "bidi": f"\u202e\u2066gnp.exe\u2069\u202c {PROMISED} \u200f\u200bexe.fdp",
    "long": LONG,
}
# What has to be read on a page of each; controls that turn text are gone, and words that a name may be (src) are left
# out, for they may be taken for one.
PIECES = {
    "tags": "<svg/onload=window.test=2>",
    "more tags": "<details/open/ontoggle=window.test=5> <video>",
    "attributes": "\"onmouseover=window.test=7 ' autofocus onfocus=window.test=8 x=",
    "markdown": "# Head **bold** [click](",
    "formula": "=cmd|' /C calc'!A0 is what your export",
    "more formulas": "@SUM(1+1)*cmd|' /C calc'!A0",
    "bidi": "gnp.exe",
    "long": LONG_WORD,
}
_ROLES = ("economic_buyer", "champion", "admin", "power_user", "end_user")
_SURVEYS = {"nps-2026q3": "", "ces-onboarding": "onboarding", "csat-ticket": "support", "ces-renewal": "renewal"}


def write(folder: Path) -> Path:
    """Write the account, its people and what they said, in the canonical layout."""
    folder.mkdir(parents=True, exist_ok=True)
    _csv(folder / "accounts.csv", [_account()])
    _csv(folder / "staff.csv", [_staff("S97", "csm"), _staff("S98", "support_lead")])
    _csv(folder / "contacts.csv", [_contact(place, role) for place, role in enumerate(_ROLES)])
    _csv(folder / "responses.csv", list(_answers()))
    _csv(folder / "in_app.csv", [_in_app()])
    _csv(folder / "review_notes.csv", [_note()])
    (folder / "tickets.jsonl").write_text(json.dumps(_ticket()) + "\n", encoding="utf-8")
    return folder


def _csv(file: Path, rows: Sequence[Mapping[str, object]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def _account() -> dict[str, object]:
    return {
        "account_id": ACCOUNT,
        "name": ACCOUNT_NAME,
        "domain": "mallory.example",
        "industry": INDUSTRY,
        "segment": "mid_market",
        "tier": "<u>gold</u>",
        "motion": "seat_signed",
        "arr": 50_000,
        "currency": "EUR",
        "contract_start": "2026-03-01",
        "first_value_date": "2026-05-01",
        "renewal_date": "2026-12-15",
    }


def _staff(key: str, function: str) -> dict[str, object]:
    name = f"<b onclick=window.test=10>{key}</b> _Owner_"
    return {
        "staff_id": key,
        "name": name,
        "email": f"{key}@quillmere.example",
        "function": function,
        "account_id": ACCOUNT,
    }


def _contact(place: int, role: str) -> dict[str, object]:
    # In words of its own: those of a contact's name are taken out of the comments.
    name = f"<marquee onstart=top['te'+'st']=11></marquee> Person {place}"
    key = f"C99{place}"
    return {"contact_id": key, "account_id": ACCOUNT, "name": name, "email": f"{key}@mallory.example", "role": role}


def _answers() -> Iterable[dict[str, object]]:
    """Each text in each kind of survey, by people of all roles, in the last days of the sample."""
    for kind, (survey, stage) in enumerate(_SURVEYS.items()):
        for place, name in enumerate(COMMENTS):
            yield {
                "response_id": f"R99{kind}{place}",
                "survey_id": survey,
                "account_id": ACCOUNT,
                "contact_id": f"C99{place % len(_ROLES)}",
                "responded_at": f"2026-09-{29 - place % 3}T{8 + place:02}:{kind:02}:00Z",
                "score": 1 + place % 2,
                "comment": COMMENTS[name],
                "stage": stage,
            }


def _in_app() -> dict[str, object]:
    said = {"comment_id": "I999", "account_id": ACCOUNT, "contact_id": "C994", "feature": "<s>export</s>"}
    return {**said, "commented_at": "2026-09-29T09:00:00Z", "comment": COMMENTS["tags"]}


def _note() -> dict[str, object]:
    said = {"note_id": "N999", "account_id": ACCOUNT, "contact_id": "C991", "author_id": "S97", "meeting": "<q>QBR</q>"}
    return {**said, "noted_at": "2026-09-28T09:00:00Z", "text": COMMENTS["markdown"]}


def _ticket() -> dict[str, object]:
    sent, body = "2026-09-28T10:00:00Z", COMMENTS["attributes"]
    message = {"message_id": "T999-M1", "author_side": "customer", "public": True, "author_id": "C993"}
    return {
        "ticket_id": "T999",
        "account_id": ACCOUNT,
        "contact_id": "C993",
        "subject": "<script>window.test=12</script> **subject**",
        "opened_at": sent,
        "status": "open",
        "priority": "high",
        "messages": [{**message, "sent_at": sent, "body": body}],
    }
