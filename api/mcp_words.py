"""What a chat assistant gets: an answer of the API in a few lines with comment ids, and the same trimmed as data.

Pure: the API's JSON in, (text, data) out. An assistant reads every character, so lists are cut and say that they are.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

# Ids shown beside a finding; the API has the others.
IDS = 5
THEMES, QUOTES, LOOPS = 8, 6, 5
# Characters of a comment in a line; the data has all of it.
SHOWN = 400
Json = Mapping[str, Any]
Told = tuple[str, dict[str, Any]]


def diagnosis(answer: Json) -> Told:
    """Tell a diagnosis: headline, findings, next steps, scores, themes, verbatims and open loops."""
    account, nps = answer["account"], answer["scores"]["nps"]
    findings = [_finding(one) for one in answer["statements"]]
    steps = [{**_some(one, "stage", "owner", "owners", "action", "why"), **_ids(one)} for one in answer["steps"]]
    spoken = [one for one in answer["themes"] if one["now"]["comments"]]
    themes = [_theme(one) for one in spoken[:THEMES]]
    quotes = _quotes(quote for one in spoken for quote in one["verbatims"])
    loops = [_loop(one) for one in answer["loops"][:LOOPS]]
    found = {
        "account": _some(
            account, "account_id", "name", "segment", "renewal_date", "arr", "currency", "success_manager"
        ),
        "period": answer["period"],
        "headline": {"text": answer["headline"]["text"], **_ids(answer["headline"])},
        "findings": findings,
        "steps": steps,
        "nps": {
            **_some(nps, "n", "missing", "reading"),
            "user_level": nps["user_level"],
            "account_level": nps["account_level"],
        },
        "heard": answer["coverage"]["reading"],
        "themes": themes,
        "verbatims": quotes,
        "loops": loops,
    }
    lines = [
        f"{account['name']} ({account['account_id']}), {_period(answer['period'])}",
        answer["headline"]["text"] + _cited(answer["headline"]),
        *_block(
            "Findings", (f"{one['text']}{_marks(one['comment_ids'] or one.get('other_ids', []))}" for one in findings)
        ),
        *_block("Next", (f"{one['action']} ({_who(one)}): {one['why']}" for one in steps)),
        *_block("NPS", [nps["reading"], answer["coverage"]["reading"]]),
        *_block("Themes", (_theme_line(one) for one in themes)),
        *_block("In their words", (_quote_line(one) for one in quotes)),
        *_block("Open loops", (f"{one['reading']}{_marks([one['signal_id']])}" for one in loops)),
    ]
    return "\n".join(lines), found


def _finding(one: Json) -> dict[str, Any]:
    return {**_some(one, "kind", "text", "numbers", "stage", "good"), **_ids(one)}


def _theme(one: Json) -> dict[str, Any]:
    now = one["now"]
    return {
        "key": one["info"]["key"],
        "name": one["info"]["name"],
        "people": now["people"],
        "people_who_complain": now["negative_people"],
        "comments": now["comments"],
        "change": one["change"],
        "comment_ids": one["comment_ids"][:IDS],
    }


def _theme_line(one: Json) -> str:
    people = f"{one['people_who_complain']} of {one['people']} people complain"
    return f"{one['name']}: {people}, {one['change']}{_marks(one['comment_ids'])}"


def _loop(one: Json) -> dict[str, Any]:
    due = one["due"] or {}
    owner = (one["owner"] or {}).get("name", "nobody yet")
    reading = due.get("reading") or f"Nothing is left to do; owner {owner}."
    return {**_some(one, "loop_id", "signal_id", "state"), "owner": owner, "reading": f"{reading} Owner: {owner}."}


def counts(answer: Json) -> Told:
    """Tell counts behind themes, most comments first; each line leads to a comment to read."""
    items = [_counted(one) for one in answer["items"]]
    total = _some(answer["total"], *_COUNTS)
    found = {
        "period": answer["period"],
        "kind": answer["kind"],
        "groups": answer["groups"],
        "total": total,
        "items": items,
    }
    head = f"{answer['groups']} groups by {', '.join(answer['group_by']) or 'nothing'}, {_period(answer['period'])}"
    lines = [head, *_bullets(_count_line(one) for one in items), f"All together, each comment once: {_amounts(total)}"]
    if len(items) < answer["groups"]:
        lines.append(f"The first {len(items)} are shown: ask for a larger limit, or for fewer dimensions.")
    return "\n".join(lines), found


# What stands behind a group, in the order told.
_COUNTS = (
    "comments",
    "negative",
    "positive",
    "respondents",
    "accounts",
    "review_notes",
    "revenue",
    "open_opportunities",
    "open_amount",
)


def _counted(one: Json) -> dict[str, Any]:
    theme = _some(one["theme"], "key", "name", "owner", "action") if one.get("theme") else {}
    found = {"group": dict(one["group"]), **({"theme": theme} if theme else {}), **_some(one["counts"], *_COUNTS)}
    return {**found, **_some(one, "first_seen", "last_seen", "example_comment_id")}


def _count_line(one: Json) -> str:
    named = (one.get("theme") or {}).get("name")
    group = [f"{name} {value}" for name, value in one["group"].items() if not (named and name == "theme")]
    title = ", ".join([*([named] if named else []), *group]) or "all"
    example = one.get("example_comment_id")
    return f"{title}: {_amounts(one)}{_marks([example] if example else [])}"


def _amounts(one: Json) -> str:
    money = "; ".join(f"{name or '?'} {amount:,.0f}" for name, amount in (one.get("revenue") or {}).items())
    deals = one.get("open_opportunities") or 0
    parts = [
        f"{one['comments']} comments ({one['negative']} negative)",
        f"{one['respondents']} people",
        f"{one['accounts']} accounts",
        *([f"ARR {money}"] if money else []),
        *([f"{deals} open deals"] if deals else []),
    ]
    return ", ".join(parts)


def comments(answer: Json) -> Told:
    """Tell comments, each with its id, score, role and account."""
    quotes = [_quote(one) for one in answer["items"]]
    more = answer.get("next_cursor") is not None
    found = {**_some(answer, "period", "mode", "total", "note"), "items": quotes, "more": more}
    head = f"{answer.get('total', len(quotes))} comments, {_period(answer['period'])}"
    lines = [head, *([answer["note"]] if answer.get("note") else []), *_bullets(_quote_line(one) for one in quotes)]
    return "\n".join(lines), found


def accounts(answer: Json) -> Told:
    """Tell accounts: id, name, renewal, money and what hurts."""
    names = (
        "account_id",
        "name",
        "segment",
        "renewal_date",
        "arr",
        "currency",
        "answers",
        "flagged",
        "comments",
    )
    items = [
        {**_some(one, *names), "hurts": [theme["name"] for theme in one["top_negative"]], "standing": _stands(one)}
        for one in answer["items"]
    ]
    more = answer.get("next_cursor") is not None
    found = {"period": answer["period"], "items": items, "more": more}
    lines = [f"Accounts, {_period(answer['period'])}", *_bullets(_account_line(one) for one in items)]
    if more:
        lines.append("More follow: ask for a larger limit, or search.")
    return "\n".join(lines), found


def _stands(one: Json) -> dict[str, Any]:
    """Give where an account stands, where the list says it, without the ids behind it: the diagnosis has them."""
    return _some(one.get("standing") or {}, "risk", "flag", "why")


def _account_line(one: Json) -> str:
    renewal = f", renewal {one['renewal_date']}" if one.get("renewal_date") else ""
    arr = f", ARR {one['currency'] or '?'} {one['arr']:,.0f}" if one.get("arr") else ""
    hurts = f", hurts: {', '.join(one['hurts'])}" if one["hurts"] else ""
    risk = f". {one['standing']['why']}" if one["standing"].get("why") else ""
    flagged = f"{one['flagged']} of {one['answers']} answers flagged"
    return f"{one['account_id']} {one['name']}{renewal}{arr}: {flagged}{hurts}{risk}"


def _quotes(found: Iterable[Json]) -> list[dict[str, Any]]:
    """Keep each comment once, the first ones."""
    once: dict[str, Json] = {}
    for one in found:
        once.setdefault(one["comment_id"], one)
    return [_quote(one) for one in list(once.values())[:QUOTES]]


def _quote(one: Json) -> dict[str, Any]:
    names = ("comment_id", "text", "said_at", "source", "score", "role", "stage", "account_id", "account_name")
    tags = [{"key": tag["key"], "polarity": tag["polarity"]} for tag in one.get("themes", ())]
    return {**_some(one, *names, "vendor_voice"), "themes": tags}


def _quote_line(one: Json) -> str:
    score = f" {one['score']:g}" if one.get("score") is not None else ""
    voice = ", the vendor's note" if one.get("vendor_voice") else ""
    where = f", {one['account_name']}" if one.get("account_name") else ""
    who = f"{str(one['role']).replace('_', ' ')}, {one['source']}{score}, {str(one['said_at'])[:10]}{where}{voice}"
    words = " ".join(str(one["text"]).split())
    text = words if len(words) <= SHOWN else words[:SHOWN].rsplit(" ", 1)[0] + " …"
    return f"“{text}” ({who}) [{one['comment_id']}]"


def _some(one: Json, *names: str) -> dict[str, Any]:
    return {name: one[name] for name in names if one.get(name) is not None}


def _ids(one: Json) -> dict[str, list[str]]:
    found = {"comment_ids": list(one["comment_ids"][:IDS])}
    return {**found, "other_ids": list(one["other_ids"][:IDS])} if one.get("other_ids") else found


def _cited(one: Json) -> str:
    return _marks(one["comment_ids"][:IDS])


def _marks(ids: Sequence[str]) -> str:
    return f" [{', '.join(ids)}]" if ids else ""


def _who(step: Json) -> str:
    return ", ".join(step["owners"]) or f"{step['owner']}, nobody named"


def _period(period: Json) -> str:
    since = str(period["since"])[:10] if period.get("since") else "the beginning"
    return f"{since} to {str(period['as_of'])[:10]}"


def _block(title: str, lines: Iterable[str]) -> list[str]:
    found = [line for line in lines if line]
    return ["", f"{title}:", *_bullets(found)] if found else []


def _bullets(lines: Iterable[str]) -> list[str]:
    return [f"- {line}" for line in lines]
